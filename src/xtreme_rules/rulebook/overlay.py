"""Overlays: a file that changes single values of a rulebook, and nothing else.

An overlay has the shape of what it changes: the names of the rulebook's files at the top (without ``.yaml``), the same
keys below. A mapping is merged key by key, anything else is replaced; a key that the rulebook has not is a mistake.
What was replaced keeps its place in the overlay file, so that a diagnostic points to the file to mend.
"""

from xtreme_rules.errors import did_you_mean
from xtreme_rules.rulebook.diagnostics import Diagnostic
from xtreme_rules.rulebook.nodes import Mapping, Node, diagnostic


def overlaid(base: Node, change: Node, problems: list[Diagnostic]) -> Node:
    """``base`` with the values of ``change``; keys that ``base`` has not go to ``problems``."""
    if not isinstance(base, Mapping):
        return change
    if not isinstance(change, Mapping):
        problems.append(diagnostic(change, "an overlay cannot replace a whole section", "name the keys to change"))
        return base
    entries = dict(base.entries)
    for key, (key_node, value) in change.entries.items():
        if key not in entries:
            near = did_you_mean(key, entries) or "an overlay changes what is there; it adds nothing"
            problems.append(diagnostic(key_node, f"the rulebook has no `{key}` here", near))
        else:
            entries[key] = (entries[key][0], overlaid(entries[key][1], value, problems))
    return Mapping(base.source, base.line, base.column, entries)
