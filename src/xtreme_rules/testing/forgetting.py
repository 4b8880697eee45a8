"""A strategy for the same situation with less known."""

from collections.abc import Mapping
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from xtreme_rules.facts.standard import Booking, PackageChange, Pause
from xtreme_rules.facts.types import fields_of
from xtreme_rules.testing.drawing import below

#: Fields whose ``None`` says that there is none, not that it is unknown.
_NOT_UNKNOWN = ("Contract.holidays", "Incident.responded_at")
#: What history is made of.
_EVENTS = (Booking, PackageChange, Pause)


@st.composite
def forgotten(draw: DrawFn, situation: Mapping[str, Any]) -> dict[str, Any]:
    """The situation with less known: some facts left out, some fields ``None``. History stays whole or goes."""
    kept: dict[str, Any] = {}
    for name, value in situation.items():
        if draw(below(6)):
            kept[name] = _forgotten(draw, value)
    return kept


def _forgotten(draw: DrawFn, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(item if isinstance(item, _EVENTS) else _forgotten(draw, item) for item in value)
    if not attrs.has(type(value)):
        return value
    changes: dict[str, Any] = {}
    for field in fields_of(type(value)).values():
        part = getattr(value, field.name)
        if field.optional and f"{type(value).__name__}.{field.name}" not in _NOT_UNKNOWN and not draw(below(6)):
            changes[field.name] = None
        elif field.type.record is not None and part is not None:
            changes[field.name] = _forgotten(draw, part)
    return attrs.evolve(value, **changes)
