"""Cedar: a permit where every condition is met; where inputs are unknown, a forbid where any is not met.

The policies and the (empty) entities are parsed once, ids are dicts, and inputs go in the request's context: the
fastest of the forms that cedarpy documents.
"""

from typing import Any

import cedarpy
from derived import AT_LEAST, AT_MOST, COUNT, derived

from xtreme_rules import Booking, Contract, WeekendRequest

MET = [
    *(f"context.{name} >= {least}" for name, least in AT_LEAST.items()),
    *(f"context.{name} <= {most}" for name, most in AT_MOST.items()),
]
UNMET = [
    *(f"(context has {name} && context.{name} < {least})" for name, least in AT_LEAST.items()),
    *(f"(context has {name} && context.{name} > {most})" for name, most in AT_MOST.items()),
]
PERMIT = f"permit (principal, action, resource) when {{ {' && '.join(MET)} }};"
FORBID = f"forbid (principal, action, resource) when {{ {' || '.join(UNMET)} }};"
PERMIT_PARSED, FORBID_PARSED = cedarpy.PolicySet.from_str(PERMIT), cedarpy.PolicySet.from_str(FORBID)
NO_ENTITIES = cedarpy.Entities.from_json_str("[]")


def decide(contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None) -> str:
    """The outcome, with everything parsed once."""
    return _outcome(_request(contract, weekend, bookings), PERMIT_PARSED, FORBID_PARSED, NO_ENTITIES)


def decide_from_text(contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None) -> str:
    """The outcome, with policies and entities as text, the form of cedarpy's introduction."""
    return _outcome(_request(contract, weekend, bookings), PERMIT, FORBID, "[]")


def _request(contract: Contract, weekend: WeekendRequest, bookings: list[Booking] | None) -> dict[str, Any]:
    return {
        "principal": {"type": "Contract", "id": contract.id},
        "action": {"type": "Action", "id": "book"},
        "resource": {"type": "Weekend", "id": weekend.id},
        "context": derived(contract, weekend, bookings),
    }


def _outcome(
    request: dict[str, Any],
    permit: str | cedarpy.PolicySet,
    forbid: str | cedarpy.PolicySet,
    entities: str | cedarpy.Entities,
) -> str:
    if len(request["context"]) == COUNT:
        return "granted" if cedarpy.is_authorized(request, permit, entities).allowed else "denied"
    return "denied" if cedarpy.is_authorized(request, forbid, entities).diagnostics.reasons else "needs_information"
