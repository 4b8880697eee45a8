"""Triage: the laws of deadlines, who covers an incident and from when on, what is refused, and how it is said."""

import json
import pickle
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from conftest import ROOT, bundled
from desk import CONTRACT, DAY, MINUTE, NEVER, WEEK, incident, local, pauses
from desks import desk_situations
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.coverage.holidays import known_years
from xtreme_rules.language.vocabulary import package_on
from xtreme_rules.testing import forgotten

TABLE = bundled().rules.response_times
PACKAGES = tuple(bundled().rules.packages)
assert TABLE is not None
#: Of a law that is checked on every engine, each engine takes a part of the examples.
law = settings(max_examples=50)


# Deadlines: laws.


@st.composite
def less_of(draw: st.DrawFn, more: dict[str, Any]) -> dict[str, Any]:
    """A situation with less known of the contract and the incident, perhaps without the bookings."""
    less = draw(forgotten({name: more[name] for name in ("contract", "incident")}))
    return {**more, **less, "bookings": draw(st.sampled_from((more["bookings"], None)))}


def deadline_of(rulebook: xr.Rulebook, situation: Mapping[str, Any], **changes: Any) -> xr.Deadline:
    return rulebook.respond_by(**{**situation, **changes})


def due_of(deadline: xr.Deadline) -> datetime:
    """By when to respond, or beyond all time."""
    return NEVER if deadline.due is None else deadline.due


def told(deadline: xr.Deadline) -> tuple[object, ...]:
    """All that a deadline says, but for the row: several may give the same response time."""
    return (
        deadline.standing,
        deadline.due,
        deadline.within,
        deadline.used,
        deadline.remaining,
        deadline.warnings,
        deadline.paused_since,
    )


@law
@given(desk_situations(), st.data())
def test_knowledge_never_overturns_a_deadline(rulebook: xr.Rulebook, more: dict[str, Any], data: st.DataObject) -> None:
    """A deadline that can be said with less known is the same with more known."""
    before = deadline_of(rulebook, data.draw(less_of(more)))
    if before.standing is xr.Standing.NEEDS_INFORMATION:
        assert before.missing
    else:
        assert told(before) == told(deadline_of(rulebook, more))


@law
@given(desk_situations(), st.sampled_from(PACKAGES), st.integers(-2, 9))
def test_an_upgrade_never_gives_a_later_deadline(
    rulebook: xr.Rulebook, situation: dict[str, Any], package: str, days: int
) -> None:
    """With at least a given package from some day on, the response time and the deadline are never later."""
    contract = situation["contract"]
    from_day = max(contract.start, situation["incident"].submitted_at.date() + days * DAY)

    def at_least(other: str) -> str:
        return max(package, other, key=PACKAGES.index)

    changes = {change.day: change.package for change in contract.package_changes}
    changes[from_day] = package_on(from_day, contract.package, contract.package_changes)
    higher = [
        xr.PackageChange(day=day, package=at_least(to) if day >= from_day else to)
        for day, to in sorted(changes.items())
    ]
    before = deadline_of(rulebook, situation)
    after = deadline_of(rulebook, situation, contract=attrs.evolve(contract, package_changes=higher))
    assert due_of(after) <= due_of(before)
    if before.within is not None:
        assert after.within is not None
        assert after.within <= before.within


@law
@given(desk_situations(), st.integers(-1, 3))
def test_a_weekend_more_never_gives_a_later_deadline(
    rulebook: xr.Rulebook, situation: dict[str, Any], weeks: int
) -> None:
    """Whatever else is booked: one more weekend can bring the deadline forward, and never puts it off."""
    day = situation["incident"].submitted_at.date()
    saturday = day + timedelta(days=5 - day.weekday(), weeks=weeks)
    booking = xr.Booking(id="more", contract_id=situation["contract"].id, saturday=saturday, status="booked")
    more = deadline_of(rulebook, situation, bookings=[*situation["bookings"], booking])
    assert due_of(more) <= due_of(deadline_of(rulebook, situation))


