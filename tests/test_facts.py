"""Facts: what a wrong one is told, and that facts come back from JSON as they went."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import bundled
from hypothesis import given
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.facts.standard import STANDARD_FACTS
from xtreme_rules.rulebook.plain import facts_from_yaml
from xtreme_rules.testing import contracts, moments, situations
from xtreme_rules.testing.drawing import days

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SATURDAY = date(2026, 12, 12)
BOOKING = {"id": "B", "contract_id": "C", "saturday": SATURDAY, "status": "booked"}

WRONG: dict[str, tuple[type, dict[str, Any], str]] = {
    "a moment without a time zone": (
        xr.Incident,
        {"id": "I", "submitted_at": datetime(2026, 12, 1, 12)},
        "Incident.submitted_at: 2026-12-01T12:00:00 has no time zone; give it a tzinfo; in a text, end it with `Z` or `+01:00`",
    ),
    "a day for a moment": (
        xr.Incident,
        {"id": "I", "submitted_at": SATURDAY},
        "Incident.submitted_at: expected a datetime with a time zone, got datetime.date(2026, 12, 12) (date)",
    ),
    "a moment for a day": (
        xr.Contract,
        {"id": "C", "start": datetime(2026, 1, 1)},
        "Contract.start: expected a date, such as date(2026, 12, 12), got datetime.datetime(2026, 1, 1, 0, 0) (datetime)",
    ),
    "a text for a day": (
        xr.Contract,
        {"id": "C", "start": "2026-01-01"},
        "Contract.start: expected a date, such as date(2026, 12, 12), got '2026-01-01' (str)",
    ),
    "a number for a text": (xr.Contract, {"id": 7}, "Contract.id: expected a text, got 7 (int)"),
    "an identifier that is empty": (
        xr.Contract,
        {"id": ""},
        "Contract.id: is empty; give it a text, or leave it out if it may be unknown",
    ),
    "an identifier that is unknown": (xr.Contract, {"id": None}, "Contract.id: must be given; expected a text"),
    "a boolean for a number": (
        xr.Incident,
        {"id": "I", "severity": True},
        "Incident.severity: expected a whole number, got True (bool)",
    ),
    "a fraction for a number": (
        xr.Incident,
        {"id": "I", "severity": 1.0},
        "Incident.severity: expected a whole number, got 1.0 (float)",
    ),
    "a number for a boolean": (
        xr.RemoteAccess,
        {"authorised": 1},
        "RemoteAccess.authorised: expected true or false, got 1 (int)",
    ),
    "a number out of range": (
        xr.Incident,
        {"id": "I", "severity": 10**15 + 1},
        "Incident.severity: the number is out of range (at most 1,000,000,000,000,000 either way)",
    ),
    "a day out of range": (
        xr.Contract,
        {"id": "C", "start": date(1899, 12, 31)},
        "Contract.start: 1899-12-31 is out of range; use a day between 1900-01-01 and 2999-12-31",
    ),
    "a moment out of range": (
        xr.Incident,
        {"id": "I", "submitted_at": datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))},
        "Incident.submitted_at: 9999-12-31 is out of range; use a day between 1900-01-01 and 2999-12-31",
    ),
    "a Saturday that is none": (
        xr.WeekendRequest,
        {"id": "R", "saturday": date(2026, 12, 13)},
        "WeekendRequest.saturday: 2026-12-13 is a Sunday; a weekend is named by its Saturday, such as 2026-12-12",
    ),
    "a booked Saturday that is none": (
        xr.Booking,
        {**BOOKING, "saturday": date(2026, 12, 14)},
        "Booking.saturday: 2026-12-14 is a Monday; a weekend is named by its Saturday, such as 2026-12-12",
    ),
    "an end before the start": (
        xr.Contract,
        {"id": "C", "start": date(2026, 1, 1), "until": date(2026, 1, 1)},
        "Contract.until: 2026-01-01 is not after start (2026-01-01); until is the first day no longer covered",
    ),
    "an unknown time zone": (
        xr.Contract,
        {"id": "C", "timezone": "Europe/Amsterdm"},
        "Contract.timezone: unknown time zone `Europe/Amsterdm`; did you mean `Europe/Amsterdam`?",
    ),
    "a time zone that is a path": (
        xr.Contract,
        {"id": "C", "timezone": "../../etc/passwd"},
        "Contract.timezone: unknown time zone `../../etc/passwd`; use an IANA name, such as `Europe/Amsterdam`",
    ),
    "a country without known holidays": (
        xr.Contract,
        {"id": "C", "holidays": "Netherlands"},
        "Contract.holidays: no public holidays are known for `Netherlands`; "
        "use an ISO 3166 code, such as `NL` or `DE-BY`",
    ),
    "a subdivision without known holidays": (
        xr.Contract,
        {"id": "C", "holidays": "DE-XX"},
        "Contract.holidays: `DE` has no subdivision `XX` with public holidays; use `DE` alone",
    ),
    "changes of package out of order": (
        xr.Contract,
        {"id": "C", "package_changes": [xr.PackageChange(day=SATURDAY, package="elite")] * 2},
        "Contract.package_changes: the days must be in order, each once; sort the changes by their day",
    ),
    "a list with a wrong member": (
        xr.WeekendRequest,
        {"id": "R", "products": [xr.Component(id="P"), "P"]},
        "WeekendRequest.products[1]: expected a Component, got 'P' (str)",
    ),
    "one record for a list": (
        xr.WeekendRequest,
        {"id": "R", "products": "P"},
        "WeekendRequest.products: expected a list of Component, got 'P' (str)",
    ),
    "no products": (
        xr.WeekendRequest,
        {"id": "R", "products": ()},
        "WeekendRequest.products: is empty; name at least one product, or leave it out while it is not known",
    ),
    "a record of another class": (
        xr.Question,
        {"component": xr.Escalation()},
        "Question.component: expected a Component, got Escalation(specialist_needed=None) (Escalation)",
    ),
    "a status that does not exist": (
        xr.Booking,
        {**BOOKING, "status": "reserved"},
        "Booking.status: `reserved` is not one of `booked`, `cancelled`",
    ),
    "a cancelled booking without its moment": (
        xr.Booking,
        {**BOOKING, "status": "cancelled"},
        "Booking.cancelled_at: must be given for a cancelled booking",
    ),
    "a booking cancelled and not": (
        xr.Booking,
        {**BOOKING, "cancelled_at": NOON},
        "Booking.cancelled_at: is given, yet the status is `booked`; make the status `cancelled`",
    ),
    "a pause that ends before it starts": (
        xr.Pause,
        {"start": NOON, "end": NOON - SECOND},
        "Pause.end: 2026-12-01 11:59:59Z lies before start (2026-12-01 12:00:00Z)",
    ),
    "a pause without a start": (
        xr.Pause,
        {"start": None, "end": NOON},
        "Pause.start: must be given; expected a datetime with a time zone",
    ),
    "pauses that overlap": (
        xr.Incident,
        {"id": "I", "pauses": [xr.Pause(start=NOON, end=NOON + 2 * SECOND), xr.Pause(start=NOON + SECOND)]},
        "Incident.pauses[1]: overlaps the pause before it, which ends at 2026-12-01 12:00:02Z; "
        "give the pauses one after another, in order",
    ),
    "a pause after one that goes on": (
        xr.Incident,
        {"id": "I", "pauses": (xr.Pause(start=NOON), xr.Pause(start=NOON + SECOND, end=NOON + SECOND))},
        "Incident.pauses[1]: overlaps the pause before it, which goes on; give the pauses one after another, in order",
    ),
    "a pause and a response before the submission": (
        xr.Incident,
        {
            "id": "I",
            "submitted_at": NOON,
            "pauses": [xr.Pause(start=NOON - SECOND, end=NOON)],
            "responded_at": NOON - 2 * SECOND,
        },
        "Incident.pauses[0].start: 2026-12-01 11:59:59Z lies before submitted_at (2026-12-01 12:00:00Z)\n"
        "Incident.responded_at: 2026-12-01 11:59:58Z lies before submitted_at (2026-12-01 12:00:00Z)",
    ),
    "pauses that are none": (
        xr.Incident,
        {"id": "I", "pauses": [xr.Pause(start=NOON), NOON], "responded_at": SATURDAY},
        "Incident.pauses[1]: expected a Pause, got datetime.datetime(2026, 12, 1, 12, 0, tzinfo=datetime.timezone.utc) "
        "(datetime)\n"
        "Incident.responded_at: expected a datetime with a time zone, got datetime.date(2026, 12, 12) (date)",
    ),
    "no pauses, not even none": (
        xr.Incident,
        {"id": "I", "pauses": None},
        "Incident.pauses: must be given; expected a list of Pause",
    ),
    "several problems": (
        xr.Contract,
        {"id": "", "start": "now", "timezone": 1, "package_changes": [None]},
        "Contract.id: is empty; give it a text, or leave it out if it may be unknown\n"
        "Contract.start: expected a date, such as date(2026, 12, 12), got 'now' (str)\n"
        "Contract.timezone: expected a text, got 1 (int)\n"
        "Contract.package_changes[0]: expected a PackageChange, got None (NoneType)",
    ),
    "several problems between fields": (
        xr.Contract,
        {"id": "C", "start": SATURDAY, "until": date(2026, 1, 1), "timezone": "Mars"},
        "Contract.until: 2026-01-01 is not after start (2026-12-12); until is the first day no longer covered\n"
        "Contract.timezone: unknown time zone `Mars`; use an IANA name, such as `Europe/Amsterdam`",
    ),
}

SCHEMA = bundled().rules.schema


@pytest.mark.parametrize(("cls", "fields", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_fact_says_which_field_and_what_would_do(cls: type, fields: dict[str, Any], message: str) -> None:
    """Facts are checked when they are made, and everything wrong with one is said at once."""
    with pytest.raises(xr.FactError) as caught:
        cls(**fields)
    assert str(caught.value) == message


@given(moments(), st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"]))
def test_a_moment_is_the_same_moment_on_any_clock(moment: datetime, timezone: str) -> None:
    """Moments are kept in UTC: facts are equal, and hash alike, whatever clock their moments were read from."""
    there = moment.astimezone(ZoneInfo(timezone))
    incident, other = xr.Incident(id="I", submitted_at=moment), xr.Incident(id="I", submitted_at=there)
    assert (incident, hash(incident)) == (other, hash(other))
    assert other.submitted_at is not None
    assert other.submitted_at.tzinfo is UTC


@given(st.lists(days(), unique=True, min_size=2, max_size=4))
def test_a_list_is_kept_as_it_was_given(changed: list[date]) -> None:
    """A fact does not change when the list that it was made of does."""
    changes = [xr.PackageChange(day=day, package="elite") for day in sorted(changed)]
    contract = xr.Contract(id="C", package_changes=changes)  # type: ignore[arg-type]
    expected = tuple(changes)
    changes.clear()
    assert contract.package_changes == expected


@given(st.lists(st.integers(0, 5), max_size=6), st.booleans())
def test_pauses_may_touch_and_the_last_may_go_on(steps: list[int], goes_on: bool) -> None:
    """Pauses that lie one after another are taken, from the submission itself on, and however short."""
    bounds = [NOON + sum(steps[: number + 1]) * SECOND for number in range(len(steps))]
    pauses = [xr.Pause(start=start, end=end) for start, end in zip(bounds[::2], bounds[1::2], strict=False)]
    if goes_on:
        pauses.append(xr.Pause(start=bounds[-1] if bounds else NOON))
    incident = xr.Incident(id="I", submitted_at=NOON, pauses=pauses, responded_at=NOON)
    assert incident.pauses == tuple(pauses)


@given(situations(), st.sampled_from([None, 2]))
def test_facts_come_back_from_json(facts: dict[str, Any], indent: int | None) -> None:
    """Reading what was written gives the same facts, the unknown still unknown, as text and as bytes."""
    text = xr.facts_to_json(facts, indent=indent)
    assert xr.facts_from_json(text) == facts
    assert xr.facts_from_json(text.encode()) == facts


@given(st.text(min_size=1))
def test_any_text_comes_back_from_json(identifier: str) -> None:
    """Whatever identifiers a help desk gives out are kept, to the last character."""
    facts = {"component": xr.Component(id=identifier)}
    assert xr.facts_from_json(xr.facts_to_json(facts)) == facts


@given(situations())
def test_json_is_yaml_too(facts: dict[str, Any]) -> None:
    """A file of facts may be JSON or YAML: read as YAML, JSON gives the same facts."""
    text = xr.facts_to_json(facts, indent=2)
    assert facts_from_yaml(text.encode(), "facts.json", SCHEMA) == facts


@given(contracts())
def test_null_is_not_known(contract: xr.Contract) -> None:
    """A field that is ``null`` is the same as one that is left out."""
    data = json.loads(xr.facts_to_json({"contract": contract}))
    absent = dict.fromkeys(["package", "start", "until", "timezone", "holidays"])
    assert xr.facts_from_json(json.dumps({"contract": {**absent, **data["contract"]}, "at": None})) == {
        "contract": contract
    }


WRONG_JSON = {
    "not JSON": ("{", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    "no object": ("[]", 'facts must be an object: facts by name; such as {"contract": {...}}'),
    "an unknown fact": ('{"contrct": {"id": "C"}}', "contrct: unknown fact; did you mean `contract`?"),
    "an unknown field": (
        '{"contract": {"id": "C", "time_zone": "UTC"}}',
        "contract.time_zone: unknown field; did you mean `timezone`?",
    ),
    "an unknown field, deep": (
        '{"weekend": {"id": "R", "products": [{"id": "P", "standrd": true}]}}',
        "weekend.products[0].standrd: unknown field; did you mean `standard`?",
    ),
    "a text for a boolean": (
        '{"access": {"authorised": "yes"}}',
        "access.authorised: expected true or false, got 'yes' (str)",
    ),
    "a text for an object": ('{"contract": "C"}', "contract: expected an object, got 'C'"),
    "an object for a list": ('{"bookings": {"id": "B"}}', "bookings: expected a list, got {'id': 'B'}"),
    "a number for a day": (
        '{"contract": {"id": "C", "start": 20260101}}',
        "contract.start: expected a date such as 2026-12-12, got 20260101",
    ),
    "a day that does not exist": (
        '{"contract": {"id": "C", "start": "2026-02-30"}}',
        "contract.start: expected a date such as 2026-12-12, got '2026-02-30'",
    ),
    "a day for a moment": (
        '{"at": "2026-12-01"}',
        "at: expected a moment such as 2026-12-01T09:30:00+01:00, got '2026-12-01'",
    ),
    "a moment without a time zone": (
        '{"at": "2026-12-01T12:00:00"}',
        "at: 2026-12-01T12:00:00 has no time zone; give it a tzinfo; in a text, end it with `Z` or `+01:00`",
    ),
    "an identifier that lacks": ('{"incident": {"severity": 1}}', "incident.id: must be given"),
    "an identifier that is null": ('{"incident": {"id": null}}', "incident.id: must be given; expected a text"),
    "a number out of range": (
        '{"incident": {"id": "I", "severity": 1e400}}',
        "incident.severity: expected a whole number, got inf (float)",
    ),
    "a key twice": ('{"contract": {"id": "C", "id": "D"}}', "id: stands twice in one object; keep one"),
    "fields that disagree": (
        '{"contract": {"id": "C", "start": "2026-01-01", "until": "2025-01-01"}}',
        "contract.until: 2025-01-01 is not after start (2026-01-01); until is the first day no longer covered",
    ),
    "a pause that ends before it starts": (
        '{"incident": {"id": "I", "pauses": [{"start": "2026-12-01T12:00:00Z", "end": "2026-12-01T12:30:00+01:00"}]}}',
        "incident.pauses[0].end: 2026-12-01 11:30:00Z lies before start (2026-12-01 12:00:00Z)",
    ),
    "pauses with wrong fields": (
        '{"incident": {"id": "I", "pauses": [{"start": null}, {"begin": "2026-12-01T12:00:00Z"}]}}',
        "incident.pauses[0].start: must be given; expected a datetime with a time zone\n"
        "incident.pauses[1].begin: unknown field; choose from `end`, `start`\n"
        "incident.pauses[1].start: must be given",
    ),
    "a response before the submission": (
        '{"incident": {"id": "I", "submitted_at": "2026-12-01T12:00:00Z", "responded_at": "2026-12-01T11:00:00Z"}}',
        "incident.responded_at: 2026-12-01 11:00:00Z lies before submitted_at (2026-12-01 12:00:00Z)",
    ),
    "all at once": (
        '{"contract": {"id": "", "start": "x"}, "bookings": [{"id": "B", "saturday": "2026-12-13"}], "acces": {}}',
        "contract.id: is empty; give it a text, or leave it out if it may be unknown\n"
        "contract.start: expected a date such as 2026-12-12, got 'x'\n"
        "bookings[0].contract_id: must be given\n"
        "bookings[0].status: must be given\n"
        "acces: unknown fact; did you mean `access`?",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG_JSON.values(), ids=WRONG_JSON)
def test_wrong_json_says_where_and_what(text: str, message: str) -> None:
    """Everything wrong with facts in JSON is said at once, each with its path."""
    with pytest.raises(xr.FactError) as caught:
        xr.facts_from_json(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["[" * 100_000, '{"contract":' * 100_000, "9" * 100_000, b"\xff", "", "\ud800"])
def test_hostile_json_is_refused(text: str | bytes) -> None:
    """However deep, long or broken: an error of this library and no other."""
    with pytest.raises(xr.FactError):
        xr.facts_from_json(text)


def test_facts_from_a_file_say_line_and_column() -> None:
    """A wrong fact in a YAML file is pointed at by file, line and column, and by its path."""
    lines = [
        "contract:",
        "  id: C-1",
        "  start: 1 January",
        "  package_changes:",
        "    - {day: 2026-05-01, pakage: elite}",
        "at: 2026-12-01 12:00",
        "wekend: {id: R}",
    ]
    with pytest.raises(xr.FactError) as caught:
        facts_from_yaml("\n".join(lines).encode(), "facts.yaml", SCHEMA)
    assert str(caught.value).splitlines() == [
        "facts.yaml:3:10: contract.start: expected a date such as 2026-12-12, got '1 January'",
        "facts.yaml:5:25: contract.package_changes[0].pakage: unknown field; did you mean `package`?",
        "facts.yaml:5:7: contract.package_changes[0].package: must be given",
        "facts.yaml:6:5: at: 2026-12-01T12:00:00 has no time zone; give it a tzinfo; in a text, end it with `Z` or `+01:00`",
        "facts.yaml:7:1: wekend: unknown fact; did you mean `weekend`?",
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "facts.yaml:1:1: is empty"),
        (b"- a", 'facts.yaml:1:1: facts must be an object: facts by name; such as {"contract": {...}}'),
        (b"at: 1\nat: 2", "facts.yaml:2:1: duplicate key `at`; it stands on line 1 too; keep one"),
        ('{"at": null}'.encode("utf-16"), "facts.yaml:1:1: is not UTF-8; save the file as UTF-8"),
        (b"at: \xff", "facts.yaml:1:1: is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_file_that_holds_no_facts_says_so(data: bytes, message: str) -> None:
    """What cannot be read at all is an error with its place too."""
    with pytest.raises(xr.FactError) as caught:
        facts_from_yaml(data, "facts.yaml", SCHEMA)
    assert str(caught.value) == message


CONTRACT = xr.Contract(id="C", package="elite", start=date(2026, 1, 1))
UNDECLARED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown fact": ({"contrct": CONTRACT}, "contrct: unknown fact; did you mean `contract`?"),
    "another class": (
        {"contract": xr.Component(id="P", standard=True)},
        "contract: expected a Contract, got Component(id='P', standard=True, generally_available=None, "
        "under_agreement=None) (Component)",
    ),
    "a class for an object": ({"access": xr.RemoteAccess}, "access: expected a RemoteAccess, got "),
    "an undeclared package": (
        {"contract": xr.Contract(id="C", package="elit")},
        "contract.package: unknown package `elit`; did you mean `elite`?",
    ),
    "an undeclared package, later": (
        {"contract": xr.Contract(id="C", package_changes=(xr.PackageChange(day=SATURDAY, package="gold"),))},
        "contract.package_changes[0].package: unknown package `gold`; choose from `elite`, `premium`, `xtreme`",
    ),
    "an undeclared severity": (
        {"incident": xr.Incident(id="I", severity=5)},
        "incident.severity: unknown severity `5`; choose from `1`, `2`, `3`, `4`",
    ),
    "an undeclared topic": (
        {"question": xr.Question(topic="instalation")},
        "question.topic: unknown topic `instalation`; did you mean `installation`?",
    ),
    "a list with a wrong member": (
        {"bookings": [xr.Booking(**BOOKING), CONTRACT.id]},
        "bookings[1]: expected a Booking, got 'C' (str)",
    ),
    "no list": ({"bookings": "none"}, "bookings: expected a list of Booking, got 'none' (str)"),
    "a naive moment": ({"at": datetime(2026, 12, 1)}, "at: 2026-12-01T00:00:00 has no time zone; give it a tzinfo"),
    "a moment out of range": ({"at": datetime.min.replace(tzinfo=UTC)}, "at: 0001-01-01 is out of range; use a day"),
    "all at once": (
        {"contract": xr.Contract(id="C", package="gold"), "incident": xr.Incident(id="I", severity=9), "at": 1},
        "contract.package: unknown package `gold`; choose from `elite`, `premium`, `xtreme`\n"
        "incident.severity: unknown severity `9`; choose from `1`, `2`, `3`, `4`\n"
        "at: expected a datetime with a time zone, got 1 (int)",
    ),
}


@pytest.mark.parametrize(("facts", "message"), UNDECLARED.values(), ids=UNDECLARED)
def test_a_rulebook_refuses_what_it_does_not_declare(
    rulebook: xr.Rulebook, facts: dict[str, Any], message: str
) -> None:
    """Facts that exist, of their class, with declared values only, however deep; all that is wrong at once."""
    with pytest.raises(xr.FactError) as caught:
        rulebook.decide_all(**facts)
    assert str(caught.value).startswith(message)
    with pytest.raises(xr.FactError) as again:
        rulebook.decide(rulebook.options[0], **facts)
    assert str(again.value) == str(caught.value)


@given(situations())
def test_bookings_may_be_anything_that_yields_them(rulebook: xr.Rulebook, facts: dict[str, Any]) -> None:
    """A list, a tuple and a generator of the same bookings are the same history."""
    bookings = facts.get("bookings", ())
    truths = [
        {reason.condition: reason.truth for reason in decision.reasons}
        for decision in (
            rulebook.decide("special-event-weekend", **{**facts, "bookings": history})
            for history in (tuple(bookings), list(bookings), iter(bookings))
        )
    ]
    assert truths[0] == truths[1] == truths[2]


@given(situations())
def test_a_fact_that_is_none_is_one_that_is_left_out(rulebook: xr.Rulebook, facts: dict[str, Any]) -> None:
    """``None`` is not known, and so is a fact that was never named."""
    unknown = dict.fromkeys(STANDARD_FACTS.keys() - facts.keys())
    for option in rulebook.options:
        without, with_none = rulebook.decide(option, **facts), rulebook.decide(option, **facts, **unknown)
        assert (without.outcome, without.missing) == (with_none.outcome, with_none.missing)
