"""The types that facts and conditions share, and the fields of a fact class read as such types."""

import types
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

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
CALENDAR = Type("calendar")

_SCALARS: dict[Any, Type] = {bool: BOOLEAN, int: INTEGER, str: TEXT, date: DATE, datetime: MOMENT}

#: Bounds of what a fact may hold, so that no arithmetic of a condition can overflow, on any engine.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9899, 12, 31)
LARGEST_INTEGER = 10**15

_DOMAIN = "xtreme_rules.domain"


@attrs.frozen
class Field:
    """One field of a fact class: its name, its type, and whether ``None`` (not known) is allowed."""

    name: str
    type: Type
    optional: bool
    required: bool


def of(domain: str, *, default: Any = attrs.NOTHING) -> Any:
    """An attrs field whose values the rulebook declares under the name ``domain``, such as its packages."""
    return attrs.field(default=default, metadata={_DOMAIN: domain})


def type_of(annotation: object, domain: str | None = None) -> tuple[Type, bool]:
    """The type that an annotation stands for, and whether ``None`` is allowed.

    Raises:
        TypeError: the annotation is none that conditions know.
    """
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [member for member in get_args(annotation) if member is not type(None)]
        if len(inner) == 1:
            return type_of(inner[0], domain)[0], True
    elif annotation in _SCALARS:
        return attrs.evolve(_SCALARS[annotation], domain=domain), False
    elif get_origin(annotation) is Literal:
        return Type("text", choices=get_args(annotation)), False
    elif get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,):
        return Type("records", record=get_args(annotation)[0]), False
    elif isinstance(annotation, type) and attrs.has(annotation):
        return Type("record", record=annotation), False
    raise TypeError(f"a fact field cannot be annotated {annotation!r}")


@cache
def fields_of(cls: type) -> dict[str, Field]:
    """The fields of an attrs class by name, in the order of their definition.

    Raises:
        TypeError: an annotation is none that conditions know; the message names the class and the field.
    """
    hints = get_type_hints(cls)
    fields = {}
    for attribute in attrs.fields(cls):
        try:
            kind, optional = type_of(hints[attribute.name], attribute.metadata.get(_DOMAIN))
        except TypeError as error:
            raise TypeError(f"{cls.__name__}.{attribute.name}: {error}") from None
        required = attribute.default is attrs.NOTHING
        fields[attribute.name] = Field(attribute.name, kind, optional, required)
    return fields
