"""Situations as tables: a row for each, its columns the paths of facts, and a table for each list in them.

A list inside a fact (the changes of a contract) is a table by the name of its field, whose rows name the fact that they
belong to (``contract.id``); a list that is a fact itself (the bookings) is a table by the name of the fact. Lists come
in no order: the last rows first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from xtreme_rules.facts.standard import Booking, Contract
from xtreme_rules.facts.types import INTEGER, TEXT, Type, fields_of
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.truth import value_at

Situation = dict[str, Any]

#: The column that keeps the order of the rows, whatever an engine does to it.
ROW = "row"
#: Lists of which a table says all: there may be none in it.
_MAY_BE_EMPTY = ("bookings", "contract.package_changes")


@attrs.frozen
class Table:
    """A table: its columns by name, each with the type of its values, and its rows."""

    columns: Mapping[str, Type]
    rows: Sequence[Mapping[str, Any]]


@attrs.frozen
class Tables:
    """Situations that can be decided together: a table of ``rows``, and ``lists`` by the keyword that brings them."""

    situations: Sequence[Situation]
    rows: Table
    lists: Mapping[str, Table]


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
            if "contract" in shared[0]:
                situation["contract"] = shared[0]["contract"]
            else:
                situation.pop("contract", None)
            if "bookings" in situation:
                situation["bookings"] = booked
    return named


def _named(value: Any, contract: int, row: int) -> Any:
    """A fact whose identifiers tie it to others with a number behind them: of its contract, or of its row."""
    if isinstance(value, tuple):
        return tuple(_named(item, contract, row) for item in value)
    numbers: dict[str, int] = {}
    if isinstance(value, Booking):
        numbers = {"contract_id": contract, "id": row, "request_id": row}
    elif isinstance(value, Contract):
        numbers = {"id": contract}
    elif attrs.has(type(value)) and _holds_list(type(value)):
        numbers = {"id": row}
    changes = {name: f"{known}.{number}" for name, number in numbers.items() if (known := getattr(value, name))}
    return attrs.evolve(value, **changes) if changes else value


def _holds_list(cls: type) -> bool:
    """Whether facts of a class have an identifier, and lists that a table names them by."""
    fields = fields_of(cls)
    return "id" in fields and fields["id"].type == TEXT and any(f.type.name == "records" for f in fields.values())


def lists_in_tables(schema: Schema) -> frozenset[str]:
    """The paths of the lists that can be tables: bookings, and lists in a fact with an ``id``, each by its name."""
    found = [
        (f"{name}.{field}", field)
        for name, kind in schema.facts.items()
        if kind.record is not None and kind.name == "record"
        for field, inner in schema.members(kind).items()
        if inner.name == "records" and _holds_list(kind.record)
    ]
    times = Counter((*schema.facts, *(field for _, field in found)))
    own = (path for path, field in found if times[field] == 1)
    return frozenset(("bookings", *own))


def lacks_items(situation: Situation, lists: Iterable[str]) -> bool:
    """Whether one of some lists is empty, which columns cannot tell from one that is not known."""
    return any(value_at(situation, path) == () for path in lists if path not in _MAY_BE_EMPTY)


def batches(schema: Schema, situations: Iterable[Situation]) -> list[Tables]:
    """The fewest tables for situations with identifiers of their own.

    A list that is a fact itself is known for every row of a table or for none, so what is known decides who sits with
    whom.
    """
    groups: defaultdict[bool, list[Situation]] = defaultdict(list)
    for situation in situations:
        groups[situation.get("bookings") is not None].append(situation)
    return [_tables(schema, group) for group in groups.values()]


def _tables(schema: Schema, situations: Sequence[Situation]) -> Tables:
    columns = dict(_scalars(schema.facts))
    rows = [
        {ROW: number, **{path: value_at(situation, path) for path in columns}}
        for number, situation in enumerate(situations)
    ]
    lists = {
        path.rpartition(".")[2]: _list(schema, path, situations)
        for path in sorted(lists_in_tables(schema))
        if "." in path or any(situation.get(path) is not None for situation in situations)
    }
    return Tables(situations, Table({ROW: INTEGER, **columns}, rows), lists)


def _scalars(members: Mapping[str, Type], above: str = "") -> Iterator[tuple[str, Type]]:
    """The path of every single value, with its type; records are followed, lists are not."""
    for name, kind in members.items():
        if kind.name == "record":
            yield from _scalars(_members(kind), f"{above}{name}.")
        elif kind.record is None:
            yield above + name, kind


def _list(schema: Schema, path: str, situations: Sequence[Situation]) -> Table:
    """The items of a list, each once: a contract, or a booking of it, may be known in several situations."""
    kind = schema.type_at(path)
    if kind is None:
        raise AssertionError(path)
    fact, _, nested = path.partition(".")
    holder = f"{fact}.id"
    columns = dict(_scalars(_members(kind)))
    once: dict[object, dict[str, Any]] = {}
    for situation in situations:
        for index, item in enumerate(value_at(situation, path) or ()):
            row = {name: value_at({"": item}, f".{name}") for name in columns}
            if nested:
                row[holder] = value_at(situation, holder)
            once[(row[holder], index) if nested else item.id] = row
    return Table({**({holder: TEXT} if nested else {}), **columns}, [*once.values()][::-1])


def _members(kind: Type) -> dict[str, Type]:
    return {} if kind.record is None else {field.name: field.type for field in fields_of(kind.record).values()}
