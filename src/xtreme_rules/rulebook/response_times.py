"""The table of response times, as written in ``response-times.yaml``, and the check that it always has one answer.

For every combination of values, one row must be the most specific that holds: a combination without a row is a gap,
and one for which two rows hold, neither more specific than the other, is ambiguous.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from math import prod

import attrs

from xtreme_rules.facts.types import Type
from xtreme_rules.language.schema import Schema
from xtreme_rules.rulebook.entitlements import EntitlementReader
from xtreme_rules.rulebook.model import Assumption, Entitlement
from xtreme_rules.rulebook.nodes import Mapping as MappingNode
from xtreme_rules.rulebook.nodes import Node
from xtreme_rules.rulebook.service import Column, Other, ResponseTime, ResponseTimes

#: How many combinations of values, times rows, are checked.
MAX_COMPARISONS = 200_000
_DURATION = re.compile(r"(?=.)(?:([1-9][0-9]{0,3}) hours?(?:$| (?=.)))?(?:([1-9][0-9]{0,3}) minutes?)?")
_SHARE = re.compile(r"([1-9][0-9]?)%")


def read_response_times(
    reader: EntitlementReader,
    root: Node,
    entitlements: Mapping[str, Entitlement],
    assumptions: Mapping[str, Assumption],
    common: Node | None,
) -> ResponseTimes | None:
    """The table of response times; ``None`` if it has a mistake, which goes to the reader's problems."""
    known = len(reader.problems)
    fields = reader.fields(
        root,
        "the table of response times",
        ("option", "clock", "columns", "times", "warnings"),
        ("source", "assumption"),
    )
    promise = reader.choice(fields.get("option"), "option", entitlements)
    clock = [
        _clock(reader, key, key_node, value, entitlements, assumptions, common)
        for key, key_node, value in reader.named(fields.get("clock"), "clock")
    ]
    if isinstance(named := fields.get("clock"), MappingNode) and not named.entries:
        reader.problem(named, "the clock must name at least one option")
    columns = {key: _column(reader, key, value) for key, _, value in reader.named(fields.get("columns"), "columns")}
    rows = {
        key: (value, _row(reader, key, value, columns)) for key, _, value in reader.named(fields.get("times"), "times")
    }
    warnings = [
        reader.converted(node, "a warning", _share, "`75%`")
        for node in reader.items(fields.get("warnings"), "warnings")
    ]
    shares = [share for share in warnings if share is not None]
    if shares != sorted(set(shares)):
        reader.problem(fields["warnings"], "the warnings must rise", "write them from the lowest share to the highest")
    sources, readings = reader.grounds(root, fields, "the table", assumptions)
    if promise is None or len(reader.problems) > known:
        return None
    table = ResponseTimes(
        promise,
        tuple(item for item in clock if item is not None),
        {key: column for key, column in columns.items() if column is not None},
        {},
        tuple(row for _, row in rows.values() if row is not None),
        tuple(shares),
        sources,
        readings,
    )
    table = attrs.evolve(table, possible={key: _possible(reader.schema, table, key) for key in table.columns})
    _check_answers(reader, table, fields["times"], {key: node for key, (node, _) in rows.items()})
    return table


def _clock(
    reader: EntitlementReader,
    key: str,
    key_node: Node,
    node: Node,
    entitlements: Mapping[str, Entitlement],
    assumptions: Mapping[str, Assumption],
    common: Node | None,
) -> Entitlement | None:
    """An option that covers incidents: as its own conditions say, or as others do that stand in their place here."""
    option = reader.choice(key_node, "option", entitlements)
    fields = reader.fields(node, f"clock `{key}`", (), ("requires",))
    if option is None:
        return None
    if "requires" in fields:
        option = attrs.evolve(
            option, conditions=reader.conditions(common, fields["requires"], option.values, assumptions)
        )
    if not option.can_be_followed:
        reader.problem(
            key_node,
            f"the clock cannot follow the conditions of `{key}`",
            "one of them at most may be `at in ...`; the others may read `at` only as `day_of(at)`, compared with a day"
            " or given to a term such as `package_on`",
        )
    return option


def _column(reader: EntitlementReader, key: str, node: Node) -> Column | None:
    fields = reader.fields(node, f"column `{key}`", ("value", "title"))
    title = reader.plain(fields.get("title"), "title")
    value = reader.expression(fields.get("value"), "value", reader.schema)
    if value is None:
        return None
    if value.type.name not in ("text", "integer", "boolean"):
        reader.problem(
            fields["value"], f"column `{key}` is of type {value.type}", "a column is a text, an integer or a boolean"
        )
        return None
    return Column(key, value, title)


def _row(reader: EntitlementReader, key: str, node: Node, columns: Mapping[str, Column | None]) -> ResponseTime | None:
    fields = reader.fields(node, f"row `{key}`", ("within",), columns)
    within = reader.converted(fields.get("within"), "a response time", _duration, "`4 hours` or `1 hour 30 minutes`")
    values = {}
    for name, column in columns.items():
        if name in fields and column is not None:
            value = _value(reader, fields[name], column.value.type, name)
            if value is not None:
                values[name] = value
    return None if within is None else ResponseTime(key, values, within)


def _closed(schema: Schema, kind: Type) -> dict[str, str | int | bool] | None:
    """The values that a type can have, by how they are written; ``None`` if they cannot be listed."""
    if kind.domain is not None:
        return {str(value): value for value in schema.domains[kind.domain].values}
    if kind.name == "boolean":
        return {"true": True, "false": False}
    return {choice: choice for choice in kind.choices} or None


def _value(reader: EntitlementReader, node: Node, kind: Type, what: str) -> str | int | bool | None:
    closed = _closed(reader.schema, kind)
    if closed is not None:
        return reader.choice(node, what, closed)
    return reader.integer(node, what) if kind.name == "integer" else reader.string(node, what)


def _possible(schema: Schema, table: ResponseTimes, name: str) -> tuple[object, ...]:
    closed = _closed(schema, table.columns[name].value.type)
    if closed is not None:
        return tuple(closed.values())
    return (*dict.fromkeys(row.values[name] for row in table.rows if name in row.values), Other.OTHER)


def _check_answers(reader: EntitlementReader, table: ResponseTimes, place: Node, nodes: Mapping[str, Node]) -> None:
    """Note every gap, and every pair of rows that leave a combination ambiguous."""
    count = prod(map(len, table.possible.values())) * max(len(table.rows), 1)
    if count > MAX_COMPARISONS:
        reader.problem(place, f"the table is too large to check ({count:,} comparisons)", "use fewer columns or values")
        return
    rows = {row.id: row for row in table.rows}
    doubts: dict[tuple[str, str], str] = {}
    for combination in product(*table.possible.values()):
        values = dict(zip(table.possible, combination, strict=True))
        best = table.best(values)
        named = (
            " and ".join(f"{name} `{_written(value)}`" for name, value in values.items() if value is not Other.OTHER)
            or "the rest"
        )
        if not best:
            reader.problem(place, f"no row holds for {named}", "add one, or one that names fewer columns")
        for row in best[1:]:
            doubts.setdefault((best[0].id, row.id), named)
    for (one, other), named in doubts.items():
        same = rows[one].values == rows[other].values
        reader.problem(
            nodes[other],
            f"rows `{one}` and `{other}` both hold for {named}, and neither is more specific",
            "keep one of them" if same else "add a row that names the columns of both",
        )


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hours, minutes = (int(number or 0) for number in match.groups())
    return timedelta(hours=hours, minutes=minutes)


def _share(text: str) -> int:
    match = _SHARE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return int(match[1])
