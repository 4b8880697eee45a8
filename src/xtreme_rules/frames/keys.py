"""Keys of the queue for whole tables: of each row one text, which sorts as the order of the rulebook does."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xtreme_rules.coverage.clocks import Truths
from xtreme_rules.engines.frame import Given, Trees
from xtreme_rules.engines.frame.days import EPOCH
from xtreme_rules.engines.frame.sources import Sources
from xtreme_rules.frames import hexadecimal
from xtreme_rules.frames.arrays import Column, Worked, with_moment, worked_out
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.tree import Node, reads
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.rulebook.service import RESPOND_BY, OrderKey

#: So many keys are written at a time: what is needed on the way would be several times as large as all of them.
_CHUNK = 2**16


@attrs.frozen(eq=False)
class _Texts:
    """Texts in Arrow, and whether each is known."""

    values: Any
    known: Truths


class Keys:
    """The keys of the queue by the order of one rulebook."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        trees = [tree for key in rules.order for tree in (key.value, *self._conditions(key))]
        self._trees = list(dict.fromkeys(trees))
        self._paths = tuple(dict.fromkeys(path for tree in trees for path in reads(tree)))
        #: The paths of the facts that they need.
        self.paths = tuple(path for path in self._paths if path != RESPOND_BY)

    def of(self, given: Given, due: Any) -> tuple[Any, Any]:
        """The key of each row, for the deadlines that run, null where none does; and what is wrong with each row."""
        facts = self.rules.schema
        schema = Schema({**facts.annotations, RESPOND_BY: datetime}, facts.domains.values())
        rows = with_moment(given, RESPOND_BY, due, given.years)
        worked = worked_out(Trees(self.rules.meaning, Sources(schema, rows, self._paths)), self._trees)
        places = [self._place(key, worked) for key in self.rules.order]
        if not places:
            return pa.chunked_array([pa.repeat("", len(due))]), worked.problem
        chunks = [_written(places, slice(first, first + _CHUNK)) for first in range(0, len(due), _CHUNK)]
        return pa.chunked_array(chunks, pa.string()), worked.problem

    def _conditions(self, key: OrderKey) -> tuple[Node, ...]:
        """The conditions under which incidents are told apart by a key."""
        option = None if key.option is None else self.rules.entitlements[key.option]
        return () if option is None else tuple(condition.when for condition in option.conditions)

    def _place(self, key: OrderKey, worked: Worked) -> Column | _Texts:
        """The values on a key, as ``place`` finds them."""
        entitled = np.ones(len(worked.problem), np.bool_)
        for condition in self._conditions(key):
            entitled &= worked.numbers(self._trees.index(condition)).is_(1)
        at, domain, kind = self._trees.index(key.value), self.rules.meaning.domain(key.value.type), key.value.type.name
        if kind == "text" and domain is None:
            texts = worked.texts(at)
            return _Texts(texts, entitled & texts.is_valid().to_numpy())
        column = worked.numbers(at)
        values = column.values
        if domain is not None and not domain.ordered:  # columns have the places of values
            values = np.array(domain.values)[values]
        elif kind == "date":
            values = values + EPOCH.toordinal()
        return Column(-values if key.highest_first else values, entitled & column.known)


def _written(places: Sequence[Column | _Texts], rows: slice) -> Any:
    """The keys of some rows: what they are on each key of the order, one after another."""
    written = []
    for kind, group in groupby(places, type):
        if kind is _Texts:
            written += [hexadecimal.texts(each.values[rows], each.known[rows]) for each in group]
        else:
            columns = [Column(each.values[rows], each.known[rows]) for each in group]
            written.append(hexadecimal.numbers(columns))
    if len(written) > 1:
        written = [pc.binary_join_element_wise(*written, pa.scalar("", pa.large_string()))]
    return written[0].cast(pa.string())
