"""Hypothesis strategies for facts, and for whole situations as the keywords of ``decide``.

Identifiers, days and moments come from small pools, so that coincidences happen: a weekend on an anniversary, a
booking of the same contract year, a notice of exactly fourteen days, a night on which the clock changes. Values belong
to the bundled rulebook. With ``unknowns=False`` every field that may be unknown is known. All shrink towards nothing
known, then towards the early days of the pool.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import attrs
from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

import xtreme_rules as xr
from xtreme_rules.facts.types import fields_of

T = TypeVar("T")

PACKAGES = ("xtreme", "premium", "elite")
SEVERITIES = (1, 2, 3, 4)
TOPICS = ("process", "product-functionality", "specific-function", "installation", "implementation")
TIMEZONES = ("UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo")
IDENTIFIERS = ("A", "B", "C")
#: Of the bundled table of response times, one product has rows of its own.
PRODUCTS = ("customer-portal", *IDENTIFIERS)
HOLIDAYS = ("NL", "DE-BY", "US")

FIRST_DAY, LAST_DAY = date(2024, 2, 1), date(2027, 3, 31)

#: Days on which arithmetic goes wrong first: leap days and what stands in for them, Saturdays with an anniversary on
#: their Sunday, clock changes, the turn of the year.
NOTABLE_DAYS = (
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 3, 2),
    date(2025, 2, 28),
    date(2025, 3, 1),
    date(2025, 3, 2),
    date(2025, 3, 30),
    date(2025, 10, 26),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 2, 28),
    date(2026, 3, 1),
)
NOTABLE_TIMES = (time(12), time(0), time(7, 59), time(8), time(17, 59), time(18), time(23, 59))
#: How long after one thing the next one happens.
GAPS = tuple(timedelta(hours=hours) for hours in (1, 0, 0.5, 3, 10, 24, 72, 400))


# A strategy costs much more to make than to draw from, so these few are made once and shared.
_DAYS = st.sampled_from(NOTABLE_DAYS) | st.dates(FIRST_DAY, LAST_DAY)
_TIMES = st.sampled_from(NOTABLE_TIMES) | st.times()
_INDEX = st.integers(0, 999)
_UNKNOWN = st.sampled_from([True] + [False] * 7)
_SOME_UNKNOWN = st.sampled_from([True, False])


def days() -> SearchStrategy[date]:
    """Days of the pool, the notable ones more often."""
    return _DAYS


def saturday_of(day: date) -> date:
    """The Saturday of the week, Monday to Sunday, that a day lies in."""
    return day + timedelta(days=5 - day.weekday())


class _Draw:
    """Draws single values; ``maybe`` is ``None`` now and then where that is allowed."""

    def __init__(self, draw: DrawFn, unknowns: bool = True) -> None:
        self.draw = draw
        self.unknowns = unknowns

    def known(self) -> bool:
        return not (self.unknowns and self.draw(_UNKNOWN))

    def maybe(self, values: Sequence[T] | SearchStrategy[T]) -> T | None:
        if not self.known():
            return None
        return self.draw(values) if isinstance(values, SearchStrategy) else self.one_of(values)

    def one_of(self, values: Sequence[T]) -> T:
        return values[self.draw(_INDEX) % len(values)]

    def saturday(self, near: Sequence[date]) -> date:
        """A Saturday within a week of one of the days ``near``, of one of their anniversaries, or of any day."""
        day = self.one_of([*near, self.draw(_DAYS)]) + relativedelta(years=self.one_of((0, 0, 1, 2)))
        return saturday_of(day) + timedelta(weeks=self.one_of((1, 0, 2, -1)))

    def moment(self, timezone: str | None = None, day: date | None = None) -> datetime:
        """A moment of a day on the wall clock of ``timezone``, in UTC."""
        zone = ZoneInfo(timezone or self.one_of(TIMEZONES))
        clock = self.draw(_TIMES).replace(fold=self.one_of((0, 1)))
        return datetime.combine(day or self.draw(_DAYS), clock, zone).astimezone(UTC)


@st.composite
def moments(draw: DrawFn, timezone: str | None = None) -> datetime:
    """Moments in UTC, at the edges of coverage hours and of days on the wall clock of ``timezone`` more often."""
    return _Draw(draw).moment(timezone)


@st.composite
def contracts(draw: DrawFn, unknowns: bool = True) -> xr.Contract:
    """Contracts of a day, of one year or of three, with up to three changes of package."""
    pick = _Draw(draw, unknowns)
    start = pick.maybe(_DAYS)
    period = pick.one_of([relativedelta(years=years) for years in (3, 3, 3, 1)] + [relativedelta(days=1)])
    changed = sorted({draw(_DAYS) for _ in range(pick.one_of((0, 0, 0, 1, 2, 3)))})
    return xr.Contract(
        id=pick.one_of(IDENTIFIERS),
        package=pick.maybe((*PACKAGES, "elite")),
        start=start,
        until=(start or FIRST_DAY) + period if pick.known() else None,
        timezone=pick.maybe(TIMEZONES),
        package_changes=tuple(xr.PackageChange(day=day, package=pick.one_of(PACKAGES)) for day in changed),
        holidays=pick.one_of((None, *HOLIDAYS)),
    )


@cache
def _records(cls: Callable[..., T], unknowns: bool, names: tuple[str, ...]) -> SearchStrategy[T]:
    """Records whose fields ``names`` are flags, true more often; of few identifiers, if they have any."""

    @st.composite
    def record(draw: DrawFn) -> T:
        pick = _Draw(draw, unknowns)
        identity = {"id": pick.one_of(PRODUCTS)} if cls is xr.Component else {}
        return cls(**identity, **{name: pick.maybe((True, True, True, False)) for name in names})

    return record()


def components(unknowns: bool = True) -> SearchStrategy[xr.Component]:
    """Components, of few identifiers."""
    return _records(xr.Component, unknowns, ("standard", "generally_available", "under_agreement"))


def remote_accesses(unknowns: bool = True) -> SearchStrategy[xr.RemoteAccess]:
    """What was arranged for remote access."""
    return _records(xr.RemoteAccess, unknowns, ("authorised", "connection_provided", "customer_present"))


def subscriptions(unknowns: bool = True) -> SearchStrategy[xr.Subscription]:
    """Signed up for notifications, or not."""
    return _records(xr.Subscription, unknowns, ("critical_notifications",))


def programmes(unknowns: bool = True) -> SearchStrategy[xr.AdopterProgramme]:
    """What holds for a beta or early-adopter programme."""
    names = ("planning_allows", "capacity_allows", "business_requirements_met", "environment_requirements_met")
    return _records(xr.AdopterProgramme, unknowns, names)


def escalations(unknowns: bool = True) -> SearchStrategy[xr.Escalation]:
    """Specialists needed, or not."""
    return _records(xr.Escalation, unknowns, ("specialist_needed",))


def _pauses(pick: _Draw, since: datetime) -> tuple[xr.Pause, ...]:
    """Up to two pauses from a moment on, one after another; the last goes on now and then."""
    pauses = []
    for _ in range(pick.one_of((0, 0, 0, 1, 2))):
        start = since + pick.one_of(GAPS)
        since = start + pick.one_of(GAPS)
        pauses.append(xr.Pause(start=start, end=since))
    if pauses and pick.one_of((False, True)):
        pauses[-1] = attrs.evolve(pauses[-1], end=None)
    return tuple(pauses)


@st.composite
def incidents(draw: DrawFn, unknowns: bool = True, submitted_at: datetime | None = None) -> xr.Incident:
    """Incidents of every severity, with their pauses, answered or not; submitted at any moment, or at a given one."""
    pick = _Draw(draw, unknowns)
    since = submitted_at or pick.moment()
    return xr.Incident(
        id=pick.one_of(IDENTIFIERS),
        severity=pick.maybe(SEVERITIES),
        submitted_at=since if pick.known() else None,
        component=pick.maybe(components(unknowns)),
        pauses=_pauses(pick, since),
        responded_at=since + pick.one_of(GAPS) if pick.one_of((False, False, True)) else None,
    )


@st.composite
def questions(draw: DrawFn, unknowns: bool = True) -> xr.Question:
    """Questions on every topic."""
    pick = _Draw(draw, unknowns)
    return xr.Question(topic=pick.maybe(TOPICS), component=pick.maybe(components(unknowns)))


@st.composite
def weekend_requests(
    draw: DrawFn, unknowns: bool = True, near: Sequence[date] = (), timezone: str | None = None
) -> xr.WeekendRequest:
    """Requests for a weekend near the anniversaries of some days, submitted about two weeks before more often."""
    pick = _Draw(draw, unknowns)
    saturday = pick.saturday(near) if pick.known() else None
    submitted_on = (saturday or draw(_DAYS)) - timedelta(days=pick.one_of((14, 15, 13, 28, 1)))
    products = tuple(draw(components(unknowns)) for _ in range(pick.one_of((1, 1, 1, 2, 3))))
    return xr.WeekendRequest(
        id=pick.one_of(IDENTIFIERS),
        saturday=saturday,
        submitted_at=pick.moment(timezone, submitted_on) if pick.known() else None,
        products=products if pick.known() else None,
        accepts_english=pick.maybe((True, True, True, False)),
        implementation_consulting=pick.maybe((False, False, False, True)),
    )


@st.composite
def booking_lists(draw: DrawFn, near: Sequence[date] = (), timezone: str | None = None) -> tuple[xr.Booking, ...]:
    """Histories: bookings of few contracts and requests, some cancelled, about the start of the weekend more often."""
    pick = _Draw(draw)
    bookings = []
    for number in range(pick.one_of((0, 1, 1, 2, 3))):
        saturday = pick.saturday(near)
        cancelled_on = pick.one_of((None, None, saturday, saturday - timedelta(days=1), draw(_DAYS)))
        bookings.append(
            xr.Booking(
                id=f"booking-{number}",
                contract_id=pick.one_of(IDENTIFIERS),
                saturday=saturday,
                status="booked" if cancelled_on is None else "cancelled",
                request_id=pick.one_of((None, *IDENTIFIERS)),
                cancelled_at=None if cancelled_on is None else pick.moment(timezone, cancelled_on),
            )
        )
    return tuple(bookings)


@st.composite
def situations(draw: DrawFn, unknowns: bool = True) -> dict[str, Any]:
    """Every standard fact by the name of its keyword, about one contract; one that is not known is left out.

    In half of them, everything is known.
    """
    unknowns = unknowns and draw(_SOME_UNKNOWN)
    pick = _Draw(draw, unknowns)
    contract = pick.maybe(_contracts(unknowns))
    near = [day for day in (contract.start, contract.until) if day is not None] if contract is not None else []
    timezone = contract.timezone if contract is not None else None
    about = pick.one_of([*near, draw(_DAYS)]) + timedelta(days=pick.one_of((0, 1, -1, 30)))
    weekend = pick.maybe(weekend_requests(unknowns, near, timezone))
    asked = [] if weekend is None or weekend.saturday is None else [weekend.saturday]
    facts = {
        "contract": contract,
        **{name: pick.maybe(values) for name, values in _others(unknowns).items()},
        "weekend": weekend,
        "bookings": pick.maybe(booking_lists([*near, *asked], timezone)),
        "at": pick.moment(timezone, about) if pick.known() else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


@st.composite
def desk_situations(
    draw: DrawFn, unknowns: bool = False, places: Sequence[tuple[str, date]] | None = None
) -> dict[str, Any]:
    """An incident under its contract, booked weekends, and a moment of or after the submission, by keyword.

    Changes of package, weekends and the end of the contract lie near the submission more often. ``places`` are time
    zones, each with a day near which the incident is submitted.
    """
    pick = _Draw(draw, unknowns)
    timezone, day = pick.one_of(places) if places is not None else (pick.one_of(TIMEZONES), draw(_DAYS))
    day = pick.one_of((day, day + timedelta(days=1), day - timedelta(days=1), saturday_of(day)))
    start = day - timedelta(days=pick.one_of((0, 1, 30, 400)))
    submitted = pick.moment(timezone, day)
    while submitted.astimezone(ZoneInfo(timezone)).date() < start:
        submitted += timedelta(hours=1)
    until = max(start + timedelta(days=1), day + timedelta(days=pick.one_of((1000, 1000, 365, 365, 1, 2, 3, 8, 0))))
    changed = sorted({day + timedelta(days=pick.one_of((1, 0, 3, -1, 9))) for _ in range(pick.one_of((0, 0, 1, 2)))})
    contract = xr.Contract(
        id=pick.one_of(IDENTIFIERS),
        package=pick.maybe((*PACKAGES, "elite")),
        start=start if pick.known() else None,
        until=until if pick.known() else None,
        timezone=timezone if pick.known() else None,
        package_changes=tuple(xr.PackageChange(day=on, package=pick.one_of(PACKAGES)) for on in changed),
        holidays=pick.one_of((None, *HOLIDAYS)),
    )
    bookings = []
    for number in range(pick.one_of((1, 0, 2))):
        cancelled = pick.one_of((False, False, False, True))
        bookings.append(
            xr.Booking(
                id=f"booking-{number}",
                contract_id=pick.one_of((contract.id, contract.id, "another")),
                saturday=saturday_of(day) + timedelta(weeks=pick.one_of((0, 0, 1, -1))),
                status="cancelled" if cancelled else "booked",
                cancelled_at=submitted if cancelled else None,
            )
        )
    return {
        "contract": contract,
        "incident": draw(incidents(unknowns, submitted)),
        "bookings": tuple(bookings) if pick.known() else None,
        "at": submitted + pick.one_of(GAPS),
    }


@st.composite
def moments_about(draw: DrawFn, facts: Mapping[str, Any]) -> datetime:
    """Moments near the days that matter to some facts: of the contract, its weekends, its incident; often at an edge."""
    pick = _Draw(draw)
    contract: xr.Contract = facts["contract"]
    booked = [booking.saturday for booking in facts.get("bookings") or ()]
    changed = [change.day for change in contract.package_changes]
    known = [day for day in (contract.start, contract.until, facts["at"].date()) if day is not None]
    day = pick.one_of([*known, *changed, *booked]) + timedelta(days=pick.one_of((0, 1, -1, 2, 5)))
    return pick.moment(contract.timezone or "UTC", day) + pick.one_of((timedelta(0), timedelta(microseconds=-1)))


@cache
def _contracts(unknowns: bool) -> SearchStrategy[xr.Contract]:
    return contracts(unknowns)


@cache
def _others(unknowns: bool) -> dict[str, SearchStrategy[Any]]:
    """The facts that have nothing to do with the days of the contract."""
    return {
        "component": components(unknowns),
        "incident": incidents(unknowns),
        "question": questions(unknowns),
        "access": remote_accesses(unknowns),
        "subscription": subscriptions(unknowns),
        "programme": programmes(unknowns),
        "escalation": escalations(unknowns),
    }


#: Fields whose ``None`` says that there is none, not that it is unknown.
_NOT_UNKNOWN = ("Contract.holidays", "Incident.responded_at")
#: What history is made of.
_EVENTS = (xr.Booking, xr.PackageChange, xr.Pause)


@st.composite
def forgotten(draw: DrawFn, situation: Mapping[str, Any]) -> dict[str, Any]:
    """The situation with less known: some facts left out, some fields ``None``. History stays whole or goes."""
    kept: dict[str, Any] = {}
    for name, value in situation.items():
        if draw(st.integers(0, 5)):
            kept[name] = _forgotten(draw, value)
    return kept


def _forgotten(draw: DrawFn, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(item if isinstance(item, _EVENTS) else _forgotten(draw, item) for item in value)
    if not attrs.has(type(value)):
        return value
    changes: dict[str, Any] = {}
    for field in fields_of(type(value)).values():
        part = getattr(value, field.name)
        if (
            field.optional
            and f"{type(value).__name__}.{field.name}" not in _NOT_UNKNOWN
            and not draw(st.integers(0, 5))
        ):
            changes[field.name] = None
        elif field.type.record is not None and part is not None:
            changes[field.name] = _forgotten(draw, part)
    return attrs.evolve(value, **changes)
