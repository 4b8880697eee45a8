"""xtreme-rules: support entitlements as declarative rules, with every reason and the clause behind it."""

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

__version__ = "0.1.0"

__all__ = [
    "AdopterProgramme",
    "Booking",
    "Component",
    "Contract",
    "Coverage",
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
    "Reason",
    "RemoteAccess",
    "Rulebook",
    "RulebookError",
    "Subscription",
    "UnknownNameError",
    "WeekendRequest",
    "XtremeRulesError",
    "facts_from_data",
    "facts_from_json",
    "facts_to_json",
    "load",
]
