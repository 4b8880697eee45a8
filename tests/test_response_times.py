"""Response times: which row of the table holds, and by when to respond, as a person would count it."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import attrs
import pytest
from conftest import ROOT, bundled
from desk import CONTRACT, MINUTE, PORTAL, hours, incident, local, pauses
from hypothesis import given
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.rulebook.service import Other, ResponseTime
from xtreme_rules.triage.lookup import Lookup

RULES = bundled().rules
TABLE = RULES.response_times
assert TABLE is not None
PREMIUM, ELITE = {"package": "premium"}, {"package": "elite"}


# The table: which response time holds.


TIMES = [
    (1, "xtreme", "ledger", "critical", hours(1)),
    (1, "premium", "ledger", "critical-premium", hours(0.75)),
    (1, "elite", "ledger", "critical-elite", hours(0.5)),
    (1, "xtreme", "customer-portal", "critical-portal", hours(0.5)),
    (1, "premium", "customer-portal", "critical-portal-premium", hours(0.5)),
    (1, "elite", "customer-portal", "critical-portal-elite", hours(0.25)),
    (2, "xtreme", "customer-portal", "high", hours(4)),
    (2, "premium", "ledger", "high-premium", hours(3)),
    (2, "elite", "ledger", "high-elite", hours(2)),
    (3, "xtreme", "ledger", "medium", hours(16)),
    (3, "premium", "customer-portal", "medium-premium", hours(12)),
    (3, "elite", "ledger", "medium-elite", hours(8)),
    (4, "xtreme", "ledger", "low", hours(40)),
    (4, "premium", "ledger", "low-premium", hours(30)),
    (4, "elite", "customer-portal", "low-elite", hours(20)),
]


@pytest.mark.parametrize(("severity", "package", "component", "row", "within"), TIMES)
def test_the_most_specific_row_holds(
    rulebook: xr.Rulebook, severity: int, package: str, component: str, row: str, within: timedelta
) -> None:
    """Of the rows that hold, the one counts that names most columns."""
    reported = incident(severity, component=xr.Component(id=component))
    deadline = rulebook.respond_by(
        attrs.evolve(CONTRACT, package=package), reported, at=local("06-01 09:00"), bookings=[]
    )
    assert (deadline.row, deadline.within) == (row, within)


def test_every_row_of_the_table_is_met() -> None:
    """The cases above meet every row, so none can change unseen."""
    assert [row for *_, row, _ in TIMES] == sorted(
        (row.id for row in TABLE.rows), key=[row for *_, row, _ in TIMES].index
    )


MISSING: dict[str, tuple[dict[str, Any], xr.Incident, tuple[str, ...]]] = {
    "nothing": ({}, incident(3), ()),
    "a product that makes no difference to this severity": ({}, incident(2, component=None), ()),
    "a product that does": ({}, incident(1, component=None), ("incident.component.id",)),
    "the severity": ({}, incident(None), ("incident.severity",)),
    "the severity, though the product has rows of its own": (
        {},
        incident(None, component=PORTAL),
        ("incident.severity",),
    ),
    "both": ({}, incident(None, component=None), ("incident.severity", "incident.component.id")),
    "the submission and what decides the response time": (
        {},
        incident(None, None, component=None),
        ("incident.submitted_at", "incident.severity", "incident.component.id"),
    ),
    "the submission": ({}, incident(3, None), ("incident.submitted_at",)),
    "the package": ({"package": None}, incident(3), ("contract.package",)),
    "the package, though two of three give the same": (
        {"package": None},
        incident(1, component=PORTAL),
        ("contract.package",),
    ),
    "the time zone": ({"timezone": None}, incident(3), ("contract.timezone",)),
    "the start": ({"start": None}, incident(3), ("contract.start",)),
    "the end": ({"until": None}, incident(3), ("contract.until",)),
    "much": (
        {"package": None, "until": None},
        incident(None, component=None),
        ("contract.package", "contract.until", "incident.severity", "incident.component.id"),
    ),
}


@pytest.mark.parametrize(("changes", "reported", "missing"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_named_and_what_cannot_matter_is_not(
    rulebook: xr.Rulebook, changes: dict[str, Any], reported: xr.Incident, missing: tuple[str, ...]
) -> None:
    """A deadline asks for exactly the facts that leave it open, and has a question for each."""
    deadline = rulebook.respond_by(attrs.evolve(CONTRACT, **changes), reported, at=local("06-01 12:00"))
    assert deadline.missing == missing
    assert (deadline.standing is xr.Standing.NEEDS_INFORMATION) == bool(missing)
    assert (deadline.due is None) == bool(missing)
    for path in missing:
        assert deadline.question(path, "en").endswith("?")
        assert deadline.question(path, "nl") in deadline.explain("nl")


UNBOOKED = {
    "a package without weekends": (PREMIUM, 3, ()),
    "a package with weekends": (ELITE, 3, ("bookings",)),
    "covered day and night anyway": (ELITE, 1, ()),
}


@pytest.mark.parametrize(("package", "severity", "missing"), UNBOOKED.values(), ids=UNBOOKED)
def test_bookings_that_are_not_known_are_asked_for_where_they_matter(
    package: dict[str, str], severity: int, missing: tuple[str, ...]
) -> None:
    """Without bookings there are none; if it is not known which there are, a deadline asks if a weekend could change it."""
    facts = {"contract": attrs.evolve(CONTRACT, **package), "incident": incident(severity), "at": local("06-01 12:00")}
    assert bundled().respond_by(**facts).missing == ()
    assert bundled().respond_by(**facts).due == bundled().respond_by(**facts, bookings=[]).due
    assert bundled().respond_by(**facts, bookings=None).missing == missing


COLUMNS = {
    "severity": ("incident.severity", RULES.schema.domains["severity"].values),
    "package": ("contract.package", RULES.schema.domains["package"].values),
    "product": ("incident.component.id", ("customer-portal", "ledger")),
}
COMBINATIONS = tuple(product(*(values for _, values in COLUMNS.values())))


@given(st.sets(st.sampled_from(sorted(COLUMNS))), st.sampled_from(COMBINATIONS), st.data())
def test_a_column_is_asked_for_exactly_if_it_can_matter(
    used: set[str], values: tuple[Any, ...], data: st.DataObject
) -> None:
    """In any table: a column is missing if changing it alone can change the response time, whatever the others are."""
    draws: dict[tuple[Any, ...], int] = {}
    withins: dict[tuple[Any, ...], int] = {}
    for combination in COMBINATIONS:  # tables of which some columns make no difference at all
        key = tuple(value for name, value in zip(COLUMNS, combination, strict=True) if name in used)
        if key not in draws:
            draws[key] = data.draw(st.sampled_from((60, 120)))
        withins[combination] = draws[key]
    rows = [
        ResponseTime(str(number), dict(zip(COLUMNS, combination, strict=True)), withins[combination] * MINUTE)
        for number, combination in enumerate(COMBINATIONS)
    ]
    possible = {**TABLE.possible, "product": ("customer-portal", "ledger")}
    unknown = data.draw(st.sets(st.sampled_from(sorted(COLUMNS))))
    known = {name: value for name, value in zip(COLUMNS, values, strict=True) if name not in unknown}
    left = [c for c in COMBINATIONS if known.items() <= dict(zip(COLUMNS, c, strict=True)).items()]
    component = None if "product" in unknown else xr.Component(id=known["product"])
    facts = {
        "contract": attrs.evolve(CONTRACT, package=known.get("package")),
        "incident": incident(known.get("severity"), component=component),
    }
    found = Lookup(attrs.evolve(TABLE, rows=tuple(rows), possible=possible), RULES.meaning).find(facts)
    matters = {
        name
        for place, name in enumerate(COLUMNS)
        for one, other in product(left, left)
        if withins[one] != withins[other] and all(one[i] == other[i] for i in range(3) if i != place)
    }
    assert set(found.missing) == {COLUMNS[name][0] for name in matters}
    assert (found.row is None) == (len({withins[combination] for combination in left}) > 1)
    if found.row is not None:
        assert found.row is rows[COMBINATIONS.index(left[0])]  # of several that may hold, the first of the table
        assert {withins[combination] * MINUTE for combination in left} == {found.row.within}


def test_values_that_no_row_names_are_alike() -> None:
    """Of a column with an open set of values, those without a row of their own stand for one another."""
    assert TABLE.possible["product"] == ("customer-portal", Other.OTHER)
    assert TABLE.possible["severity"] == (1, 2, 3, 4)
    assert TABLE.possible["package"] == ("xtreme", "premium", "elite")


def test_an_overlay_changes_a_response_time(tmp_path: Path) -> None:
    """One figure can be changed by a file of one line; the others stay, and the answer says what it rests on."""
    overlay = tmp_path / "ours.yaml"
    overlay.write_text("response-times: {times: {critical: {within: 1 hour 30 minutes}}}\n", "utf-8")
    rulebook = xr.load(overlay=overlay)
    at = local("06-01 09:00")
    deadline = rulebook.respond_by(CONTRACT, incident(1), at=at)
    assert deadline.due == local("06-01 10:30")
    assert deadline.to_dict()["rulebook"]["overlays"] == ["ours.yaml"]
    assert rulebook.respond_by(CONTRACT, incident(2), at=at).due == local("06-01 13:00")


# Worked examples, as a person would count them.

BOOKED = xr.Booking(id="B", contract_id="C", saturday=date(2026, 12, 12), status="booked")
CANCELLED = attrs.evolve(BOOKED, status="cancelled", cancelled_at=local("12-01 12:00"))
Standing = xr.Standing
SAFE, AT_RISK, BREACHED = Standing.SAFE, Standing.AT_RISK, Standing.BREACHED


@attrs.frozen
class Worked:
    """An incident on the wall clock of Amsterdam in 2026, and how it stands at a moment; a ``due`` of ``None`` is none."""

    severity: int | None
    submitted: str
    at: str
    standing: xr.Standing
    due: str | None
    used: timedelta | None
    contract: Mapping[str, Any] = {}
    bookings: Sequence[xr.Booking] = ()
    pauses: tuple[xr.Pause, ...] = ()
    responded: str | None = None
    fold: int = 0


WORKED = {
    # 16 hours of office hours: 9 on Monday, 7 on Tuesday; three quarters of them are over on Tuesday at 11.
    "an ordinary incident": Worked(3, "06-01 09:00", "06-01 12:00", SAFE, "06-02 15:00", hours(3)),
    "a minute before the first warning": Worked(
        3, "06-01 09:00", "06-02 10:59", SAFE, "06-02 15:00", hours(12) - MINUTE
    ),
    "at the first warning": Worked(3, "06-01 09:00", "06-02 11:00", AT_RISK, "06-02 15:00", hours(12)),
    "at the deadline itself": Worked(3, "06-01 09:00", "06-02 15:00", AT_RISK, "06-02 15:00", hours(16)),
    "a second after the deadline": Worked(
        3, "06-01 09:00", "06-02 15:00:01", BREACHED, "06-02 15:00", hours(16) + timedelta(seconds=1)
    ),
    "days after the deadline": Worked(3, "06-01 09:00", "06-08 09:00", BREACHED, "06-02 15:00", hours(50)),
    "submitted at night": Worked(2, "06-02 02:00", "06-02 03:00", SAFE, "06-02 12:00", hours(0)),
    "a deadline on a closing time": Worked(2, "06-01 14:00", "06-01 14:00", SAFE, "06-01 18:00", hours(0)),
    "a minute later, a deadline on the next morning": Worked(
        2, "06-01 14:01", "06-01 23:00", AT_RISK, "06-02 08:01", hours(4) - MINUTE
    ),
    "over a weekend and King's Day": Worked(2, "04-24 17:00", "04-27 12:00", SAFE, "04-28 11:00", hours(1)),
    "over King's Day, which this contract does not keep": Worked(
        2, "04-24 17:00", "04-27 12:00", BREACHED, "04-27 11:00", hours(5), contract={"holidays": None}
    ),
    "over New Year": Worked(4, "12-29 08:00", "12-29 08:00", SAFE, "2027-01-04 18:00", hours(0)),
    "over Christmas": Worked(4, "12-24 08:00", "12-24 08:00", SAFE, "12-30 18:00", hours(0)),
    # The standard package covers critical incidents 24 hours per working day, the higher ones day and night.
    "critical on a Friday night": Worked(1, "06-05 23:30", "06-06 12:00", SAFE, "06-08 00:30", hours(0.5)),
    "critical on a Friday night, Premium": Worked(
        1, "06-05 23:30", "06-06 12:00", BREACHED, "06-06 00:15", hours(12.5), contract=PREMIUM
    ),
    "critical on King's Day": Worked(1, "04-27 10:00", "04-27 18:00", SAFE, "04-28 01:00", hours(0)),
    "critical on King's Day, Elite": Worked(
        1, "04-27 10:00", "04-27 10:25", AT_RISK, "04-27 10:30", 25 * MINUTE, contract=ELITE
    ),
    "high on a Friday evening, Premium": Worked(
        2, "06-05 17:00", "06-07 12:00", SAFE, "06-08 10:00", hours(1), contract=PREMIUM
    ),
    # From the day of the change on, the hours are those of the new package; the response time stays what it was.
    "upgraded while the incident is open": Worked(
        1,
        "06-05 23:30",
        "06-06 12:00",
        SAFE,
        "06-07 00:30",
        hours(0.5),
        contract={"package_changes": (xr.PackageChange(day=date(2026, 6, 7), package="elite"),)},
    ),
    "downgraded while the incident is open": Worked(
        1,
        "06-05 23:30",
        "06-08 00:00",
        SAFE,
        "06-08 00:15",
        hours(0.5),
        contract={"package": "premium", "package_changes": (xr.PackageChange(day=date(2026, 6, 6), package="xtreme"),)},
    ),
    # When the clock goes forward, 02:15 is never shown; when it goes back, it is shown twice.
    "in the night when the clock goes forward": Worked(
        1, "03-29 01:30", "03-29 01:45", SAFE, "03-29 03:15", hours(0.25), contract=PREMIUM
    ),
    "in the night when the clock goes back": Worked(
        1, "10-25 02:30", "10-25 02:45", SAFE, "10-25 02:15", hours(0.25), contract=PREMIUM, fold=1
    ),
    "over the night when the clock goes back, in office hours": Worked(
        3, "10-23 17:00", "10-25 12:00", SAFE, "10-27 13:00", hours(1)
    ),
    "medium in a booked weekend": Worked(
        3, "12-11 17:00", "12-12 06:00", AT_RISK, "12-12 07:00", hours(7), contract=ELITE, bookings=[BOOKED]
    ),
    "medium in a weekend that is not booked": Worked(
        3, "12-11 17:00", "12-12 06:00", SAFE, "12-14 15:00", hours(1), contract=ELITE
    ),
    "low at the end of a booked weekend": Worked(
        4, "12-13 20:00", "12-13 23:00", SAFE, "12-15 14:00", hours(3), contract=ELITE, bookings=[BOOKED]
    ),
    "medium in a weekend that was cancelled": Worked(
        3, "12-11 17:00", "12-12 06:00", SAFE, "12-14 15:00", hours(1), contract=ELITE, bookings=[CANCELLED]
    ),
    "in a weekend that is booked for another contract": Worked(
        3,
        "12-11 17:00",
        "12-12 06:00",
        SAFE,
        "12-14 15:00",
        hours(1),
        contract={"package": "elite", "id": "D"},
        bookings=[BOOKED],
    ),
    "in a weekend that is booked though the package has none": Worked(
        3, "12-11 17:00", "12-12 06:00", SAFE, "12-15 09:00", hours(1), contract=PREMIUM, bookings=[BOOKED]
    ),
    "waiting for the customer": Worked(
        2, "06-01 09:00", "06-01 12:00", Standing.PAUSED, None, hours(1), pauses=pauses(("06-01 10:00", None))
    ),
    "waiting from the submission on": Worked(
        2, "06-01 09:00", "06-01 12:00", Standing.PAUSED, None, hours(0), pauses=pauses(("06-01 09:00", None))
    ),
    "after waiting for the customer": Worked(
        2, "06-01 09:00", "06-01 12:00", SAFE, "06-01 14:30", hours(1.5), pauses=pauses(("06-01 10:00", "06-01 11:30"))
    ),
    "after waiting twice, once over night": Worked(
        2,
        "06-01 09:00",
        "06-02 09:00",
        SAFE,
        "06-02 11:30",
        hours(1.5),
        pauses=pauses(("06-01 10:00", "06-01 17:30"), ("06-01 18:00", "06-02 09:00")),
    ),
    "waiting from the deadline on": Worked(
        2, "06-01 09:00", "06-01 14:00", BREACHED, "06-01 13:00", hours(4), pauses=pauses(("06-01 13:00", None))
    ),
    "waiting again since the deadline was missed": Worked(
        2, "06-01 09:00", "06-01 16:00", BREACHED, "06-01 13:00", hours(5), pauses=pauses(("06-01 14:00", None))
    ),
    "answered": Worked(
        2, "06-01 09:00", "06-01 16:00", Standing.ANSWERED, "06-01 13:00", hours(2), responded="06-01 11:00"
    ),
    "answered at the last moment": Worked(
        2, "06-01 09:00", "06-01 16:00", Standing.ANSWERED, "06-01 13:00", hours(4), responded="06-01 13:00"
    ),
    "answered while waiting for the customer": Worked(
        2,
        "06-01 09:00",
        "06-01 16:00",
        Standing.ANSWERED,
        None,
        hours(1),
        pauses=pauses(("06-01 10:00", None)),
        responded="06-01 15:00",
    ),
    "answered late": Worked(
        2,
        "06-01 09:00",
        "06-01 16:00",
        Standing.ANSWERED_LATE,
        "06-01 13:00",
        hours(4) + MINUTE,
        responded="06-01 13:01",
    ),
    "answered later than the moment that is asked for": Worked(
        2, "06-01 09:00", "06-01 10:00", SAFE, "06-01 13:00", hours(1), responded="06-01 13:01"
    ),
    "the contract ends before the response time does": Worked(
        2, "06-01 17:00", "06-04 12:00", Standing.NEVER, None, hours(1), contract={"until": date(2026, 6, 2)}
    ),
    "the contract ends at the deadline": Worked(
        2, "06-01 14:00", "06-01 15:00", SAFE, "06-01 18:00", hours(1), contract={"until": date(2026, 6, 2)}
    ),
    "submitted after the contract": Worked(
        2, "06-02 00:00", "06-02 12:00", Standing.NOT_COVERED, None, None, contract={"until": date(2026, 6, 2)}
    ),
    "of a severity that is not known": Worked(
        None, "06-01 09:00", "06-01 12:00", Standing.NEEDS_INFORMATION, None, None
    ),
}


@pytest.mark.parametrize("worked", WORKED.values(), ids=WORKED)
def test_worked_examples(rulebook: xr.Rulebook, worked: Worked) -> None:
    """How an incident stands, by when to respond, and how much is used, to the moment."""
    responded = None if worked.responded is None else local(worked.responded)
    deadline = rulebook.respond_by(
        attrs.evolve(CONTRACT, **worked.contract),
        incident(worked.severity, worked.submitted, pauses=worked.pauses, responded_at=responded),
        at=local(worked.at),
        bookings=worked.bookings,
    )
    assert deadline.standing is worked.standing
    assert deadline.due == (None if worked.due is None else local(worked.due, worked.fold).astimezone(UTC))
    assert deadline.used == worked.used
    if worked.responded is not None:
        assert deadline.paused_since is None
    if worked.standing is Standing.PAUSED:
        assert deadline.paused_since == worked.pauses[-1].start.astimezone(UTC)
        assert deadline.used + deadline.remaining == deadline.within


def test_every_standing_is_met() -> None:
    """The worked examples show each standing at least once."""
    assert {worked.standing for worked in WORKED.values()} == set(Standing)


def test_warnings_run_on_the_same_clock() -> None:
    """75% and 90% of 16 hours are 12 hours and 14 hours and 24 minutes of office hours after the submission."""
    deadline = bundled().respond_by(CONTRACT, incident(3), at=local("06-01 09:00"))
    assert deadline.warnings == (
        xr.Alert(75, local("06-02 11:00").astimezone(UTC)),
        xr.Alert(90, local("06-02 13:24").astimezone(UTC)),
    )


# Another rulebook: a table and a clock of its own.

OPTION = """
response:
  since: basic
  area: support
  title: {nl: Reactie, en: Response}
  promise: {nl: Wij reageren., en: We respond.}
  source: Wij reageren.
