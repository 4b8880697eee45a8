"""This library: one option, with the names of what failed and what is unknown; and all options over every fact."""

from datetime import UTC, date, datetime
from typing import Any

from situations import CONTRACT, WEEKEND

from xtreme_rules import (
    AdopterProgramme,
    Booking,
    Component,
    Contract,
    Escalation,
    Incident,
    Outcome,
    Question,
    RemoteAccess,
    Subscription,
    WeekendRequest,
    load,
)

RULEBOOK = load()
AT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)

COMPONENT = Component(id="p-1", standard=True, generally_available=True, under_agreement=True)
EVERYTHING: dict[str, Any] = {
    "contract": CONTRACT,
    "component": COMPONENT,
    "incident": Incident(id="i-1", severity=1, submitted_at=AT, component=COMPONENT),
    "question": Question(topic="process", component=COMPONENT),
    "access": RemoteAccess(authorised=True, connection_provided=True, customer_present=False),
    "subscription": Subscription(critical_notifications=True),
    "programme": AdopterProgramme(planning_allows=True, capacity_allows=True, business_requirements_met=True),
    "escalation": Escalation(specialist_needed=True),
    "weekend": WEEKEND,
    "bookings": [Booking(id="b-1", contract_id="c-1", saturday=date(2026, 6, 6), status="booked", request_id="w-0")],
    "at": AT,
}


def decide(
    contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None
) -> tuple[Outcome, tuple[str, ...], tuple[str, ...]]:
    """The outcome, the conditions that failed, and those that are unknown."""
    decision = RULEBOOK.decide("special-event-weekend", contract=contract, weekend=weekend, bookings=bookings)
    return decision.outcome, decision.unmet, decision.unknown


def decide_only(contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None) -> Outcome:
    """The outcome alone, the names left unread."""
    return RULEBOOK.decide("special-event-weekend", contract=contract, weekend=weekend, bookings=bookings).outcome


def decide_all() -> list[Outcome]:
    """The outcome of every option for one contract and situation."""
    return [decision.outcome for decision in RULEBOOK.decide_all(**EVERYTHING).values()]


def weekends() -> list[Outcome]:
    """The outcome of every weekend of a contract year."""
    listed = RULEBOOK.weekends(CONTRACT, EVERYTHING["bookings"], submitted_at=AT, request=WEEKEND)
    return list(listed.outcomes.values())
