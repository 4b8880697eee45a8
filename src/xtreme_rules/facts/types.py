"""The types that facts and conditions share, and the fields of a fact class read as such types."""

import types
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs


@attrs.frozen
class Type:
    """What a value is.

    ``domain`` names a set of values that a rulebook declares (its packages, its severities); ``choices`` are
    values that the fact class itself fixes; ``record`` is the fact class of a record, or of each item of records.
    """

    name: str
    domain: str | None = None
    choices: tuple[str, ...] = ()
    record: type | None = None

    def __str__(self) -> str:
        if self.domain is not None:
            return self.domain
        if self.record is not None:
            return self.record.__name__ if self.name == "record" else f"a list of {self.record.__name__}"
        return self.name


BOOLEAN = Type("boolean")
INTEGER = Type("integer")
TEXT = Type("text")
DATE = Type("date")
MOMENT = Type("moment")
DAYS = Type("days")
DURATION = Type("duration")
DATES = Type("dates")
HOLIDAY = Type("holiday")
CALENDAR = Type("calendar")

_SCALARS: dict[Any, Type] = {bool: BOOLEAN, int: INTEGER, str: TEXT, date: DATE, datetime: MOMENT}

#: Bounds of what a fact may hold, so that no arithmetic of a condition can overflow, on any engine.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
LARGEST_INTEGER = 10**15


@attrs.frozen
class Declared:
    """Marks a field whose values the rulebook declares: ``Annotated[str, Declared("package")]`` is a package."""

    domain: str


@attrs.frozen
class Field:
    """One field of a fact class: its name, its type, and whether ``None`` (not known) is allowed."""

    name: str
    type: Type
    optional: bool
    required: bool


def type_of(annotation: object, domain: str | None = None) -> tuple[Type, bool]:
    """The type that an annotation stands for, and whether ``None`` is allowed.

    Raises:
        TypeError: the annotation is none that conditions know.
    """
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return type_of(inner, next((mark.domain for mark in marks if isinstance(mark, Declared)), None))
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [member for member in get_args(annotation) if member is not type(None)]
        if len(inner) == 1:
            return type_of(inner[0], domain)[0], True
    elif annotation in _SCALARS:
        return attrs.evolve(_SCALARS[annotation], domain=domain), False
    elif get_origin(annotation) is Literal and all(isinstance(choice, str) for choice in get_args(annotation)):
        return Type("text", choices=get_args(annotation)), False
    elif get_origin(annotation) is Sequence or (get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,)):
        return Type("records", record=get_args(annotation)[0]), False
    elif isinstance(annotation, type) and attrs.has(annotation):
        return Type("record", record=annotation), False
    raise TypeError(f"{annotation!r} is no type of a fact; use bool, int, str, date, datetime, Literal or fact classes")


_FIELDS: dict[type, dict[str, Field]] = {}


def fields_of(cls: type) -> dict[str, Field]:
    """The fields of an attrs class by name, in the order of their definition.

    Raises:
        TypeError: an annotation is none that conditions know; the message names the class and the field.
    """
    if cls in _FIELDS:
        return _FIELDS[cls]
    hints = get_type_hints(cls, include_extras=True)
    fields = {}
    for attribute in attrs.fields(cls):
        try:
            kind, optional = type_of(hints[attribute.name])
        except TypeError as error:
            raise TypeError(f"{cls.__name__}.{attribute.name}: {error}") from None
        required = attribute.default is attrs.NOTHING
        fields[attribute.name] = Field(attribute.name, kind, optional, required)
    return _FIELDS.setdefault(cls, fields)


def kinds_in(kinds: Iterable[Type]) -> Iterator[Type]:
    """Types, and those of the fields of records, at any depth."""
    for kind in kinds:
        yield kind
        if kind.record is not None:
            yield from kinds_in(field.type for field in fields_of(kind.record).values())
