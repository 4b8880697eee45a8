"""Why the outcome of a row is what it is, in words, and which facts it lacks; as columns of texts."""

from collections.abc import Iterator
from functools import reduce
from operator import or_

import narwhals as nw

from xtreme_rules.engines.frame import Trees
from xtreme_rules.explain.conditions import open_in_words, unmet_in_words
from xtreme_rules.facts.types import CALENDAR
from xtreme_rules.language.tree import Call, Node, Path, asks, children
from xtreme_rules.rulebook.model import Entitlement, RuleSet

_NO_TEXT = nw.lit(None, nw.String)


def reasons(trees: Trees, rules: RuleSet, option: Entitlement, lang: str) -> nw.Expr:
    """What is not met, or else what is still to be established; null where the option is granted.

    A column has one text for all rows: where a reason would name the facts of the row, it gives the requirement.
    """
    truths = {condition: trees.value(condition.when) for condition in option.conditions}
    denied = trees.plan.column(f"{option.id} unmet", lambda: _NO_TEXT) > 0
    texts = []
    for condition, truth in truths.items():
        open_ = nw.lit(open_in_words(condition, rules, lang))
        if truth is None:
            texts.append(nw.when(~denied).then(open_).otherwise(_NO_TEXT))
        else:
            unmet = nw.lit(unmet_in_words(condition, rules, lang))
            texts.append(nw.when(~truth).then(unmet).when(truth.is_null() & ~denied).then(open_).otherwise(_NO_TEXT))
    return _joined(texts, " ")


def missing(trees: Trees, option: Entitlement) -> nw.Expr:
    """The paths of the facts without which a row cannot be decided, with commas between them; null where it can be."""
    trees_of = [condition.when for condition in option.conditions]
    denied = trees.plan.column(f"{option.id} unmet", lambda: _NO_TEXT) > 0
    texts = []
    for path in dict.fromkeys(path for tree in trees_of for path in asks(tree)):
        lacking = [found for tree in trees_of for found in _lacking(trees, tree, path)]
        if lacking:
            texts.append(nw.when(reduce(or_, lacking) & ~denied).then(nw.lit(path)).otherwise(_NO_TEXT))
    return _joined(texts, ", ")


def _joined(texts: list[nw.Expr], separator: str) -> nw.Expr:
    if not texts:
        return _NO_TEXT
    some = reduce(or_, (~text.is_null() for text in texts))
    return nw.when(some).then(nw.concat_str(texts, separator=separator, ignore_nulls=True)).otherwise(_NO_TEXT)


def _lacking(trees: Trees, node: Node, path: str) -> Iterator[nw.Expr]:
    """Where a tree is unknown for the lack of a path: every part above it is unknown, too."""
    if path not in asks(node):
        return
    if isinstance(node, Path):
        yield _unknown(trees, node)
        return
    if isinstance(node, Call) and node.term.item_reads:
        known = trees.items_known(node)
        found = [known if "[]" in path else ~known]
    else:
        found = [part for child in children(node) for part in _lacking(trees, child, path)]
    if isinstance(node, Call) and path in node.term.reads and path not in node.term.may_be_none:
        found.append(_absent(trees, path))
    unknown = _unknown(trees, node)
    yield from (unknown & part for part in found)


def _unknown(trees: Trees, node: Node) -> nw.Expr:
    if node.type == CALENDAR:  # has no column of its own
        return reduce(or_, (_absent(trees, path) for path in asks(node)))
    value = trees.value(node)
    return nw.lit(True) if value is None else value.is_null()


def _absent(trees: Trees, path: str) -> nw.Expr:
    if trees.sources.is_list(path):
        return nw.lit(trees.sources.lacks(path))
    value = trees.sources.value(path)
    return nw.lit(True) if value is None else value.is_null()
