"""The base class of facts: what makes an attrs class check its values as it is made."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, clipped, listing
from xtreme_rules.facts.types import FIRST_DAY, LARGEST_INTEGER, LAST_DAY, Field, Type, fields_of

_EXAMPLES = {
    "boolean": "true or false",
    "integer": "a whole number",
    "text": "a text",
    "date": "a date, such as date(2026, 12, 12)",
    "moment": "a datetime with a time zone",
}

Problems = Iterator[Problem]


class Fact:
    """The base of fact classes, which are attrs classes: ``@attrs.frozen(kw_only=True) class Vessel(Fact): ...``.

    Fields are annotated ``bool``, ``int``, ``str``, ``date``, ``datetime``, ``Literal[...]`` of texts, another fact
    class or ``Sequence[FactClass]`` (kept as a tuple); ``| None`` says that the field may be *not known*, and
    ``Annotated[..., Declared(name)]`` that the rulebook declares its values. Moments must carry a time zone and are
    kept in UTC; days lie from 1900 to 2999. A method ``_problems`` may yield further problems, once every field has
    the right type.

    Raises:
        FactError: (when an object is made) one or more fields hold what they cannot; all of them are listed.
    """

    __slots__ = ()

    def __attrs_post_init__(self) -> None:
        name, problems = type(self).__name__, list[Problem]()
        for field in fields_of(type(self)).values():
            given = getattr(self, field.name)
            value = checked(given, field, f"{name}.{field.name}", problems)
            if value is not given:
                object.__setattr__(self, field.name, value)
        if not problems:
            problems.extend(attrs.evolve(problem, path=f"{name}.{problem.path}") for problem in self._problems())
        if problems:
            raise FactError(problems)

    def _problems(self) -> Problems:
        """What is wrong with the fields together; paths are names of fields."""
        return iter(())

    @staticmethod
    def _column_problems(columns: Mapping[str, Any]) -> "Iterator[tuple[str, Any, str]]":
        """What is wrong with the fields together, in columns: a field, the rows in which it is wrong, and why.

        ``columns`` are those of the fields that are known; days are whole numbers, counted from 1970-01-01.
        """
        return iter(())

    def _along_with(self, name: str, value: Any) -> dict[str, Any]:
        """The fields that are otherwise if one of them is: that one, and those that go with it."""
        return {name: value}

    def _alternatives(self, at: datetime) -> "Iterable[Fact]":
        """What this could still become at a moment, as far as somebody could see to it: none, unless said."""
        return ()


def checked(value: Any, field: Field, path: str, problems: list[Problem]) -> Any:
    """The value as it is kept (moments in UTC, lists as tuples); what is wrong with it goes to ``problems``."""
    if value is None:
        if not field.optional:
            problems.append(Problem(path, "must be given", f"expected {_expected(field.type)}"))
        return None
    return _CHECKS[field.type.name](value, field.type, path, problems)


def _expected(kind: Type) -> str:
    if kind.choices:
        return f"one of {listing(kind.choices)}"
    if kind.record is not None:
        article = "an" if kind.record.__name__[0] in "AEIO" else "a"
        return f"{article} {kind.record.__name__}" if kind.name == "record" else str(kind)
    return _EXAMPLES[kind.name]


def _wrong(value: object, kind: Type, path: str) -> Problem:
    return Problem(path, f"expected {_expected(kind)}, got {clipped(repr(value), 80)} ({type(value).__name__})")


def _check_scalar(value: Any, kind: Type, path: str, problems: list[Problem]) -> Any:
    wanted = {"boolean": bool, "text": str}[kind.name]
    if type(value) is not wanted:
        problems.append(_wrong(value, kind, path))
    elif kind.choices and value not in kind.choices:
        problems.append(Problem(path, f"`{clipped(str(value), 60)}` is not one of {listing(kind.choices)}"))
    elif value == "":
        problems.append(Problem(path, "is empty", "give it a text, or leave it out if it may be unknown"))
    return value


def _check_integer(value: Any, kind: Type, path: str, problems: list[Problem]) -> Any:
    if type(value) is not int:
        problems.append(_wrong(value, kind, path))
    elif abs(value) > LARGEST_INTEGER:
        problems.append(Problem(path, f"the number is out of range (at most {LARGEST_INTEGER:,} either way)"))
    return value


def _check_date(value: Any, kind: Type, path: str, problems: list[Problem]) -> Any:
    if type(value) is not date:
        problems.append(_wrong(value, kind, path))
    elif not FIRST_DAY <= value <= LAST_DAY:
        problems.append(_out_of_range(value, path))
    return value


def _check_moment(value: Any, kind: Type, path: str, problems: list[Problem]) -> Any:
    try:
        offset = value.utcoffset() if isinstance(value, datetime) else None
    except ValueError:  # no moment at all, though of a subclass: pandas' NaT
        offset, value = None, repr(value)
    if not isinstance(value, datetime):
        problems.append(_wrong(value, kind, path))
    elif offset is None:
        help_ = "give it a tzinfo; in a text, end it with `Z` or `+01:00`"
        problems.append(Problem(path, f"{value.isoformat()} has no time zone", help_))
    elif not FIRST_DAY < value.date() < LAST_DAY:
        problems.append(_out_of_range(value.date(), path))
    else:
        plain = datetime.combine(date(value.year, value.month, value.day), value.timetz())
        return plain.astimezone(UTC)
    return value


def _out_of_range(day: date, path: str) -> Problem:
    return Problem(path, f"{day} is out of range", f"use a day between {FIRST_DAY} and {LAST_DAY}")


def _check_record(value: Any, kind: Type, path: str, problems: list[Problem]) -> Any:
    if type(value) is not kind.record:
        problems.append(_wrong(value, kind, path))
    return value


def _check_records(value: Any, kind: Type, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, tuple | list):
        problems.append(_wrong(value, kind, path))
        return value
    item = Type("record", record=kind.record)
    for index, member in enumerate(value):
        _check_record(member, item, f"{path}[{index}]", problems)
    return tuple(value)


_CHECKS: dict[str, Callable[[Any, Type, str, list[Problem]], Any]] = {
    "boolean": _check_scalar,
    "text": _check_scalar,
    "integer": _check_integer,
    "date": _check_date,
    "moment": _check_moment,
    "record": _check_record,
    "records": _check_records,
}
