"""The vocabulary: derived terms that conditions may use, each with its type, what it reads, and its scalar form."""

from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from xtreme_rules.coverage.calendar import Calendar
from xtreme_rules.coverage.coverage import Coverage, placed
from xtreme_rules.coverage.holidays import is_holiday
from xtreme_rules.facts.standard import Booking, Component, PackageChange
from xtreme_rules.facts.types import (
    BOOLEAN,
    CALENDAR,
    DATE,
    DATES,
    FIRST_DAY,
    HOLIDAY,
    INTEGER,
    LAST_DAY,
    MOMENT,
    Type,
)

PACKAGE = Type("text", domain="package")
CALENDAR_NAME = Type("text", domain="calendar")


@attrs.frozen
class Context:
    """What terms know besides facts: the calendars of a rulebook, by name and by package, and its conventions.

    ``leap_anniversary`` is the day of February on which a contract year begins in common years, if the contract began
    on 29 February: 28, or 29 for the day after the 28th, 1 March.
    """

    calendars: Mapping[str, Calendar]
    package_calendars: Mapping[str, Calendar]
    leap_anniversary: int = 28


@attrs.frozen(eq=False)
class Term:
    """One derived term.

    Its value is ``function(*arguments, *values of reads)``, preceded by the rulebook's ``Context`` where
    ``contextual``. It is unknown as soon as an argument or a value that it reads is unknown; a read marked ``?`` may
    be ``None`` without being unknown. ``item_reads`` are fields that it reads of each item of its one argument, and
    that leave it unknown, perhaps, where they are. ``turns``, of a term whose argument is a day, gives from the values
    of ``reads`` (after the context, if contextual) the days on which its value can be another than on the day before.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    function: Callable[..., Any]
    reads: tuple[str, ...] = ()
    may_be_none: frozenset[str] = frozenset()
    contextual: bool = False
    item_reads: tuple[str, ...] = ()
    turns: Callable[..., Iterable[date]] | None = None

    def __reduce__(self) -> "tuple[Callable[[str], Term], tuple[str]]":
        return _named, (self.name,)


def _named(name: str) -> Term:
    return TERMS[name]


class _Zones(dict[str, ZoneInfo]):
    """Time zones by name: a look-up here costs half of one in ``ZoneInfo``'s own cache, and decisions do many."""

    def __missing__(self, name: str) -> ZoneInfo:
        zone = self[name] = ZoneInfo(name)
        return zone


_zones = _Zones()

TERMS: dict[str, Term] = {}


