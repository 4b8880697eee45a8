"""Hypothesis strategies for facts, and for whole situations as the keywords of ``decide``.

Identifiers, days and moments come from small pools, so that coincidences happen: a weekend on an anniversary, a
booking of the same contract year, a notice of exactly fourteen days, a night on which the clock changes. Values belong
to the bundled rulebook. With ``unknowns=False`` every field that may be unknown is known. All shrink towards nothing
known, then towards the early days of the pool.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
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
NOTABLE_TIMES = (time(0), time(7, 59), time(8), time(12), time(17, 59), time(18), time(23, 59))


def maybe(values: SearchStrategy[T], unknowns: bool = True) -> SearchStrategy[T | None]:
    """A value, or now and then ``None``, which is not known; always a value without ``unknowns``."""
    return st.integers(0, 5).flatmap(lambda n: values if n else st.none()) if unknowns else values


def identifiers() -> SearchStrategy[str]:
    """Few enough to meet: a request of this contract, a booking of another one."""
    return st.sampled_from(("A", "B", "C"))


def days() -> SearchStrategy[date]:
    """Days of the pool, the notable ones more often."""
    return st.sampled_from(NOTABLE_DAYS) | st.dates(FIRST_DAY, LAST_DAY)


def saturday_of(day: date) -> date:
    """The Saturday of the week that a day lies in: Monday to Friday before it, or the day before a Sunday."""
    return day + timedelta(days=5 - day.weekday())


def saturdays(near: Sequence[date] = ()) -> SearchStrategy[date]:
    """Saturdays of the pool, those within a week of the days ``near`` and of their anniversaries more often."""
    anniversaries = [day + relativedelta(years=years) for day in near for years in range(4)]
    anchors = sorted({saturday_of(day) for day in [*NOTABLE_DAYS, *anniversaries]})
    around = st.builds(lambda anchor, weeks: anchor + timedelta(weeks=weeks), st.sampled_from(anchors), st.integers(-1, 1))
    return around | days().map(saturday_of)


def moments(timezone: str | None = None, on: SearchStrategy[date] | None = None) -> SearchStrategy[datetime]:
    """Moments in UTC, at the edges of coverage hours and days on the wall clock of ``timezone`` more often."""
    zones = st.sampled_from(TIMEZONES if timezone is None else (timezone,)).map(ZoneInfo)
    clock = st.sampled_from(NOTABLE_TIMES) | st.times()

    def moment(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
        return datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC)

    return st.builds(moment, days() if on is None else on, clock, zones, st.integers(0, 1))


def package_changes() -> SearchStrategy[tuple[xr.PackageChange, ...]]:
    """Up to three changes of package, in order."""
    change = st.builds(xr.PackageChange, day=days(), package=st.sampled_from(PACKAGES))
    changes = st.lists(change, max_size=3, unique_by=lambda change: change.day)
    return changes.map(lambda items: tuple(sorted(items, key=lambda change: change.day)))


@st.composite
def contracts(draw: DrawFn, unknowns: bool = True) -> xr.Contract:
    """Contracts from a day to some years."""
    start = draw(maybe(days(), unknowns))
    term = st.sampled_from([relativedelta(years=1), relativedelta(years=3), relativedelta(days=1)])
    until = maybe(term.map(lambda term: (start or FIRST_DAY) + term), unknowns)
    return xr.Contract(
        id=draw(identifiers()),
        package=draw(maybe(st.sampled_from(PACKAGES), unknowns)),
        start=start,
        until=draw(until),
        timezone=draw(maybe(st.sampled_from(TIMEZONES), unknowns)),
        package_changes=draw(package_changes()),
        holidays=draw(st.none() | st.sampled_from(HOLIDAYS)),
    )


def _flags(cls: Callable[..., T], unknowns: bool, *names: str, **others: SearchStrategy[Any]) -> SearchStrategy[T]:
    return st.builds(cls, **others, **{name: maybe(st.booleans(), unknowns) for name in names})


def components(unknowns: bool = True) -> SearchStrategy[xr.Component]:
    """Components, of few identifiers."""
    names = ("standard", "generally_available", "under_agreement")
    return _flags(xr.Component, unknowns, *names, id=identifiers())


def incidents(unknowns: bool = True) -> SearchStrategy[xr.Incident]:
    """Incidents of every severity."""
    return st.builds(
        xr.Incident,
        id=identifiers(),
        severity=maybe(st.sampled_from(SEVERITIES), unknowns),
        submitted_at=maybe(moments(), unknowns),
        component=maybe(components(unknowns), unknowns),
    )


def questions(unknowns: bool = True) -> SearchStrategy[xr.Question]:
    """Questions on every topic."""
    topics = st.sampled_from(TOPICS)
    return st.builds(xr.Question, topic=maybe(topics, unknowns), component=maybe(components(unknowns), unknowns))


def remote_accesses(unknowns: bool = True) -> SearchStrategy[xr.RemoteAccess]:
    """What was arranged for remote access."""
    return _flags(xr.RemoteAccess, unknowns, "authorised", "connection_provided", "customer_present")


def subscriptions(unknowns: bool = True) -> SearchStrategy[xr.Subscription]:
    """Signed up for notifications, or not."""
    return _flags(xr.Subscription, unknowns, "critical_notifications")


def programmes(unknowns: bool = True) -> SearchStrategy[xr.AdopterProgramme]:
    """What holds for a beta or early-adopter programme."""
    names = ("planning_allows", "capacity_allows", "business_requirements_met", "environment_requirements_met")
    return _flags(xr.AdopterProgramme, unknowns, *names)


def escalations(unknowns: bool = True) -> SearchStrategy[xr.Escalation]:
    """Specialists needed, or not."""
    return _flags(xr.Escalation, unknowns, "specialist_needed")


@st.composite
def weekend_requests(
    draw: DrawFn, unknowns: bool = True, near: Sequence[date] = (), timezone: str | None = None
) -> xr.WeekendRequest:
    """Requests for a weekend near the anniversaries of some days, submitted some two weeks before more often."""
    saturday = draw(maybe(saturdays(near), unknowns))
    notice = st.integers(12, 16).map(lambda days: (saturday or LAST_DAY) - timedelta(days=days))
    return xr.WeekendRequest(
        id=draw(identifiers()),
        saturday=saturday,
        submitted_at=draw(maybe(moments(timezone, notice) | moments(timezone), unknowns)),
        products=draw(maybe(st.lists(components(unknowns), min_size=1, max_size=3).map(tuple), unknowns)),
        accepts_english=draw(maybe(st.booleans(), unknowns)),
        implementation_consulting=draw(maybe(st.booleans(), unknowns)),
    )


@st.composite
def booking_lists(
    draw: DrawFn, near: Sequence[date] = (), timezone: str | None = None, max_size: int = 4
) -> tuple[xr.Booking, ...]:
    """Histories: bookings of few contracts and requests, some cancelled, about the start of the weekend more often."""
    bookings = []
    for number in range(draw(st.integers(0, max_size))):
        saturday = draw(saturdays(near))
        cancelled = draw(st.booleans())
        about = st.integers(-1, 1).map(lambda days, saturday=saturday: saturday + timedelta(days=days))
        bookings.append(
            xr.Booking(
                id=f"booking-{number}",
                contract_id=draw(identifiers()),
                saturday=saturday,
                status="cancelled" if cancelled else "booked",
                request_id=draw(st.none() | identifiers()),
                cancelled_at=draw(moments(timezone, about) | moments(timezone)) if cancelled else None,
            )
        )
    return tuple(bookings)


@st.composite
def situations(draw: DrawFn, unknowns: bool = True) -> dict[str, Any]:
    """Every standard fact by the name of its keyword; one that is not known is left out."""
    contract = draw(maybe(contracts(unknowns), unknowns))
    near = [day for day in (contract.start, contract.until) if day is not None] if contract is not None else []
    timezone = contract.timezone if contract is not None else None
    others: dict[str, SearchStrategy[Any]] = {
        "component": components(unknowns),
        "incident": incidents(unknowns),
        "question": questions(unknowns),
        "access": remote_accesses(unknowns),
        "subscription": subscriptions(unknowns),
        "programme": programmes(unknowns),
        "escalation": escalations(unknowns),
        "weekend": weekend_requests(unknowns, near, timezone),
        "bookings": booking_lists(near, timezone),
        "at": moments(timezone) | moments(timezone, st.sampled_from(near)) if near else moments(timezone),
    }
    situation = {"contract": contract, **{name: draw(maybe(values, unknowns)) for name, values in others.items()}}
    return {name: value for name, value in situation.items() if value is not None}


#: Fields whose ``None`` says that there is none, not that it is unknown.
_NOT_UNKNOWN = ("Contract.holidays",)


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
        return tuple(item if isinstance(item, xr.Booking | xr.PackageChange) else _forgotten(draw, item) for item in value)
    if not attrs.has(type(value)):
        return value
    changes: dict[str, Any] = {}
    for field in fields_of(type(value)).values():
        part = getattr(value, field.name)
        if field.optional and f"{type(value).__name__}.{field.name}" not in _NOT_UNKNOWN and not draw(st.integers(0, 5)):
            changes[field.name] = None
        elif field.type.record is not None and part is not None:
            changes[field.name] = _forgotten(draw, part)
    return attrs.evolve(value, **changes)
