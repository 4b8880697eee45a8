"""Situations as Arrow tables, for frames of any library."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import pyarrow as pa

from xtreme_rules.language.schema import Schema
from xtreme_rules.testing import tables
from xtreme_rules.testing.frames import frame_of
from xtreme_rules.testing.tables import ROW, Situation, apart

__all__ = ["ARROW", "ROW", "Situation", "Tables", "apart", "batches"]

ARROW = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "text": pa.string(),
    "date": pa.date32(),
    "moment": pa.timestamp("us", "UTC"),
}


@attrs.frozen
class Tables:
    """Situations that can be decided together: a table of ``rows``, and ``lists`` by the keyword that brings them."""

    situations: Sequence[Situation]
    rows: pa.Table
    lists: dict[str, pa.Table]

    def looked_up(self, fact: str) -> tuple[pa.Table, pa.Table]:
        """The rows with no more of a fact than its ``id``, and a table of these facts, each once."""
        own = [name for name in self.rows.column_names if name.startswith(f"{fact}.")]
        facts = self.rows.select(own).rename_columns([name.removeprefix(f"{fact}.") for name in own])
        once = {row["id"]: row for row in facts.to_pylist() if row["id"] is not None}
        rest = self.rows.drop_columns([name for name in own if name != f"{fact}.id"])
        return rest, _table(once.values(), facts.schema)


def batches(schema: Schema, situations: Iterable[Situation]) -> list[Tables]:
    """The fewest tables for situations with identifiers of their own."""
    return [
        Tables(
            found.situations,
            frame_of(found.rows, "pyarrow"),
            {name: frame_of(table, "pyarrow") for name, table in found.lists.items()},
        )
        for found in tables.batches(schema, situations)
    ]


def _table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([*rows][::-1], schema)
