"""xtreme-rules: support entitlements as declarative rules, with every reason and the clause behind it."""

from typing import TYPE_CHECKING

from xtreme_rules.api import Rulebook, load
from xtreme_rules.coverage.coverage import Coverage
from xtreme_rules.decisions.decision import Decision, Duty, Reason
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.errors import EngineError, FactError, Problem, SessionError, UnknownNameError, XtremeRulesError
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
    from xtreme_rules.decisions.remedies import Change, Remedy
    from xtreme_rules.ledger.entries import Cancellation, Entry, Record
    from xtreme_rules.ledger.errors import LedgerError, LedgerUnavailableError, ReplayError, UnknownEntryError
    from xtreme_rules.ledger.ledger import Ledger
    from xtreme_rules.planning.weekends import Weekends
    from xtreme_rules.planning.years import ContractYear
    from xtreme_rules.sessions.session import Session
    from xtreme_rules.triage.deadline import Alert, Deadline, Standing
    from xtreme_rules.triage.queue import Queue
    from xtreme_rules.triage.ticket import Ticket

__version__ = "0.1.0"

__all__ = [
    "AdopterProgramme",
    "Alert",
    "Booking",
    "Cancellation",
    "Change",
    "Clock",
    "Component",
    "Contract",
    "ContractYear",
    "Coverage",
    "Deadline",
    "Decision",
    "Declared",
    "Diagnostic",
    "Duty",
    "EngineError",
    "Entry",
    "Escalation",
    "Fact",
    "FactError",
    "Incident",
    "Ledger",
    "LedgerError",
    "LedgerUnavailableError",
    "Outcome",
    "PackageChange",
    "Pause",
    "Problem",
    "Question",
    "Queue",
    "Reason",
    "Record",
    "Remedy",
    "RemoteAccess",
    "ReplayError",
    "Rulebook",
    "RulebookError",
    "Session",
    "SessionError",
    "Standing",
    "Subscription",
    "Ticket",
    "UnknownEntryError",
    "UnknownNameError",
    "WeekendRequest",
    "Weekends",
    "XtremeRulesError",
    "facts_from_data",
    "facts_from_json",
    "facts_to_json",
    "load",
]

#: What loads when it is first used, by the module that has it: who only decides does not pay for it.
_LATER = {
    "Alert": "triage.deadline",
    "Cancellation": "ledger.entries",
    "Change": "decisions.remedies",
    "Clock": "coverage.clock",
    "ContractYear": "planning.years",
    "Deadline": "triage.deadline",
    "Entry": "ledger.entries",
    "Ledger": "ledger.ledger",
    "LedgerError": "ledger.errors",
    "LedgerUnavailableError": "ledger.errors",
    "Queue": "triage.queue",
    "Record": "ledger.entries",
    "Remedy": "decisions.remedies",
    "ReplayError": "ledger.errors",
    "Session": "sessions.session",
    "Standing": "triage.deadline",
    "Ticket": "triage.ticket",
    "UnknownEntryError": "ledger.errors",
    "Weekends": "planning.weekends",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
