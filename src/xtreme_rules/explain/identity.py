"""Which rulebook an answer rests on, as data and as a line."""

from typing import Any

from xtreme_rules.explain.phrases import phrase
from xtreme_rules.rulebook.model import RuleSet


def identity(rules: RuleSet) -> dict[str, Any]:
    """Which rulebook this is: its name, the day from which it holds, its digest, its overlays."""
    return {
        "name": rules.name,
        "effective_from": rules.effective_from.isoformat(),
        "digest": rules.digest,
        "overlays": [path.name for path in rules.overlays],
    }


def footer(rules: RuleSet, lang: str) -> str:
    """The line that says what an answer rests on."""
    line = f"{phrase('rulebook', lang)} {rules.name}, {phrase('from', lang)} {rules.effective_from}"
    if rules.overlays:
        line += f", {phrase('overlays', lang)} {', '.join(path.name for path in rules.overlays)}"
    return f"{line} ({rules.digest[:12]})"