@law
@given(desk_situations())
def test_a_pause_never_gives_an_earlier_deadline(rulebook: xr.Rulebook, situation: dict[str, Any]) -> None:
    """Waiting for the customer puts the deadline and every warning off, or leaves them, and uses no more time."""
    paused = deadline_of(rulebook, situation)
    without = deadline_of(rulebook, situation, incident=attrs.evolve(situation["incident"], pauses=()))
    assert due_of(paused) >= due_of(without)
    assert (paused.within, paused.missing) == (without.within, without.missing)
    for mine, theirs in zip(paused.warnings, without.warnings, strict=False):
        assert mine.at >= theirs.at
    if paused.used is not None and without.used is not None:
        assert paused.used <= without.used


def as_of(reported: xr.Incident, at: datetime) -> xr.Incident:
    """An incident without what had not happened yet at a moment."""
    begun = [pause for pause in reported.pauses if pause.start <= at]
    pauses = [attrs.evolve(pause, end=None if pause.end is None or pause.end > at else pause.end) for pause in begun]
    answered = reported.responded_at if reported.responded_at is not None and reported.responded_at <= at else None
    return attrs.evolve(reported, pauses=pauses, responded_at=answered)


@law
@given(desk_situations())
def test_what_has_not_happened_yet_is_not_seen(rulebook: xr.Rulebook, situation: dict[str, Any]) -> None:
    """As of a moment, pauses and a response of later count for nothing, and a pause that ends later goes on."""
    seen = as_of(situation["incident"], situation["at"])
    assert told(deadline_of(rulebook, situation)) == told(deadline_of(rulebook, situation, incident=seen))


@law
@given(desk_situations())
def test_a_standing_is_what_its_moments_say(rulebook: xr.Rulebook, situation: dict[str, Any]) -> None:
    """The standing follows from the moment, the deadline, the first warning, the response and the pauses alone."""
    at, reported = situation["at"], situation["incident"]
    deadline, standing = deadline_of(rulebook, situation), xr.Standing
    due, answered = deadline.due, reported.responded_at is not None and reported.responded_at <= at
    if deadline.within is None:
        assert deadline.standing in (standing.NOT_COVERED, standing.NEEDS_INFORMATION)
        assert (due, deadline.used, deadline.remaining, deadline.warnings) == (None, None, None, ())
        assert deadline.paused_since is None
    elif answered:
        assert deadline.paused_since is None
        late = due is not None and reported.responded_at > due
        assert deadline.standing is (standing.ANSWERED_LATE if late else standing.ANSWERED)
    elif due is None:
        assert deadline.standing is (standing.NEVER if deadline.paused_since is None else standing.PAUSED)
    elif at > due:
        assert deadline.standing is standing.BREACHED
    else:
        assert deadline.standing is (standing.AT_RISK if at >= deadline.warnings[0].at else standing.SAFE)


@law
@given(desk_situations())
def test_what_is_used_and_what_remains_are_the_response_time(rulebook: xr.Rulebook, situation: dict[str, Any]) -> None:
    """Used and remaining time add up to the response time until it is over; then nothing remains, and the rest is overdue.

    It is over from the deadline on and not before; while the incident waits for the customer, nothing more is used.
    """
    deadline = deadline_of(rulebook, situation)
    assume(deadline.within is not None)
    assert deadline.used is not None
    assert deadline.remaining is not None
    assert deadline.overdue is not None
    assert deadline.used + deadline.remaining - deadline.overdue == deadline.within
    assert min(deadline.remaining, deadline.overdue) == timedelta(0)
    until = min(situation["at"], situation["incident"].responded_at or NEVER)
    assert (deadline.used >= deadline.within) == (due_of(deadline) <= until)
    if deadline.paused_since is not None:
        assert deadline_of(rulebook, situation, at=deadline.paused_since).used == deadline.used


