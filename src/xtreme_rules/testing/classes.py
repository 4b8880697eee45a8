"""A strategy for fact classes, and their text."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from xtreme_rules.facts.fact import Fact
from xtreme_rules.facts.standard import Component
from xtreme_rules.facts.types import Declared, Type, fields_of
from xtreme_rules.testing.drawing import below

#: What fields of generated classes hold, by the name of the first such field; ``kind`` and ``level`` are domains.
_FIELDS: dict[str, Any] = {
    "flag": bool,
    "number": int,
    "text": str,
    "day": date,
    "moment": datetime,
    "state": Literal["red", "amber", "green"],
    "kind": Annotated[str, Declared("kind")],
    "level": Annotated[int, Declared("level")],
    "package": Annotated[str, Declared("package")],
    "part": Component,
    "parts": Sequence[Component],
}
_DEEPEST = 2


@st.composite
def fact_classes(draw: DrawFn, name: str = "Thing") -> type[Fact]:
    """Fact classes of a name, with a few fields of any types: optional or not, and of fact classes of their own.

    Fields of texts and whole numbers may be declared: by the domains ``kind``, ``level`` and ``package``.
    """
    return _fact_class(draw, name, 1)


def _fact_class(draw: DrawFn, name: str, depth: int) -> type[Fact]:
    annotations: dict[str, Any] = {"id": str} if draw(_LIKELY) else {}
    defaults: dict[str, Any] = {}
    kinds = [*_FIELDS] + ["inner", "inners"] * (depth < _DEEPEST)
    for _ in range(1 + draw(below(5))):
        kind = kinds[draw(below(len(kinds)))]
        field = _free(kind, annotations)
        annotation: Any = _FIELDS.get(kind)
        if annotation is None:
            inner = _fact_class(draw, f"{name}{field.capitalize()}", depth + 1)
            annotation = inner if kind == "inner" else Sequence[inner]  # type: ignore[valid-type]
        annotations[field] = annotation
        if draw(_LIKELY):
            annotations[field] = annotation | None
            defaults[field] = None
    made = type(name, (Fact,), {"__annotations__": annotations, **defaults})
    return attrs.frozen(kw_only=True)(made)


_LIKELY = st.sampled_from((True, True, False))


def _free(name: str, taken: Collection[str]) -> str:
    """A name, or the first free one after it."""
    names = (name, *(f"{name}{number}" for number in range(2, 9)))
    return next(each for each in names if each not in taken)


def classes_in(kind: Type) -> Iterator[type]:
    """The fact class of a type, those in it first; standard ones apart."""
    if kind.record is not None and not kind.record.__module__.startswith("xtreme_rules.facts."):
        for field in fields_of(kind.record).values():
            yield from classes_in(field.type)
        yield kind.record


def source(cls: type) -> str:
    """The text of a fact class."""
    lines = []
    for field in fields_of(cls).values():
        optional = " | None = None" if field.optional else ""
        lines.append(f"    {field.name}: {annotation(field.type)}{optional}")
    return "\n".join(["@attrs.frozen(kw_only=True)", f"class {cls.__name__}(xr.Fact):", *(lines or ["    pass"])])


def annotation(kind: Type) -> str:
    """How a type is written."""
    if kind.record is not None:
        standard = kind.record.__module__.startswith("xtreme_rules.facts.")
        name = f"xr.{kind.record.__name__}" if standard else kind.record.__name__
        return name if kind.name == "record" else f"Sequence[{name}]"
    if kind.choices:
        return f"Literal[{', '.join(map(repr, kind.choices))}]"
    names = {"boolean": "bool", "integer": "int", "text": "str", "moment": "datetime"}
    plain = names.get(kind.name, kind.name)
    return plain if kind.domain is None else f'Annotated[{plain}, xr.Declared("{kind.domain}")]'
