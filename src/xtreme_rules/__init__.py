"""xtreme-rules: support entitlements as declarative rules, with every reason and the clause behind it."""

from typing import TYPE_CHECKING

from xtreme_rules.api import Rulebook, load
from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.decisions.decision import Decision, Duty, Reason
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.errors import FactError, Problem, UnknownNameError, XtremeRulesError
from xtreme_rules.facts.fact import Fact
from xtreme_rules.facts.json import facts_from_data, facts_from_json, facts_to_json
from xtreme_rules.facts.standard import (
    AdopterProgramme,
    Booking,
    Component,
    Contract,
    Escalation,
    Incident,
    PackageChange,
    Pause,
    Question,
    RemoteAccess,
    Subscription,
    WeekendRequest,
)
from xtreme_rules.facts.types import Declared
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError

if TYPE_CHECKING:
    from xtreme_rules.coverage.clock import Clock
    from xtreme_rules.triage.deadline import Alert, Deadline, Standing
    from xtreme_rules.triage.queue import Queue
    from xtreme_rules.triage.ticket import Ticket

__version__ = "0.1.0"

__all__ = [
    "AdopterProgramme",
    "Alert",
    "Booking",
    "Clock",
    "Component",
    "Contract",
    "Coverage",
    "Deadline",
    "Decision",
    "Declared",
    "Diagnostic",
    "Duty",
    "Escalation",
    "Fact",
    "FactError",
    "Incident",
    "Outcome",
    "PackageChange",
    "Pause",
    "Problem",
    "Question",
    "Queue",
    "Reason",
    "RemoteAccess",
    "Rulebook",
    "RulebookError",
    "Standing",
    "Subscription",
    "Ticket",
    "UnknownNameError",
    "WeekendRequest",
    "XtremeRulesError",
    "facts_from_data",
    "facts_from_json",
    "facts_to_json",
    "load",
]

#: What loads when it is first used, by the module that has it: who only decides does not pay for it.
_LATER = {
    "Alert": "triage.deadline",
    "Clock": "coverage.clock",
    "Deadline": "triage.deadline",
    "Queue": "triage.queue",
    "Standing": "triage.deadline",
    "Ticket": "triage.ticket",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