@law
@given(desk_situations())
def test_a_warning_comes_when_its_share_is_used(rulebook: xr.Rulebook, situation: dict[str, Any]) -> None:
    """Warnings lie in order between submission and deadline; at each, exactly its share has been used, and at the end all."""
    situation["incident"] = attrs.evolve(as_of(situation["incident"], situation["at"]), responded_at=None)
    ticket = rulebook.triage(**situation)
    deadline = ticket.deadline
    waiting = [(pause.start, pause.end) for pause in situation["incident"].pauses]
    moments = [situation["incident"].submitted_at, *(warning.at for warning in deadline.warnings)]
    assert moments == sorted(moments)
    assert moments[-1] <= due_of(deadline)
    assert tuple(warning.share for warning in deadline.warnings) == TABLE.warnings[: len(deadline.warnings)]
    for warning in deadline.warnings:
        used = ticket.clock.elapsed(moments[0], warning.at, waiting)
        assert used == deadline.within * warning.share / 100
        assert deadline_of(rulebook, situation, at=warning.at).used == used
    if deadline.due is not None:
        assert len(deadline.warnings) == len(TABLE.warnings)
        assert deadline_of(rulebook, situation, at=deadline.due).used == deadline.within


@settings(max_examples=30)
@given(desk_situations())
def test_a_deadline_is_what_counting_quarters_of_an_hour_gives(situation: dict[str, Any]) -> None:
    """Every covered quarter that is no pause uses up a quarter of an hour; the deadline is where none is left."""
    contract, reported = situation["contract"], situation["incident"]
    start = reported.submitted_at.replace(minute=reported.submitted_at.minute // 15 * 15, second=0, microsecond=0)
    assume(start.astimezone(ZoneInfo(contract.timezone)).date() >= contract.start)
    gone = [
        (pause.start - reported.submitted_at, pause.end and pause.end - reported.submitted_at)
        for pause in reported.pauses
    ]
    gone = [(start + since, NEVER if until is None else start + until) for since, until in gone]
    paused = [xr.Pause(start=since, end=None if until == NEVER else until) for since, until in gone]
    asked = attrs.evolve(reported, submitted_at=start, pauses=paused, responded_at=None)
    deadline = deadline_of(bundled(), situation, incident=asked, at=start + 400 * DAY)
    assume(deadline.within is not None)
    active = [b for b in situation["bookings"] if (b.contract_id, b.status) == (contract.id, "booked")]
    booked = {b.saturday + n * DAY for b in active for n in (0, 1)}

    def covered(at: datetime) -> bool:
        day = at.astimezone(ZoneInfo(contract.timezone)).date()
        elite = package_on(day, contract.package, contract.package_changes) == "elite"
        return (elite and day in booked and contract.start <= day < contract.until) or any(
            bundled().decide(option, contract=contract, incident=asked, at=at).granted
            for option in ("phone-support", "critical-incident-support", "extended-critical-incident-support")
        )

    at, left = start, deadline.within
    while left and at < start + 8 * DAY:
        left -= 15 * MINUTE * (covered(at) and not any(since <= at < until for since, until in gone))
        at += 15 * MINUTE
    if left:
        assert due_of(deadline) > at
    else:
        assert deadline.due == at


@law
@given(
    desk_situations(places=[(zone, date(2026, 1, 1) + n * DAY) for zone in ("UTC", "Asia/Kolkata") for n in range(9)]),
    st.integers(-50, 500),
)
def test_whole_weeks_shift_the_answer(rulebook: xr.Rulebook, situation: dict[str, Any], weeks: int) -> None:
    """Where no clock changes and no day is a holiday, all facts moved by whole weeks move the answer by as much."""
    situation["contract"] = attrs.evolve(situation["contract"], holidays=None)
    here = deadline_of(rulebook, situation)
    there = deadline_of(rulebook, {name: moved(value, weeks * WEEK) for name, value in situation.items()})
    assert told(there) == moved(told(here), weeks * WEEK)


def moved(value: Any, by: timedelta) -> Any:
    """A value with every day and every moment in it, however deep, later by so much."""
    if isinstance(value, date):
        return value + by
    if isinstance(value, tuple):
        return tuple(moved(item, by) for item in value)
    if attrs.has(type(value)):
        return attrs.evolve(
            value, **{field.name: moved(getattr(value, field.name), by) for field in attrs.fields(type(value))}
        )
    return value


# What is refused.

BEFORE = (
    "incident.submitted_at: 2025-12-31 lies before contract.start (2026-01-01); name the contract that held on that day"
)
EARLY = (
    "at: 2026-06-01 06:59:59Z lies before incident.submitted_at (2026-06-01 07:00:00Z); "
    "ask for a moment at which it had been submitted"
)
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "submitted before the contract starts": ({"incident": incident(3, "2025-12-31T23:59")}, BEFORE),
    "asked for a moment before the submission": ({"at": local("06-01 08:59:59")}, EARLY),
    "both": (
        {"incident": incident(3, "2025-12-31T23:59"), "at": local("2025-12-31T23:58")},
        f"{BEFORE}\nat: 2025-12-31 22:58:00Z lies before incident.submitted_at (2025-12-31 22:59:00Z); "
        "ask for a moment at which it had been submitted",
    ),
    "a naive moment": (
        {"at": datetime(2026, 6, 1, 12)},
        "at: 2026-06-01T12:00:00 has no time zone; give it a tzinfo; in a text, end it with `Z` or `+01:00`",
    ),
    "an unknown severity": (
        {"incident": incident(5)},
        "incident.severity: unknown severity `5`; choose from `1`, `2`, `3`, `4`",
    ),
    "an unknown package": (
        {"contract": attrs.evolve(CONTRACT, package="platinum")},
        "contract.package: unknown package `platinum`; choose from `elite`, `premium`, `xtreme`",
    ),
    "no contract": ({"contract": None}, "contract: must be given"),
    "no incident": ({"incident": None}, "incident: must be given"),
    "no moment": ({"at": None}, "at: must be given"),
    "nothing": (
        {"contract": None, "incident": None, "at": None},
        "contract: must be given\nincident: must be given\nat: must be given",
    ),
    "another class": ({"incident": "I"}, "incident: expected an Incident, got 'I' (str)"),
    "a booking of another class": ({"bookings": [CONTRACT.id]}, "bookings[0]: expected a Booking, got 'C' (str)"),
    "an unknown fact": ({"wekend": None}, "wekend: unknown fact; did you mean `weekend`?"),
    "several": (
        {"incident": incident(0), "at": 1},
        "incident.severity: unknown severity `0`; choose from `1`, `2`, `3`, `4`\n"
        "at: expected a datetime with a time zone, got 1 (int)",
    ),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused(rulebook: xr.Rulebook, changes: dict[str, Any], message: str) -> None:
    """Facts that are wrong, by themselves or together, are errors that say which, where, and what to do."""
    facts = {"contract": CONTRACT, "incident": incident(3), "at": datetime(2026, 6, 1, 12, tzinfo=UTC), **changes}
    for ask in (rulebook.respond_by, rulebook.triage):
        with pytest.raises(xr.FactError) as caught:
            ask(**facts)
        assert str(caught.value) == message


@pytest.mark.parametrize(("code", "start"), [("BG", date(1985, 1, 1)), ("NL", date(2110, 1, 1))])
def test_holidays_that_are_not_known_are_said_to_be(code: str, start: date) -> None:
    """Where the answer depends on the public holidays of a year that nobody knows, it is no guess but an error."""
    contract = attrs.evolve(CONTRACT, start=start, until=start.replace(year=start.year + 3), holidays=code)
    at = datetime(start.year, start.month + 1, 1, 12, tzinfo=UTC)
    with pytest.raises(xr.FactError) as caught:
        bundled().respond_by(contract, xr.Incident(id="I", severity=3, submitted_at=at), at=at)
    known = known_years(code)
    assert str(caught.value) == (
        f"contract.holidays: the public holidays of `{code}` are known for {known.start} to {known.stop - 1}, not for "
        f"{start.year}; update the `holidays` package, or name no holidays, and no day counts as one"
    )


def test_a_decision_can_be_explained_though_holidays_of_later_years_are_not_known() -> None:
    """What could be decided can be explained and written as data; from when on it would be granted is then not said."""
    last = known_years("NL").stop - 1
    contract = attrs.evolve(CONTRACT, start=date(last - 1, 1, 1), until=date(last + 2, 1, 1))
    decision = bundled().decide("phone-support", contract=contract, at=datetime(last, 12, 31, 22, tzinfo=UTC))
    assert decision.unmet == ("coverage-hours",)
    assert decision.granted_from is None
    assert "coverage-hours" in decision.explain()
    assert decision.to_dict()["granted_from"] is None


def test_a_ticket_can_be_shown_though_holidays_of_later_years_are_not_known() -> None:
    """Who covers an incident from when on is not said then; the ticket is shown all the same."""
    last = known_years("NL").stop - 1
    contract = attrs.evolve(CONTRACT, package="xtreme", start=date(last - 1, 1, 1), until=date(last + 2, 1, 1))
    at = datetime(last, 12, 31, 22, tzinfo=UTC)
    asked = xr.Incident(id="I", severity=3, submitted_at=at - timedelta(days=30), responded_at=at - timedelta(days=30))
    ticket = bundled().triage(contract, asked, at=at)
    assert ticket.covered_from is None
    assert "I" in str(bundled().queue([ticket]))


def test_years_after_the_contract_need_no_holidays() -> None:
    """A contract that ends with the last year whose holidays are known needs no later ones to say that time runs out."""
    last = known_years("NL").stop - 1
    contract = attrs.evolve(CONTRACT, start=date(last - 1, 1, 1), until=date(last, 12, 31))
    at = datetime(last, 12, 30, 15, tzinfo=UTC)
    deadline = bundled().respond_by(contract, xr.Incident(id="I", severity=4, submitted_at=at), at=at)
    assert deadline.standing is xr.Standing.NEVER


def test_a_rulebook_without_response_times_says_so() -> None:
    """Triage needs the table, and says which file to add."""
    sound = xr.load(ROOT / "tests" / "broken" / "sound")
    for ask in (sound.respond_by, sound.triage):
        with pytest.raises(xr.UnknownNameError) as caught:
            ask(CONTRACT, incident(2), at=local("06-01 12:00"))
        assert str(caught.value) == "the rulebook `sound` has no response times; add `response-times.yaml`"


# Tickets.


@law
@given(desk_situations())
def test_a_ticket_is_covered_exactly_while_an_option_covers_it(
    rulebook: xr.Rulebook, situation: dict[str, Any]
) -> None:
    """It is covered now exactly if one of the decisions is a grant; else from the first moment at which one will be."""
    ticket = rulebook.triage(**situation)
    at, following = situation["at"], ticket.covered_from
    assert ticket.covered_by == tuple(name for name, decision in ticket.coverage.items() if decision.granted)
    assert (following == at) == (at in ticket.clock) == bool(ticket.covered_by)
    assert told(ticket.deadline) == told(deadline_of(rulebook, situation))
    if following is not None and following != at:
        assert following > at
        assert rulebook.triage(**{**situation, "at": following}).covered_by
        for before in (following - MINUTE, at + (following - at) / 2):
            if before > at:
                assert not rulebook.triage(**{**situation, "at": before}).covered_by
    moments = [decision.granted_from for decision in ticket.coverage.values() if decision.granted_from is not None]
    assert ticket.covered_by or following == min(moments, default=None)


@law
@given(desk_situations(), st.data())
def test_knowledge_never_overturns_who_covers_it_from_when(
    rulebook: xr.Rulebook, more: dict[str, Any], data: st.DataObject
) -> None:
    """What covers an incident with less known covers it with more known too, and from the same moment on."""
    before, after = rulebook.triage(**data.draw(less_of(more))), rulebook.triage(**more)
    assert (before.covered_from == before.at) == bool(before.covered_by)
    assert set(before.covered_by) <= set(after.covered_by)
    if before.covered_from is not None:
        assert after.covered_from == before.covered_from


@pytest.mark.parametrize(
    ("contract", "reported", "at", "english", "dutch"),
    [
        ({}, incident(3), "06-01 12:00", "Support by telephone (now)", "Telefonische bereikbaarheid (nu)"),
        ({}, incident(None), "06-01 12:00", "Support by telephone (now)", "Telefonische bereikbaarheid (nu)"),
        (
            {"package": "elite"},
            incident(1),
            "06-01 12:00",
            "Support by telephone, Support for critical incidents, Extended support for critical incidents (now)",
            "Telefonische bereikbaarheid, Ondersteuning bij kritieke meldingen, "
            "Uitgebreidere ondersteuning bij kritieke meldingen (nu)",
        ),
        (
            {},
            incident(3),
            "06-06 12:00",
            "from Monday 8 June 2026 at 08:00 (CEST)",
            "vanaf maandag 8 juni 2026 om 08:00 uur (CEST)",
        ),
        ({"until": date(2026, 6, 6)}, incident(3), "06-06 12:00", "Not covered", "Niet gedekt"),
        ({}, incident(None), "06-06 12:00", "Needs information", "Meer informatie nodig"),
        ({"timezone": None}, incident(3), "06-01 12:00", "Needs information", "Meer informatie nodig"),
        ({"until": None}, incident(3), "06-01 12:00", "Needs information", "Meer informatie nodig"),
    ],
)
def test_a_ticket_says_in_a_line_what_covers_it(
    contract: dict[str, Any], reported: xr.Incident, at: str, english: str, dutch: str
) -> None:
    """Which options cover it now, or from when on one does; that none will, only where that is known."""
    ticket = bundled().triage(attrs.evolve(CONTRACT, **contract), reported, at=local(at))
    assert (ticket.covered_from == ticket.at) == bool(ticket.covered_by)
    assert ticket.cover("en") == english
    assert ticket.cover("nl") == dutch


@settings(max_examples=50)
@given(desk_situations(unknowns=True), st.sampled_from(["nl", "en"]), st.sampled_from(["text", "html", "markdown"]))
def test_everything_can_be_explained(situation: dict[str, Any], lang: str, form: str) -> None:
    """Every deadline and ticket has an explanation in both languages and every form, and is plain data for JSON."""
    contract, reported = situation["contract"], situation["incident"]
    assume(reported.submitted_at is not None)
    ticket = bundled().triage(**situation)
    for said, names in ((ticket, (contract.id, reported.id, *ticket.coverage)), (ticket.deadline, (reported.id,))):
        explanation = said.explain(lang, form)
        for name in (*names, *ticket.deadline.missing):
            assert name in explanation
        assert "{" not in explanation
        assert json.loads(json.dumps(said.to_dict())) == said.to_dict()
    assert str(ticket) == ticket.explain()
    assert str(ticket.deadline) == ticket.deadline.explain("en", "text")
    assert ticket._repr_html_() == ticket.explain(format="html")
    assert ticket.deadline._repr_html_() == ticket.deadline.explain(format="html")


def test_a_deadline_as_data() -> None:
    """Moments in UTC, durations in seconds, and what it rests on."""
    reported = incident(2, pauses=pauses(("06-01 10:00", None)))
    deadline = bundled().respond_by(CONTRACT, reported, at=local("06-01 12:00"))
    data = deadline.to_dict()
    assert data.pop("sources")[0].startswith("Infor hanteert vaste responstijden")
    assert data.pop("rulebook") == bundled().identity
    assert data == {
        "incident": "I",
        "at": "2026-06-01T10:00:00+00:00",
        "standing": "paused",
        "due": None,
        "row": "high",
        "within_seconds": 14400.0,
        "used_seconds": 3600.0,
        "remaining_seconds": 10800.0,
        "overdue_seconds": 0.0,
        "warnings": [],
        "paused_since": "2026-06-01T08:00:00+00:00",
        "missing": [],
        "assumptions": ["sample-response-times", "package-on-submission", "response-clock", "waiting-for-the-customer"],
    }


def test_a_deadline_in_words() -> None:
    """The whole explanation of a deadline, and of one that is not covered, on the wall clock of the contract."""
    at = local("06-02 16:00")
    late = bundled().respond_by(CONTRACT, incident(3), at=at)
    lines = [line.strip() for line in late.explain("nl").splitlines()]
    assert lines[0] == "Melding I: TE LAAT"
    assert lines[3:12] == [
        "Reactie",
        "• Responstijd: 16 uur (medium)",
        "bepaling: “Infor hanteert vaste responstijden voor meldingen op basis van urgentie, product en",
        "supportpakket.”",
        "✗ Reageren uiterlijk: dinsdag 2 juni 2026 om 15:00 uur (CEST)",
        "• Verbruikt: 17 uur",
        "✗ Overschreden met: 1 uur",
        "• Waarschuwing bij 75%: dinsdag 2 juni 2026 om 11:00 uur (CEST)",
        "• Waarschuwing bij 90%: dinsdag 2 juni 2026 om 13:24 uur (CEST)",
    ]
    waiting = bundled().respond_by(CONTRACT, incident(3, pauses=pauses(("06-01 12:00", None))), at=at)
    assert "• Waits for the customer since: Monday 1 June 2026 at 12:00 (CEST)" in waiting.explain()
    assert "• Remaining: 13 h" in waiting.explain()
    ended = attrs.evolve(CONTRACT, until=date(2026, 6, 1))
    none = bundled().respond_by(ended, incident(3), at=at).explain()
    assert "Incident I: NOT COVERED" in none
    assert "in-force: The contract holds from Thursday 1 January 2026 until Monday 1 June 2026" in none
    over = bundled().respond_by(attrs.evolve(ended, until=date(2026, 6, 2)), incident(3), at=at).explain()
    assert "✗ The response time never ends: nothing covers it any more" in over


def test_what_a_notebook_and_a_shell_show() -> None:
    """A repr names the incident, how it stands, and by when to respond, if that is known."""
    at = local("06-01 12:00")
    assert repr(bundled().respond_by(CONTRACT, incident(3), at=at)) == "<Deadline of I: SAFE, due 2026-06-02 13:00Z>"
    assert repr(bundled().respond_by(CONTRACT, incident(None), at=at)) == "<Deadline of I: NEEDS_INFORMATION>"
    assert repr(bundled().triage(CONTRACT, incident(3), at=at)) == "<Ticket I of C: SAFE>"


@pytest.mark.parametrize("standing", xr.Standing)
def test_a_standing_has_no_truth_value(standing: xr.Standing) -> None:
    """No ``if`` can hide one of them."""
    with pytest.raises(TypeError, match=r"^a standing is one of many, not true or false; compare it$"):
        bool(standing)


@pytest.mark.parametrize("ask", [xr.Rulebook.respond_by, xr.Rulebook.triage])
def test_unknown_languages_formats_and_facts_are_said_to_be(ask: Callable[..., Any]) -> None:
    """There are two languages and three forms; a question exists for what can be missing."""
    said = ask(bundled(), CONTRACT, incident(3), at=local("06-01 12:00"))
    with pytest.raises(xr.UnknownNameError, match="unknown language `de`"):
        said.explain("de")
    with pytest.raises(xr.UnknownNameError, match="unknown format `pdf`"):
        said.explain(format="pdf")
    with pytest.raises(xr.UnknownNameError, match="unknown language `de`"):
        said.cover("de") if isinstance(said, xr.Ticket) else said.question("incident.severity", "de")
    with pytest.raises(xr.UnknownNameError, match=r"unknown fact `contract\.holidays`"):
        (said.deadline if isinstance(said, xr.Ticket) else said).question("contract.holidays")


def test_an_answer_and_its_rulebook_can_be_pickled(rulebook: xr.Rulebook) -> None:
    """A rulebook that has triaged can be sent to another process, and gives the same answers there; so can answers."""
    facts = {"contract": CONTRACT, "incident": incident(1), "at": local("06-06 12:00")}
    ticket = rulebook.triage(**facts)
    again = pickle.loads(pickle.dumps(rulebook))
    assert again.triage(**facts).to_dict() == ticket.to_dict()
    assert pickle.loads(pickle.dumps(ticket)).to_dict() == ticket.to_dict()
    assert pickle.loads(pickle.dumps(ticket.deadline)).explain("nl") == ticket.deadline.explain("nl")


def test_further_facts_take_part() -> None:
    """Facts beyond the contract and the incident are given by name, and reach the decisions on coverage."""
    at = local("06-01 12:00")
    ticket = bundled().triage(CONTRACT, incident(3), at=at, access=xr.RemoteAccess(authorised=True))
    assert ticket.coverage["phone-support"].facts["access"] == xr.RemoteAccess(authorised=True)
