"""The special-event weekend written by hand: what a Python engineer would write without a library.

As in the rulebook, ``None`` is not known, a condition may be unknown, and every failed and every unknown condition is
named.
"""

from calendar import isleap
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from xtreme_rules import Booking, Contract, WeekendRequest

DAY = timedelta(days=1)
NOTICE = timedelta(days=14)


def decide(
    contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None
) -> tuple[str, list[str], list[str]]:
    """The outcome, the conditions that failed, and those that are unknown."""
    unmet: list[str] = []
    unknown: list[str] = []
    saturday, start, until, timezone = weekend.saturday, contract.start, contract.until, contract.timezone

    if saturday is None:
        unknown += ["package", "in-force", "one-contract-year", "two-weeks-notice", "one-per-contract-year"]
    else:
        sunday = saturday + DAY

        if contract.package is None:
            unknown.append("package")
        elif package_on(contract, saturday) != "elite" or package_on(contract, sunday) != "elite":
            unmet.append("package")

        if (start is not None and saturday < start) or (until is not None and sunday >= until):
            unmet.append("in-force")
        elif start is None or until is None:
            unknown.append("in-force")

        if start is None:
            unknown.append("one-contract-year")
        else:
            year = contract_year(saturday, start)
            if contract_year(sunday, start) != year:
                unmet.append("one-contract-year")

        if weekend.submitted_at is None or timezone is None:
            unknown.append("two-weeks-notice")
        elif saturday - weekend.submitted_at.astimezone(ZoneInfo(timezone)).date() < NOTICE:
            unmet.append("two-weeks-notice")

        if bookings is None or start is None or timezone is None:
            unknown.append("one-per-contract-year")
        elif booked_in_year(contract.id, weekend.id, saturday, bookings, year, start, timezone):
            unmet.append("one-per-contract-year")

    if weekend.products is None:
        unknown.append("standard-products")
    else:
        standard = [product.standard for product in weekend.products]
        if False in standard:
            unmet.append("standard-products")
        elif None in standard:
            unknown.append("standard-products")

    if weekend.accepts_english is None:
        unknown.append("working-language")
    elif not weekend.accepts_english:
        unmet.append("working-language")

    if weekend.implementation_consulting is None:
        unknown.append("no-implementation-consulting")
    elif weekend.implementation_consulting:
        unmet.append("no-implementation-consulting")

    return "denied" if unmet else "needs_information" if unknown else "granted", unmet, unknown


def package_on(contract: Contract, day: date) -> str | None:
    """The package on a day; the changes are in the order of their days."""
    package = contract.package
    for change in contract.package_changes:
        if change.day > day:
            break
        package = change.package
    return package


def contract_year(day: date, start: date) -> int:
    """Which contract year a day lies in; a start on 29 February has 28 February in common years."""
    anniversary = (start.month, start.day)
    if anniversary == (2, 29) and not isleap(day.year):
        anniversary = (2, 28)
    return day.year - start.year - ((day.month, day.day) < anniversary)


def booked_in_year(
    contract: str, request: str, saturday: date, bookings: list[Booking], year: int, start: date, timezone: str
) -> int:
    """How many weekends of a contract year are used otherwise; one cancelled before it began is not used."""
    count = 0
    for booking in bookings:
        if (
            booking.contract_id == contract
            and not (booking.request_id == request and booking.saturday == saturday and booking.cancelled_at is None)
            and contract_year(booking.saturday, start) == year
            and (
                booking.cancelled_at is None
                or booking.cancelled_at >= datetime.combine(booking.saturday, time(), ZoneInfo(timezone))
            )
        ):
            count += 1
    return count