def term(
    name: str,
    result: Type,
    *parameters: Type,
    reads: str = "",
    contextual: bool = False,
    item_reads: tuple[str, ...] = (),
    turns: Callable[..., Iterable[date]] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the scalar form of a term; ``reads`` lists paths, ``?`` behind one that may be None."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        paths = reads.split()
        TERMS[name] = Term(
            name,
            parameters,
            result,
            function,
            tuple(path.rstrip("?") for path in paths),
            frozenset(path.rstrip("?") for path in paths if path.endswith("?")),
            contextual,
            item_reads,
            turns,
        )
        return function

    return register


@term("day_of", DATE, MOMENT, reads="contract.timezone")
def day_of(moment: datetime, timezone: str) -> date:
    """The calendar day of a moment in the contract's time zone."""
    return moment.astimezone(_zones[timezone]).date()


def _package_turns(_: str, changes: Sequence[PackageChange]) -> Iterable[date]:
    return (change.day for change in changes)


@term("package_on", PACKAGE, DATE, reads="contract.package contract.package_changes?", turns=_package_turns)
def package_on(day: date, package: str, changes: Sequence[PackageChange]) -> str:
    """The package that the contract has on a day, mid-term changes included."""
    for change in changes:
        if change.day > day:
            break
        package = change.package
    return package


def _anniversaries(context: "Context", start: date) -> Iterator[date]:
    for years in range(FIRST_DAY.year - start.year + 1, LAST_DAY.year - start.year + 1):
        yield anniversary(context.leap_anniversary, start, years)


@term("contract_year", INTEGER, DATE, reads="contract.start", contextual=True, turns=_anniversaries)
def contract_year(context: Context, day: date, start: date) -> int:
    """Which contract year a day lies in: 0 from the start to its first anniversary; negative before the start.

    Anniversaries count from the original start; for a start on 29 February, a convention of the rulebook says which
    day it is in common years.
    """
    years = day.year - start.year
    month, of_start = day.month, start.month
    if month != of_start:
        return years if month > of_start else years - 1
    first = start.day
    if first == 29 and month == 2 and not isleap(day.year):
        first = context.leap_anniversary
    return years if day.day >= first else years - 1


def anniversary(leap_anniversary: int, start: date, years: int) -> date:
    """The day on which a contract year begins, so many years after the original start."""
    from dateutil.relativedelta import relativedelta

    day = start + relativedelta(years=years)
    moved = (start.month, start.day) == (2, 29) and not isleap(day.year)
    return day + timedelta(days=leap_anniversary - 28) if moved else day


@term("contract_year_start", DATE, DATE, reads="contract.start", contextual=True, turns=_anniversaries)
def contract_year_start(context: Context, day: date, start: date) -> date:
    """The first day of the contract year that a day lies in."""
    return anniversary(context.leap_anniversary, start, contract_year(context, day, start))


@term("contract_year_end", DATE, DATE, reads="contract.start", contextual=True, turns=_anniversaries)
def contract_year_end(context: Context, day: date, start: date) -> date:
    """The first day of the contract year after the one that a day lies in."""
    return anniversary(context.leap_anniversary, start, contract_year(context, day, start) + 1)


@term(
    "nearest_weekends",
    DATES,
    DATE,
    INTEGER,
    reads="contract.start contract.until contract.timezone weekend.submitted_at?",
    contextual=True,
)
def nearest_weekends(
    context: Context, saturday: date, notice: int, start: date, until: date, timezone: str, submitted: datetime | None
) -> tuple[date, ...]:
    """For texts: the nearest Saturdays before and after, within a year, whose weekends can still be asked for.

    They lie inside the contract and in one contract year, and at least so many days after the submission, if known.
    """
    earliest = start if submitted is None else max(start, day_of(submitted, timezone) + timedelta(days=notice))

    def possible(day: date) -> bool:
        sunday = day + timedelta(days=1)
        return (
            earliest <= day
            and sunday < until
            and contract_year(context, day, start) == contract_year(context, sunday, start)
        )

    around = ([saturday + timedelta(weeks=sign * weeks) for weeks in range(1, 53)] for sign in (-1, 1))
    return tuple(found for days in around if (found := next(filter(possible, days), None)) is not None)


@term("coverage", CALENDAR, CALENDAR_NAME, reads="contract.timezone contract.holidays?", contextual=True)
def coverage(context: Context, name: str, timezone: str, holidays: str | None) -> Coverage:
    """A calendar of the rulebook, on the wall clock and the public holidays of the contract."""
    return placed((context.calendars[name],), timezone, holidays)


@term("coverage_of", CALENDAR, PACKAGE, reads="contract.timezone contract.holidays?", contextual=True)
def coverage_of(context: Context, package: str, timezone: str, holidays: str | None) -> Coverage:
    """The coverage hours of a package, on the wall clock and the public holidays of the contract."""
    return placed((context.package_calendars[package],), timezone, holidays)


@term("holiday_on", HOLIDAY, DATE, reads="contract.holidays?")
def holiday_on(day: date, holidays: str | None) -> bool:
    """For texts: says that a day is a public holiday of the contract, and nothing on other days."""
    return holidays is not None and is_holiday(day, holidays)


@term("all_standard", BOOLEAN, Type("records", record=Component), item_reads=("standard",))
def all_standard(components: Sequence[Component]) -> bool | None:
    """Whether every component is standard: Kleene's conjunction over them."""
    known: bool | None = True
    for component in components:
        if component.standard is False:
            return False
        if component.standard is None:
            known = None
    return known


@term(
    "weekends_used",
    INTEGER,
    INTEGER,
    INTEGER,
    INTEGER,
    reads="weekend.id weekend.saturday bookings contract.id contract.start contract.timezone",
    contextual=True,
)
def weekends_used(
    context: Context,
    year: int,
    count_cancelled_in_time: int,
    count_own: int,
    request: str,
    saturday: date,
    bookings: Sequence[Booking],
    contract: str,
    start: date,
    timezone: str,
) -> int:
    """How many weekends of a contract year are used.

    Bookings of other contracts never count. A booking that was cancelled before its weekend began counts as much as
    the second argument says, one that stands for this very request and its weekend as much as the third: 0 or 1.
    """
    count = 0
    for booking in bookings:
        if booking.contract_id == contract:
            cancelled = booking.cancelled_at
            own = booking.request_id == request and booking.saturday == saturday and cancelled is None
            weight = count_own if own else 1
            if weight and contract_year(context, booking.saturday, start) == year:
                in_time = cancelled is not None and cancelled < weekend_start(booking.saturday, timezone)
                count += count_cancelled_in_time if in_time else weight
    return count


def _weekend_turns(bookings: Sequence[Booking], _: str) -> Iterator[date]:
    for booking in bookings:
        yield booking.saturday
        yield booking.saturday + timedelta(days=2)


@term("weekend_booked", BOOLEAN, DATE, reads="bookings contract.id", turns=_weekend_turns)
def weekend_booked(day: date, bookings: Sequence[Booking], contract: str) -> bool:
    """Whether a day lies in a weekend that is booked for the contract, and not cancelled."""
    saturdays = (day, day - timedelta(days=1))
    return any(
        booking.saturday in saturdays and booking.contract_id == contract and booking.status == "booked"
        for booking in bookings
    )


def weekend_start(saturday: date, timezone: str) -> datetime:
    """The moment at which a weekend begins: Saturday 00:00 on the wall clock of a time zone."""
    return datetime.combine(saturday, time(), _zones[timezone])
