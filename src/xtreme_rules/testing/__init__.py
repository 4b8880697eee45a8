"""Testing rulebooks, fact classes and engines of one's own: Hypothesis strategies, and whether engines agree."""

try:
    import hypothesis  # noqa: F401  that it is missing is said here, once
except ImportError as error:
    raise ImportError("the strategies need hypothesis; run: pip install 'xtreme-rules[testing]'") from error

from xtreme_rules.testing.agreement import assert_engines_agree
from xtreme_rules.testing.classes import fact_classes
from xtreme_rules.testing.conditions import conditions
from xtreme_rules.testing.contracts import booking_lists, contracts, weekend_requests
from xtreme_rules.testing.forgetting import forgotten
from xtreme_rules.testing.moments import moments
from xtreme_rules.testing.own import own_facts
from xtreme_rules.testing.requests import (
    components,
    escalations,
    incidents,
    programmes,
    questions,
    remote_accesses,
    subscriptions,
)
from xtreme_rules.testing.rulebooks import rulebooks
from xtreme_rules.testing.situations import situations

__all__ = [
    "assert_engines_agree",
    "booking_lists",
    "components",
    "conditions",
    "contracts",
    "escalations",
    "fact_classes",
    "forgotten",
    "incidents",
    "moments",
    "own_facts",
    "programmes",
    "questions",
    "remote_accesses",
    "rulebooks",
    "situations",
    "subscriptions",
    "weekend_requests",
]
