"""Situations as Arrow tables: a row for each, its columns the paths of facts, and a table for each list in them.

A list inside a fact (the changes of a contract) is a table by the name of its field, whose rows name the fact that they
belong to (``contract.id``); a list that is a fact itself (the bookings) is a table by the name of the fact. Lists come
in no order: the last rows first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import pyarrow as pa

import xtreme_rules as xr
from xtreme_rules.facts.types import Type, fields_of
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.truth import value_at

Situation = dict[str, Any]

ARROW = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "text": pa.string(),
    "date": pa.date32(),
    "moment": pa.timestamp("us", "UTC"),
}
#: The column that keeps the order of the rows, whatever an engine does to it.
ROW = "row"
#: Identifiers that tie facts to each other: those of a contract, and those of a request or an incident.
_LINKS: Mapping[type, tuple[tuple[str, ...], tuple[str, ...]]] = {
    xr.Contract: (("id",), ()),
    xr.Booking: (("contract_id",), ("id", "request_id")),
    xr.WeekendRequest: ((), ("id",)),
    xr.Incident: ((), ("id",)),
}


def apart(situations: Sequence[Situation], share: int = 1) -> list[Situation]:
    """The same situations with identifiers of their own, so that they can be rows of one table.

    Identifiers that were equal within a situation are equal still. Every ``share`` situations in a row have the
    contract of the first of them, and the bookings of all.
    """
    named = []
    for row, situation in enumerate(situations):
        first = row - row % share
        named.append({name: _named(value, first, row) for name, value in situation.items()})
    for first in range(0, len(named), share):
        shared = named[first : first + share]
        booked = tuple(booking for situation in shared for booking in situation.get("bookings", ()))
        for situation in shared:
            situation["contract"] = shared[0].get("contract")
            if "bookings" in situation:
                situation["bookings"] = booked
    return named


def _named(value: Any, contract: int, row: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_named(item, contract, row) for item in value)
    of_contract, of_row = _LINKS.get(type(value), ((), ()))
    numbers = {**dict.fromkeys(of_contract, contract), **dict.fromkeys(of_row, row)}
    changes = {name: f"{known}.{number}" for name, number in numbers.items() if (known := getattr(value, name))}
    return attrs.evolve(value, **changes) if changes else value


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
    """The fewest tables for situations with identifiers of their own.

    A list that is a fact itself is known for every row of a table or for none, so what is known decides who sits with
    whom.
    """
    lists = {name for name, kind in schema.facts.items() if kind.name == "records"}
    groups: defaultdict[frozenset[str], list[Situation]] = defaultdict(list)
    for situation in situations:
        groups[frozenset(name for name in lists if situation.get(name) is not None)].append(situation)
    return [_tables(schema, group) for group in groups.values()]


def _tables(schema: Schema, situations: Sequence[Situation]) -> Tables:
    columns = dict(_scalars(schema.facts))
    rows = [
        {ROW: number, **{path: value_at(situation, path) for path in columns}}
        for number, situation in enumerate(situations)
    ]
    lists = dict(_lists(schema.facts, situations))
    return Tables(situations, pa.Table.from_pylist(rows, pa.schema({ROW: pa.int64(), **columns})), lists)


def _scalars(members: Mapping[str, Type], above: str = "") -> Iterator[tuple[str, pa.DataType]]:
    """The path of every single value, with its type; records are followed, lists are not."""
    for name, kind in members.items():
        if kind.name == "record":
            yield from _scalars(_members(kind), f"{above}{name}.")
        elif kind.record is None:
            yield above + name, ARROW[kind.name]


def _lists(
    members: Mapping[str, Type], situations: Sequence[Situation], above: str = ""
) -> Iterator[tuple[str, pa.Table]]:
    """A table for every list; none for one that is a fact itself, and that no situation knows."""
    for name, kind in members.items():
        if kind.name == "record":
            yield from _lists(_members(kind), situations, f"{above}{name}.")
        elif kind.record is not None:
            known = [(situation, items) for situation in situations if (items := value_at(situation, above + name))]
            key = {f"{above}id": pa.string()} if above else {}
            columns = dict(_scalars(_members(kind)))
            once = {}  # a contract, or a booking of it, may be known in several situations
            for situation, items in known:
                holder = {path: value_at(situation, path) for path in key}
                for index, item in enumerate(items):
                    row = {**holder, **{path: value_at({"": item}, f".{path}") for path in columns}}
                    once[(*holder.values(), index) if key else item.id] = row
            if key or any(value_at(situation, name) is not None for situation in situations):
                yield name, _table(once.values(), pa.schema({**key, **columns}))


def _members(kind: Type) -> dict[str, Type]:
    return {} if kind.record is None else {field.name: field.type for field in fields_of(kind.record).values()}


def _table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([*rows][::-1], schema)
