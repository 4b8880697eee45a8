"""Triage by another plan: other columns, facts of its own, another clock and another order, by its rule files alone."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import harbour, harbour_facts

import xtreme_rules as xr

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AT = datetime(2026, 7, 15, 23, 58, tzinfo=AMSTERDAM)
DRIFTING = xr.Incident(id="m-1", severity=2, submitted_at=datetime(2026, 7, 15, 16, 50, tzinfo=AMSTERDAM))
DISTRESS = xr.Incident(id="m-2", severity=1, submitted_at=datetime(2026, 7, 15, 23, 55, tzinfo=AMSTERDAM))


@pytest.fixture
def plan(engine: str) -> xr.Rulebook:
    return harbour(date(2026, 7, 15), engine)


def vessel(**known: Any) -> xr.Fact:
    made: Any = harbour_facts()["vessel"]
    fact: xr.Fact = made(id="NL-Zeemeeuw", **known)
    return fact


def contract(package: str) -> xr.Contract:
    return xr.Contract(
        id=f"berth-{package}",
        package=package,
        start=date(2026, 4, 1),
        until=date(2027, 4, 1),
        timezone="Europe/Amsterdam",
        holidays="NL",
    )


def on(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=AMSTERDAM)


def test_two_calls_are_triaged_by_the_files_of_the_plan(plan: xr.Rulebook) -> None:
    """The time comes by waters and drift, and runs in the hours of the package; distress goes before all else."""
    out = vessel(waters="open-sea", distance_nm=14, can_proceed=False)
    one = plan.triage(contract("bay"), DRIFTING, at=AT, vessel=out)
    assert one.deadline.row == "adrift-at-sea"
    assert one.deadline.standing is xr.Standing.SAFE
    assert one.deadline.due == on(16, 9, 20)  # 40 minutes until 17:30, 50 from 08:30 on
    assert [(alert.share, alert.at) for alert in one.deadline.warnings] == [(50, on(16, 8, 35))]
    assert (one.covered_by, one.covered_from) == ((), on(16, 8, 30))

    moored = vessel(waters="harbour", insured_until=date(2027, 1, 1))
    other = plan.triage(contract("coast"), DISTRESS, at=AT, vessel=moored)
    assert (other.deadline.row, other.deadline.due) == ("distress", on(16, 0, 5))  # day and night
    assert other.deadline.standing is xr.Standing.SAFE
    assert (other.covered_by, other.covered_from) == (("tow-in",), AT)

    queue = plan.queue([one, other])
    assert [ticket.incident.id for ticket in queue] == ["m-2", "m-1"]
    assert queue.why(one, other) == "m-2 (distress: yes) comes before m-1 (distress: no)"
    assert queue.why(one, other, "nl") == "m-2 (nood: ja) gaat voor m-1 (nood: nee)"


def test_the_clock_follows_a_fact_of_the_plan(plan: xr.Rulebook) -> None:
    """The insurance of a vessel ends at midnight, and with it the tug's hours; the rest runs in the patrol's."""
    moored = vessel(waters="harbour", insured_until=date(2026, 7, 16))
    assert plan.respond_by(contract("coast"), DISTRESS, at=AT, vessel=moored).due == on(16, 7, 5)


def test_a_plan_asks_for_facts_of_its_own(plan: xr.Rulebook) -> None:
    """What the table and the clock of the plan read is what is missing, in the plan's own words."""
    unknown = plan.respond_by(contract("bay"), DRIFTING, at=AT)
    assert unknown.standing is xr.Standing.NEEDS_INFORMATION
    assert unknown.missing == ("vessel.waters", "vessel.can_proceed")
    assert unknown.question("vessel.waters") == "In which waters does the vessel lie?"
    moored = vessel(waters="harbour")
    assert plan.respond_by(contract("bay"), DRIFTING, at=AT, vessel=moored).due == on(16, 11, 50)
    assert plan.respond_by(contract("bay"), DISTRESS, at=AT, vessel=moored).missing == ("vessel.insured_until",)


def test_among_equals_whoever_is_towed_from_further_out_comes_first(plan: xr.Rulebook) -> None:
    """The plan's own keys: distance tells apart those who are towed, the package comes after it, then the number."""

    def called(number: str, package: str, **known: Any) -> xr.Ticket:
        call = xr.Incident(id=number, severity=2, submitted_at=on(15, 12, 0))
        known = {"waters": "coastal", "length_cm": 900, "insured_until": date(2027, 1, 1), **known}
        return plan.triage(contract(package), call, at=on(15, 12, 10), vessel=vessel(**known))

    tickets = [
        called("m-1", "coast", can_proceed=True, distance_nm=16),
        called("m-2", "bay", can_proceed=False, distance_nm=3),
        called("m-3", "bay", can_proceed=False, distance_nm=11),
        called("m-4", "bay", can_proceed=True, distance_nm=1),
        called("m-5", "bay", can_proceed=True, distance_nm=2),
    ]
    assert {ticket.deadline.due for ticket in tickets} == {on(15, 14, 0)}
    assert [ticket.incident.id for ticket in plan.queue(tickets)] == ["m-3", "m-2", "m-1", "m-4", "m-5"]
    assert plan.queue(tickets).why(tickets[0], tickets[1]) == (
        "m-2 (3 nautical miles out) comes before m-1 (distance unknown, or no tow)"
    )


def test_a_version_without_response_times_says_so(engine: str) -> None:
    """The version of 2025 promises none, and has no order."""
    with pytest.raises(LookupError, match=r"the rulebook `harbour` has no response times; add `response-times.yaml`"):
        harbour(date(2025, 7, 16), engine).respond_by(contract("bay"), DRIFTING, at=AT)
