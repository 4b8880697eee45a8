"""The inputs that engines without dates, time zones and lists must be given, derived from the raw facts each time.

One input a condition, two for the period, and each condition becomes one comparison with a constant: the least work
that the engines can be given. An input that is not known is left out.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from by_hand import booked_in_year, contract_year, package_on

from xtreme_rules import Booking, Contract, WeekendRequest

DAY = timedelta(days=1)
RANKS: dict[str | None, int] = {"xtreme": 0, "premium": 1, "elite": 2}

#: By input, what it must be: at least, or at most, a number. Truth is 0 or 1, as durable_rules knows no booleans.
AT_LEAST = {"package": 2, "days_after_start": 0, "days_until_end": 2, "notice": 14, "standard": 1, "english": 1}
AT_MOST = {"year_changes": 0, "booked": 0, "consulting": 0}
COUNT = len(AT_LEAST) + len(AT_MOST)


def derived(contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None) -> dict[str, int]:
    """The inputs that are known."""
    inputs: dict[str, int] = {}
    saturday, start, timezone = weekend.saturday, contract.start, contract.timezone
    if saturday is not None:
        sunday = saturday + DAY
        if contract.package is not None:
            inputs["package"] = min(RANKS[package_on(contract, saturday)], RANKS[package_on(contract, sunday)])
        if start is not None:
            year = contract_year(saturday, start)
            inputs["days_after_start"] = (saturday - start).days
            inputs["year_changes"] = contract_year(sunday, start) - year
            if bookings is not None and timezone is not None:
                inputs["booked"] = booked_in_year(contract.id, weekend.id, saturday, bookings, year, start, timezone)
        if contract.until is not None:
            inputs["days_until_end"] = (contract.until - saturday).days
        if weekend.submitted_at is not None and timezone is not None:
            inputs["notice"] = (saturday - weekend.submitted_at.astimezone(ZoneInfo(timezone)).date()).days
    if weekend.products is not None:
        standard = [product.standard for product in weekend.products]
        if False in standard:
            inputs["standard"] = 0
        elif None not in standard:
            inputs["standard"] = 1
    if weekend.accepts_english is not None:
        inputs["english"] = int(weekend.accepts_english)
    if weekend.implementation_consulting is not None:
        inputs["consulting"] = int(weekend.implementation_consulting)
    return inputs
