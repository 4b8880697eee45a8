"""The special-event weekend against an account of its clauses that shares nothing with the engines."""

from calendar import isleap
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from conftest import bundled
from dateutil.relativedelta import relativedelta
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.language.parse import parse
from xtreme_rules.language.vocabulary import contract_year, contract_year_end, contract_year_start
from xtreme_rules.testing import contracts, situations, weekend_requests

DAY = timedelta(days=1)
CONTEXT = bundled().rules.meaning.context


def package_on(contract: xr.Contract, day: date) -> str | None:
    return ([contract.package] + [change.package for change in contract.package_changes if change.day <= day])[-1]


def year_of(contract: xr.Contract, day: date) -> int:
    """The contract year of a day, counted up or down from the original start, one anniversary at a time."""
    assert contract.start is not None
    year = 0
    while day >= contract.start + relativedelta(years=year + 1):
        year += 1
    while day < contract.start + relativedelta(years=year):
        year -= 1
    return year


def used(booking: xr.Booking, zone: ZoneInfo) -> bool:
    began = datetime.combine(booking.saturday, time(), zone)
    return booking.status == "booked" or (booking.cancelled_at is not None and booking.cancelled_at >= began)


def failures(contract: xr.Contract, weekend: xr.WeekendRequest, bookings: tuple[xr.Booking, ...]) -> set[str]:
    """What fails, clause by clause, when everything is known."""
    assert contract.timezone is not None
    assert contract.start is not None
    assert contract.until is not None
    assert weekend.saturday is not None
    assert weekend.submitted_at is not None
    zone = ZoneInfo(contract.timezone)
    saturday, sunday = weekend.saturday, weekend.saturday + DAY
    year = year_of(contract, saturday)
    others = [
        item
        for item in bookings
        if item.contract_id == contract.id and used(item, zone)
        if (item.request_id, item.saturday, item.status) != (weekend.id, saturday, "booked")
    ]
    submitted = weekend.submitted_at.astimezone(zone).date()
    holds = {
        "package": {package_on(contract, saturday), package_on(contract, sunday)} == {"elite"},
        "in-force": contract.start <= saturday and sunday < contract.until,
        "one-contract-year": year_of(contract, sunday) == year,
        "two-weeks-notice": submitted <= saturday - timedelta(weeks=2),
        "one-per-contract-year": not [item for item in others if year_of(contract, item.saturday) == year],
        "standard-products": all(product.standard for product in weekend.products or ()),
        "working-language": bool(weekend.accepts_english),
        "no-implementation-consulting": not weekend.implementation_consulting,
    }
    return {name for name, held in holds.items() if not held}


@given(st.sampled_from(["compiled", "reference"]), situations())
def test_a_decision_is_what_the_clauses_say(engine: str, facts: dict[str, Any]) -> None:
    """With everything known, the unmet conditions are exactly the clauses that an independent account finds broken."""
    decision = bundled(engine).decide("special-event-weekend", **facts)
    checked = decision.facts
    assume(decision.unknown == () and checked["contract"].until is not None)
    assert set(decision.unmet) == failures(checked["contract"], checked["weekend"], checked["bookings"])


@given(situations(), st.integers(1, 3), st.booleans())
def test_other_years_never_change_a_decision(facts: dict[str, Any], years: int, earlier: bool) -> None:
    """Nothing carries over: weekends used, or not used, in other contract years change no answer."""
    contract, weekend = facts.get("contract"), facts.get("weekend")
    assume(contract is not None and contract.start is not None and facts.get("bookings") is not None)
    assume(weekend is not None and weekend.saturday is not None)
    shift = timedelta(weeks=53 * years) * (-1 if earlier else 1)
    saturday = weekend.saturday + shift
    assume(year_of(contract, saturday) != year_of(contract, weekend.saturday))
    extra = xr.Booking(id="another-year", contract_id=contract.id, saturday=saturday, status="booked")
    more = {**facts, "bookings": [*facts["bookings"], extra]}
    option = "special-event-weekend"
    before, after = bundled().decide(option, **facts), bundled().decide(option, **more)
    assert (after.met, after.unmet) == (before.met, before.unmet)


