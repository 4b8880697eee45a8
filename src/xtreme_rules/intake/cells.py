"""Cells become values: what a text of a table means, for each type that a field of a fact can have.

Blanks around a text do not count.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from numbers import Number
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, clipped, did_you_mean
from xtreme_rules.facts.types import Type, fields_of
from xtreme_rules.intake.dialect import CellError, Dialect
from xtreme_rules.intake.moments import placed, read_moment

#: Reads a cell; ``None`` is not known.
Cell = Callable[[Any], Any]

#: How many texts of a column are remembered with their values.
_REMEMBERED = 16_384
#: A column of whole numbers with gaps is often written with a point: 2.0.
_INTEGER = re.compile(r"([+-]?[0-9]{1,16})(?:\.0+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOOLEANS = {"true": True, "false": False}
_EXPECTED = {
    "integer": "a whole number",
    "boolean": "true or false",
    "text": "a text",
    "date": "a date such as 2026-12-12",
    "moment": "a moment such as 2026-12-01T09:30:00+01:00",
}


def cell_reader(kind: Type, dialect: Dialect, values: Mapping[str, Any] | None = None, path: str = "") -> Cell:
    """A function that reads the cells of a column, and raises CellError where it cannot.

    Args:
        kind: the type of the value.
        dialect: how the table writes it.
        values: what single texts mean; they go before all else.
        path: the path of the fact, for help that points to the mapping.
    """
    known = values or {}
    convert = _converter(kind, dialect, path)

    @lru_cache(maxsize=_REMEMBERED)
    def from_text(text: str) -> Any:
        text = text.strip()
        if text in known:
            return known[text]
        return None if text in dialect.unknown else convert(text)

    def read(value: Any) -> Any:
        if value.__class__ is str:
            return from_text(value)
        if value is None:
            return None
        if value.__class__ is bool:
            return from_text(str(value).lower())
        if isinstance(value, Number):
            return from_text(str(value))
        return _taken(value, kind, dialect)

    return read


def required(read: Cell) -> Cell:
    """The same reader for a column in which nothing may be unknown."""

    def read_known(value: Any) -> Any:
        known = read(value)
        if known is None:
            raise CellError(Problem("", "must be given"))
        return known

    return read_known


def _converter(kind: Type, dialect: Dialect, path: str) -> Callable[[str], Any]:
    """A function from a text to a value of a type."""
    if kind.name == "text":
        return str
    if kind.name == "moment":
        return lambda text: read_moment(text, dialect)
    help_ = f"say what it means under `values` of the mapping file, for `{path}`" if dialect.mapped and path else ""

    def convert(text: str) -> Any:
        if kind.name == "integer" and (match := _INTEGER.fullmatch(text)):
            return int(match[1])
        if kind.name == "boolean" and text.lower() in _BOOLEANS:
            return _BOOLEANS[text.lower()]
        if kind.name == "date" and _DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        if kind.name == "records":
            raise CellError(Problem("", f"expected {kind}, got `{clipped(text, 60)}`", "only JSON lines can hold one"))
        raise CellError(Problem("", f"expected {_EXPECTED[kind.name]}, got `{clipped(text, 60)}`", help_))

    return convert


def _taken(value: Any, kind: Type, dialect: Dialect) -> Any:
    """A value that is no text, as JSON lines and Parquet files have them."""
    if kind.name == "moment" and isinstance(value, datetime):
        return placed(value, dialect, str(value))
    if kind.name == "date" and isinstance(value, datetime) and value.tzinfo is None and value.time() == time():
        return value.date()
    if kind.name == "date" and value.__class__ is date:
        return value
    if kind.name == "records" and kind.record is not None and isinstance(value, list):
        return _records(value, kind.record, dialect)
    expected = _EXPECTED.get(kind.name, str(kind))
    raise CellError(Problem("", f"expected {expected}, got `{clipped(str(value), 60)}`"))


def _records(items: list[Any], record: type, dialect: Dialect) -> tuple[Any, ...]:
    """A nested list of records, each field read as a cell."""
    fields = fields_of(record)
    readers = {name: cell_reader(field.type, dialect) for name, field in fields.items()}
    readers |= {name: required(readers[name]) for name, field in fields.items() if field.required}
    problems: list[Problem] = []
    made = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            problems.append(Problem(f"[{index}]", f"expected an object, got `{clipped(str(item), 60)}`"))
            continue
        problems += [
            Problem(f"[{index}].{name}", "unknown field", did_you_mean(str(name), readers))
            for name in item
            if name not in readers
        ]
        values, wrong = read_cells((f"[{index}].{name}", item.get(name), read) for name, read in readers.items())
        problems += wrong
        if not wrong:
            try:
                known = {name: values[f"[{index}].{name}"] for name in fields}
                made.append(record(**{name: value for name, value in known.items() if value is not None}))
            except FactError as error:
                problems += under(error.problems, record.__name__, f"[{index}]")
    if problems:
        raise CellError(*problems)
    return tuple(made)


def read_cells(cells: Iterable[tuple[str, Any, Cell]]) -> tuple[dict[str, Any], list[Problem]]:
    """The values of cells by path, and what is wrong with those that cannot be read."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for path, value, read in cells:
        try:
            values[path] = read(value)
        except CellError as error:
            problems += under(error.problems, "", path)
    return values, problems


def under(problems: Iterable[Problem], old: str, new: str) -> list[Problem]:
    """Problems with the beginning of their paths replaced, of those that begin so."""
    return [
        attrs.evolve(problem, path=new + problem.path.removeprefix(old)) if problem.path.startswith(old) else problem
        for problem in problems
    ]
