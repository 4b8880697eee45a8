"""Contract years, the weekends in them, and the next one that can be had."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import attrs
import pytest
from conftest import ROOT, bundled
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.testing import booking_lists, contracts, moments, weekend_requests
from xtreme_rules.testing.drawing import days

CONTRACT = xr.Contract(
    id="c1", package="elite", start=date(2026, 3, 1), until=date(2028, 3, 1), timezone="Europe/Amsterdam", holidays="NL"
)
REQUEST = xr.WeekendRequest(
    id="r1", products=[xr.Component(id="p", standard=True)], accepts_english=True, implementation_consulting=False
)
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
BOOKED = xr.Booking(id="b1", contract_id="c1", saturday=date(2026, 12, 19), status="booked")


@given(contracts(unknowns=False), days())
def test_contract_years_part_the_period_of_a_contract(contract: xr.Contract, day: date) -> None:
    """Years follow one another from the first day to the end, each a calendar year from the original start."""
    years = bundled().contract_years(contract)
    assert (years[0].start, years[-1].end) == (contract.start, contract.until)
    assert [year.number for year in years] == list(range(len(years)))
    for year, following in pairwise(years):
        assert year.end == following.start
    for year in years:
        assert contract.start is not None
        assert year.start == contract.start + relativedelta(years=year.number)
    holding = [year for year in years if day in year]
    if holding:
        assert [bundled().contract_year(contract, day)] == holding
    else:
        with pytest.raises(xr.FactError, match="lies outside the contract"):
            bundled().contract_year(contract, day)


@pytest.mark.parametrize(
    ("start", "starts"),
    [
        (
            date(2024, 2, 29),
            [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)],
        ),
        (date(2024, 1, 31), [date(2024 + number, 1, 31) for number in range(5)]),
        (date(2024, 2, 28), [date(2024 + number, 2, 28) for number in range(5)]),
    ],
)
def test_anniversaries_count_from_the_original_start(start: date, starts: list[date]) -> None:
    """On 29 February, on the 31st, and the day before; a renewal moves the end, a package change nothing."""
    contract = attrs.evolve(CONTRACT, start=start, until=starts[-1])
    renewed = attrs.evolve(contract, until=starts[-1] + timedelta(days=1))
    changed = attrs.evolve(contract, package_changes=[xr.PackageChange(day=starts[1], package="xtreme")])
    assert [year.start for year in bundled().contract_years(contract)] == starts[:-1]
    assert [year.start for year in bundled().contract_years(renewed)] == starts
    assert bundled().contract_years(changed) == bundled().contract_years(contract)


@settings(max_examples=60)
@given(contracts(unknowns=False), moments(), st.data())
def test_every_weekend_of_the_year_has_its_decision(
    rulebook: xr.Rulebook, contract: xr.Contract, submitted_at: datetime, data: st.DataObject
) -> None:
    """The decisions are those of asking for each Saturday alone; all Saturdays of the year are there, and no others."""
    known = {
        "timezone": contract.timezone,
        "near": [day for day in (contract.start, contract.until) if day is not None],
    }
    bookings = data.draw(booking_lists(**known))
    request = data.draw(weekend_requests(**known))
    number = data.draw(st.sampled_from([year.number for year in rulebook.contract_years(contract)]))
    weekends = rulebook.weekends(contract, bookings, submitted_at=submitted_at, year=number, request=request)
    year = rulebook.contract_years(contract)[number]
    assert weekends.year == year
    every = [year.start + timedelta(days=count) for count in range((year.end - year.start).days)]
    assert list(weekends.outcomes) == [day for day in every if day.weekday() == 5]
    for (saturday, outcome), decision in zip(weekends.outcomes.items(), weekends, strict=True):
        asked = attrs.evolve(request, id="planning", saturday=saturday, submitted_at=submitted_at)
        assert decision == rulebook.decide("special-event-weekend", contract=contract, weekend=asked, bookings=bookings)
        assert decision.outcome is outcome


@settings(max_examples=60)
@given(contracts(unknowns=False), moments(), st.data())
def test_the_next_weekend_is_the_earliest(
    rulebook: xr.Rulebook, contract: xr.Contract, submitted_at: datetime, data: st.DataObject
) -> None:
    """No weekend before it would do, whatever the history; if there is none, none of the whole contract would."""
    near = [day for day in (contract.start, contract.until) if day is not None]
    bookings = data.draw(booking_lists(near, contract.timezone))
    request = data.draw(weekend_requests())
    found = rulebook.next_weekend(contract, bookings, submitted_at=submitted_at, request=request)
    possible = [
        decision.facts["weekend"].saturday
        for year in rulebook.contract_years(contract)
        for decision in rulebook.weekends(
            contract, bookings, submitted_at=submitted_at, year=year.number, request=request
        )
        if decision.outcome is not xr.Outcome.DENIED
    ]
    assert (None if found is None else found.facts["weekend"].saturday) == min(possible, default=None)


def test_a_request_of_which_little_is_known_can_be_planned() -> None:
    """Without the products and so on no weekend is granted yet, but those that are denied are out for good."""
    planned = bundled().weekends(CONTRACT, submitted_at=AT)
    known = bundled().weekends(CONTRACT, submitted_at=AT, request=REQUEST)
    assert planned.possible == known.possible != ()
    assert set(planned.outcomes.values()) == {xr.Outcome.NEEDS_INFORMATION, xr.Outcome.DENIED}
    assert set(known.outcomes.values()) == {xr.Outcome.GRANTED, xr.Outcome.DENIED}
    following = bundled().next_weekend(CONTRACT, submitted_at=AT)
    assert following is not None
    assert following.facts["weekend"].saturday == planned.possible[0] == date(2026, 12, 12)


def test_the_year_of_the_submission_is_shown_by_default() -> None:
    """Before the contract it is the first year, after it the last."""
    starts = {
        submitted: bundled().weekends(CONTRACT, submitted_at=datetime(submitted, 6, 1, tzinfo=UTC)).year.start.year
        for submitted in (2020, 2026, 2027, 2031)
    }
    assert starts == {2020: 2026, 2026: 2026, 2027: 2027, 2031: 2027}


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_calendar_shows_what_can_be_had_and_why_not_the_rest(lang: str) -> None:
    """Each Saturday with its mark; for each condition in the way, what it asks for and the weekends it is in the way of."""
    weekends = bundled().weekends(CONTRACT, [BOOKED], submitted_at=AT, request=REQUEST)
    assert weekends.booked == (date(2026, 12, 19),)
    assert weekends.possible == ()
    text, html = weekends.show(lang), weekends.show(lang, "html")
    assert "19 ★" in text
    assert "26 ✗" in text
    assert "two-weeks-notice (2026-03-07 … 2026-12-05)" in text
    assert "one-per-contract-year (2026-03-07 … 2027-02-27)" in text
    assert "{" not in text
    assert html.count("<span title=") == len(weekends) == 52
    assert "one-per-contract-year" in html
    assert weekends._repr_html_() == weekends.show("en", "html")
    assert str(weekends) == weekends.show("en")
    assert repr(weekends) == "<Weekends of c1, 2026-03-01 until 2027-03-01: 0 possible>"
    painted = weekends.show(lang, paint=lambda status, part: f"<{status}>{part}")
    assert "<booked>19 ★" in painted
    data = weekends.to_dict()
    assert data["rulebook"] == bundled().identity
    assert data["year"] == {"number": 0, "start": "2026-03-01", "end": "2027-03-01"}
    assert [item["saturday"] for item in data["weekends"] if item["booked"]] == ["2026-12-19"]
    assert [decision.option for decision in weekends[:2]] == ["special-event-weekend"] * 2


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such year": ({"year": 2}, "year: the contract has no year 2; its years are 0 to 1"),
    "no period": (
        {"contract": attrs.evolve(CONTRACT, start=None, until=None)},
        "contract.start: must be known; contract years need it\ncontract.until: must be known; contract years need it",
    ),
    "no zone": (
        {"submitted_at": datetime(2026, 11, 22, 9)},
        "WeekendRequest.submitted_at: 2026-11-22T09:00:00 has no time zone; give it a tzinfo; in a text, end it with `Z` "
        "or `+01:00`",
    ),
    "no contract": ({"contract": None}, "contract: must be given"),
    "no such fact": ({"vessel": 1}, "vessel: unknown fact"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_planned_says_so(changes: dict[str, Any], message: str) -> None:
    """Wrong facts are errors that say which, and what to do."""
    with pytest.raises(xr.FactError) as caught:
        bundled().weekends(**{"contract": CONTRACT, "submitted_at": AT, **changes})
    assert str(caught.value).split("; a fact of your own")[0] == message


def test_a_rulebook_without_weekends_says_so() -> None:
    """Planning needs to know which option it is about."""
    with pytest.raises(xr.UnknownNameError, match=r"has no option for weekends; add `weekends:`"):
        xr.load(ROOT / "tests" / "broken" / "sound").weekends(CONTRACT, submitted_at=AT)


def test_what_was_booked_for_the_request_is_booked() -> None:
    """A year in which the request has its weekend has no other, though that booking does not count against the request."""
    own = attrs.evolve(BOOKED, request_id=REQUEST.id)
    assert bundled().weekends(CONTRACT, [own], submitted_at=AT, request=REQUEST).possible == ()


def test_bookings_of_other_contracts_are_of_no_matter() -> None:
    """They may be mixed in, and change nothing."""
    other = attrs.evolve(BOOKED, contract_id="c2")
    with_other = bundled().weekends(CONTRACT, [other], submitted_at=AT, request=REQUEST)
    assert with_other.outcomes == bundled().weekends(CONTRACT, submitted_at=AT, request=REQUEST).outcomes
    assert with_other.booked == ()
