"""Giving a recorded decision again."""

from collections.abc import Mapping
from typing import Any

from xtreme_rules.api import Rulebook
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.errors import listing
from xtreme_rules.facts.json import facts_from_data
from xtreme_rules.ledger.entries import Record
from xtreme_rules.ledger.errors import ReplayError
from xtreme_rules.ledger.versions import versions


def decided_again(record: Record, rulebook: Rulebook) -> Decision:
    """The decision on the facts of a record, by the rulebook at hand.

    Raises:
        ReplayError: the record is of a cancellation.
        FactError: the rulebook does not know a fact of the record.
    """
    if record.outcome is None:
        raise ReplayError(f"record {record.number} is of a cancellation; only decisions can be given again")
    return rulebook.decide(record.option, **facts_from_data(dict(record.facts), rulebook.rules.schema.annotations))


def replayed(record: Record, rulebook: Rulebook) -> Decision:
    """The decision of a record, given again with the same outcome and the same conditions.

    Raises:
        ReplayError: the record is of a cancellation, the rulebook is another one, or the answer is.
    """
    recorded, at_hand = record.rulebook, rulebook.identity
    if record.outcome is not None and recorded["digest"] != at_hand["digest"]:
        raise ReplayError(
            f"record {record.number} was decided by the rulebook {_named(recorded)}, and at hand is {_named(at_hand)}; "
            "open the ledger with that one"
        )
    decision = decided_again(record, rulebook)
    if (decision.outcome, decision.unmet, decision.unknown) != (record.outcome, record.unmet, record.unknown):
        raise ReplayError(_another_answer(record, decision))
    return decision


def _named(identity: Mapping[str, Any]) -> str:
    overlays = f" with {listing(identity['overlays'])}" if identity["overlays"] else ""
    return f"`{identity['name']}` of {identity['effective_from']}{overlays} ({identity['digest'][:12]})"


def _another_answer(record: Record, decision: Decision) -> str:
    now = versions(decision.facts["contract"].timezone)
    changed = [
        f"{name} {record.versions.get(name)} is now {now[name]}"
        for name in now
        if record.versions.get(name) != now[name]
    ]
    before = _answer(record.outcome, record.unmet or record.unknown)
    after = _answer(decision.outcome, decision.unmet or decision.unknown)
    was = f"record {record.number} says {before}, and the same facts now give {after}"
    return f"{was}; {', '.join(changed) or 'nothing that is recorded has changed: the record is not sound'}"


def _answer(outcome: Outcome | None, conditions: tuple[str, ...]) -> str:
    said = "nothing" if outcome is None else f"`{outcome.value}`"
    return f"{said} ({', '.join(conditions)})" if conditions else said
