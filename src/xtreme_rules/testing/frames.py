"""Tables as data frames, and what the frame engine says of them."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import attrs
import narwhals as nw

from xtreme_rules.api import Rulebook
from xtreme_rules.engines import ENGINES
from xtreme_rules.language.tree import reads
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.testing.tables import ROW, Situation, Table, apart, batches, lacks_items, lists_in_tables

#: The library that frames are of, where both are there.
BACKEND = "polars" if find_spec("polars") is not None else "pyarrow"
_DTYPES = {
    "boolean": nw.Boolean(),
    "integer": nw.Int64(),
    "text": nw.String(),
    "date": nw.Date(),
    "moment": nw.Datetime("us", "UTC"),
}


def frame_of(table: Table, backend: str = BACKEND) -> Any:
    """A table as a data frame of a library."""
    values = {name: [row[name] for row in table.rows] for name in table.columns}
    schema = {name: _DTYPES[kind.name] for name, kind in table.columns.items()}
    return nw.from_dict(values, schema, backend=backend).to_native()  # type: ignore[arg-type]


def truths_in_frame(rulebook: Rulebook, situations: Sequence[Situation]) -> Iterator[tuple[str, Situation, list[str]]]:
    """What the frame engine says of the conditions of each option in each situation that can be a row of a table.

    The situations are told with identifiers of their own. Of a row that is refused, every truth is why.
    """
    asked, lists = _asked(rulebook)
    told = apart([situation for situation in situations if not lacks_items(situation, lists)])
    for tables in batches(rulebook.rules.schema, told) if asked.options else ():
        beside = {name: frame_of(tables.lists[name]) for name in map(_field, lists) if name in tables.lists}
        decided = nw.from_native(asked.decide_all_frame(frame_of(tables.rows), **beside), eager_only=True)
        for answer in decided.rows(named=True):
            for name, option in asked.rules.entitlements.items():
                said = [_truth(answer, name, bit) for bit in range(len(option.conditions))]
                yield name, tables.situations[answer[ROW]], said


@lru_cache(maxsize=8)
def _asked(rulebook: Rulebook) -> tuple[Rulebook, frozenset[str]]:
    """The options all of whose facts can be columns, and the paths of the lists that they read."""
    rules = rulebook.rules
    lists = {
        name: {path for condition in option.conditions for path in reads(condition.when) if _is_list(rules, path)}
        for name, option in rules.entitlements.items()
    }
    possible = lists_in_tables(rules.schema)
    options = {name: option for name, option in rules.entitlements.items() if lists[name] <= possible}
    read = frozenset[str]().union(*(lists[name] for name in options))
    return Rulebook(attrs.evolve(rules, entitlements=options), ENGINES["reference"]), read


def _is_list(rules: RuleSet, path: str) -> bool:
    kind = rules.schema.type_at(path)
    return kind is not None and kind.name == "records"


def _field(path: str) -> str:
    return path.rpartition(".")[2]


def _truth(answer: dict[str, Any], option: str, bit: int) -> str:
    if answer["problem"] is not None:
        return f"refused ({answer['problem']})"
    if answer[f"{option}.unmet"] >> bit & 1:
        return "unmet"
    return "unknown" if answer[f"{option}.unknown"] >> bit & 1 else "met"