@given(situations())
def test_the_order_of_bookings_and_those_of_others_do_not_matter(facts: dict[str, Any]) -> None:
    """Bookings count as a set, and bookings of other contracts are ignored."""
    assume(facts.get("bookings") is not None and facts.get("contract") is not None)
    others = [attrs.evolve(item, id=f"x-{item.id}", contract_id="somebody else") for item in facts["bookings"]]
    more = {**facts, "bookings": [*others, *reversed(facts["bookings"])]}
    option = "special-event-weekend"
    before, after = bundled().decide(option, **facts), bundled().decide(option, **more)
    assert (after.met, after.unmet) == (before.met, before.unmet)


days = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@given(days, days)
@example(date(2024, 2, 28), date(2024, 2, 29))
@example(date(2024, 2, 29), date(2025, 2, 28))
@example(date(2024, 2, 29), date(2028, 2, 28))
def test_contract_years_are_those_of_relativedelta(start: date, day: date) -> None:
    """A day lies in year n if and only if start + n years <= day < start + (n + 1) years."""
    year = contract_year(CONTEXT, day, start)
    assert start + relativedelta(years=year) <= day < start + relativedelta(years=year + 1)
    assert contract_year_start(CONTEXT, day, start) <= day < contract_year_end(CONTEXT, day, start)
    assert contract_year(CONTEXT, contract_year_start(CONTEXT, day, start), start) == year
    assert contract_year(CONTEXT, contract_year_end(CONTEXT, day, start), start) == year + 1


@given(days, days)
@example(date(2024, 2, 29), date(2025, 2, 28))
@example(date(2024, 2, 29), date(2025, 3, 1))
def test_the_other_convention_begins_the_year_on_the_first_of_march(start: date, day: date) -> None:
    """With 1 March for 29 February, only 28 February of common years lies in another year; bounds hold the day."""
    other = attrs.evolve(CONTEXT, leap_anniversary=29)
    moved = (start.month, start.day) == (2, 29) and (day.month, day.day) == (2, 28) and not isleap(day.year)
    assert contract_year(other, day, start) == contract_year(CONTEXT, day, start) - moved
    assert contract_year_start(other, day, start) <= day < contract_year_end(other, day, start)


def test_an_overlay_chooses_the_convention(tmp_path: Path) -> None:
    """The reading of 29 February is the rulebook's to choose."""
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("rulebook: {conventions: {leap-day-anniversary: 1-march}}\n")
    assert CONTEXT.leap_anniversary == 28
    assert xr.load(overlay=overlay).rules.meaning.context.leap_anniversary == 29


NEAREST = parse("nearest_weekends(weekend.saturday, 14)", bundled().rules.schema)
TIMELY = ("in-force", "two-weeks-notice", "one-contract-year")


@settings(max_examples=25)
@given(contracts(unknowns=False), st.data())
def test_the_nearest_weekends_are_those_that_would_be_timely(contract: xr.Contract, data: st.DataObject) -> None:
    """Before and after, within a year: asked for instead, they meet the clauses about days, and nothing nearer does."""
    assert contract.start is not None
    request = data.draw(weekend_requests(unknowns=False, near=[contract.start], timezone=contract.timezone))
    assert request.saturday is not None

    def timely(saturday: date) -> bool:
        weekend = attrs.evolve(request, saturday=saturday)
        decision = bundled().decide("special-event-weekend", contract=contract, weekend=weekend, bookings=())
        return not {*TIMELY} & {*decision.unmet}

    around = [[request.saturday + side * weeks * 7 * DAY for weeks in range(1, 53)] for side in (-1, 1)]
    expected = tuple(found for days in around if (found := next(filter(timely, days), None)) is not None)
    facts = bundled().rules.schema.checked({"contract": contract, "weekend": request})
    assert bundled().rules.meaning.value(NEAREST, facts) == expected
