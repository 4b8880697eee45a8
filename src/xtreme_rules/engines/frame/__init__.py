"""The frame engine: the conditions of entitlements as columns of a data frame, whichever library it is of."""

from collections.abc import Sequence

from xtreme_rules.engines.frame.given import Given, Table
from xtreme_rules.engines.frame.sources import Sources
from xtreme_rules.engines.frame.trees import Trees
from xtreme_rules.language.tree import Node, reads
from xtreme_rules.rulebook.model import RuleSet

__all__ = ["Given", "Table", "Trees", "trees_over"]


def trees_over(rules: RuleSet, given: Given, trees: Sequence[Node], mark: str = "") -> Trees:
    """What makes columns of some trees, over the rows of a frame; ``mark`` tells them from those of another."""
    paths = [path for tree in trees for path in reads(tree)]
    return Trees(rules.meaning, Sources(rules.schema, given, tuple(dict.fromkeys(paths)), mark))