"""
SMALL = """
option: response
source: Wij reageren snel.
clock: {phone-support: {}, urgent-incidents: {}}
columns: {zone: {title: {nl: zone, en: zone}, value: contract.timezone}}
times: {any: {within: 4 hours}}
warnings: []
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> xr.Rulebook:
    """Telephone in office hours for all; from Plus on, urgent incidents day and night. 4 hours for all; no queue."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(ROOT / "tests" / "broken" / "sound", folder, dirs_exist_ok=True)
    with (folder / "entitlements.yaml").open("a", encoding="utf-8") as file:
        file.write(OPTION)
    (folder / "response-times.yaml").write_text(SMALL, "utf-8")
    return xr.load(folder)


PLUS_ON_TUESDAY = (xr.PackageChange(day=date(2026, 6, 2), package="plus"),)
CLOCKED: dict[str, tuple[dict[str, Any], xr.Incident, str, xr.Standing, str | None, tuple[str, ...]]] = {
    "office hours": ({}, incident(2), "06-01 10:00", SAFE, "06-01 13:00", ()),
    "office hours whatever the severity": ({}, incident(None), "06-01 10:00", SAFE, "06-01 13:00", ()),
    "day and night": ({"package": "plus"}, incident(1, "06-01 20:00"), "06-01 22:00", SAFE, "06-02 00:00", ()),
    "office hours, or day and night": (
        {"package": "plus"},
        incident(None, "06-01 20:00"),
        "06-01 22:00",
        Standing.NEEDS_INFORMATION,
        None,
        ("incident.severity",),
    ),
    "it makes a difference only later": (
        {"package_changes": PLUS_ON_TUESDAY},
        incident(None),
        "06-03 10:00",
        BREACHED,
        "06-01 13:00",
        (),
    ),
    "it makes a difference before the deadline": (
        {"package_changes": PLUS_ON_TUESDAY},
        incident(None, "06-01 16:00"),
        "06-01 16:00",
        Standing.NEEDS_INFORMATION,
        None,
        ("incident.severity",),
    ),
    "paused before it makes a difference": (
        {"package_changes": PLUS_ON_TUESDAY},
        incident(None, "06-01 16:00", pauses=pauses(("06-01 16:30", None))),
        "06-01 23:00",
        Standing.PAUSED,
        None,
        (),
    ),
    "paused until after it makes a difference": (
        {"package_changes": PLUS_ON_TUESDAY},
        incident(None, "06-01 16:00", pauses=pauses(("06-01 16:30", None))),
        "06-02 01:00",
        Standing.NEEDS_INFORMATION,
        None,
        ("incident.severity",),
    ),
}


@pytest.mark.parametrize(("changes", "reported", "at", "standing", "due", "missing"), CLOCKED.values(), ids=CLOCKED)
def test_a_fact_that_only_the_clock_needs_is_asked_for_if_it_matters(
    small: xr.Rulebook,
    changes: dict[str, Any],
    reported: xr.Incident,
    at: str,
    standing: xr.Standing,
    due: str | None,
    missing: tuple[str, ...],
) -> None:
    """Whether the response time runs may hang on a fact that the table does not read, up to the deadline and no further."""
    contract = attrs.evolve(CONTRACT, **{"package": "basic", **changes})
    deadline = small.respond_by(contract, reported, at=local(at))
    assert (deadline.standing, deadline.missing) == (standing, missing)
    assert deadline.due == (None if due is None else local(due))


def test_without_warnings_nothing_is_at_risk(small: xr.Rulebook) -> None:
    """A table may have no warnings; a response is then on time until it is late."""
    deadline = small.respond_by(attrs.evolve(CONTRACT, package="basic"), incident(2), at=local("06-01 13:00"))
    assert (deadline.standing, deadline.remaining, deadline.warnings) == (SAFE, timedelta(0), ())


def test_a_rulebook_may_have_response_times_and_no_queue(small: xr.Rulebook) -> None:
    """Its tickets have no place, and cannot be queued."""
    ticket = small.triage(attrs.evolve(CONTRACT, package="basic"), incident(2), at=local("06-01 10:00"))
    assert (ticket.places, ticket.key) == ((), "")
    assert ticket.covered_by == ("phone-support",)
    with pytest.raises(xr.UnknownNameError, match=r"has no order of incidents; add `queue\.yaml`$"):
        small.queue([ticket])
