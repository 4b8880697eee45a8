"""Facts as JSON: read with every problem and its path, written so that reading gives the same facts back.

Moments are ISO 8601 texts with a time zone or offset, days are ``YYYY-MM-DD``; a field that is absent or ``null`` is
not known.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, clipped, did_you_mean
from xtreme_rules.facts.fact import Fact, checked
from xtreme_rules.facts.standard import OWN_FACTS, STANDARD_FACTS
from xtreme_rules.facts.types import Field, Type, fields_of, type_of

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")


def facts_from_json(text: str | bytes, facts: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Facts by name, ready for ``rulebook.decide(option, **facts)``; ``facts`` adds fact classes by name.

    Raises:
        FactError: the text is no JSON, or holds unknown names or wrong values; all problems, each with its path.
    """
    if not isinstance(text, str | bytes | bytearray):
        raise FactError([Problem("", f"expected JSON as a text, got {clipped(repr(text), 60)}")])
    import json  # here, as it is a good part of what importing the whole library costs

    problems: list[Problem] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(name for name, _ in pairs)
        problems.extend(Problem(name, "stands twice in one object", "keep one") for name in counts if counts[name] > 1)
        return dict(pairs)

    try:
        data = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise FactError([Problem("", f"not JSON: {error}")]) from None
    if problems:
        raise FactError(problems)
    return facts_from_data(data, facts)


def facts_to_json(facts: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Facts by name as JSON; what is not known is left out."""
    import json

    return json.dumps(facts_to_data(facts), indent=indent, ensure_ascii=False)


def facts_to_data(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as plain dictionaries, lists and texts, moments in UTC; what is not known is left out."""
    return {name: plain_data(value) for name, value in facts.items() if value is not None}


def plain_data(value: Any) -> Any:
    """A fact, or a value of one, as ``facts_to_data`` gives it."""
    if attrs.has(type(value)):
        fields = [(field.name, getattr(value, field.name), field.default) for field in attrs.fields(type(value))]
        return {name: None if part is None else plain_data(part) for name, part, default in fields if part != default}
    if isinstance(value, tuple | list):
        return [plain_data(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def facts_from_data(data: object, facts: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Facts by name from dictionaries, lists and texts (or dates and datetimes), as ``facts_from_json`` from JSON.

    Raises:
        FactError: with every problem and its path.
    """
    facts = {**STANDARD_FACTS, **(facts or {})}
    problems: list[Problem] = []
    taken: dict[str, Any] = {}
    if not isinstance(data, dict):
        raise FactError([Problem("", "facts must be an object: facts by name", 'such as {"contract": {...}}')])
    for name, value in data.items():
        if name not in facts:
            help_ = did_you_mean(str(name), facts) or OWN_FACTS
            problems.append(Problem(str(name), "unknown fact", help_, at_key=True))
            continue
        kind = type_of(facts[name])[0]
        taken[name] = _read(value, Field(name, kind, optional=True, required=False), name, problems)
    if problems:
        raise FactError(problems)
    return {name: value for name, value in taken.items() if value is not None}


def _read(data: Any, field: Field, path: str, problems: list[Problem]) -> Any:
    kind = field.type
    if data is None:
        return checked(None, field, path, problems)
    if kind.name == "records" and isinstance(data, list):
        item = Field(field.name, Type("record", record=kind.record), optional=False, required=True)
        return tuple(_read(member, item, f"{path}[{index}]", problems) for index, member in enumerate(data))
    if kind.record is not None:
        if kind.name == "record" and isinstance(data, dict):
            return _record(data, kind.record, path, problems)
        what = "an object" if kind.name == "record" else "a list"
        if isinstance(data, Fact):
            return checked(data, field, path, problems)
        problems.append(Problem(path, f"expected {what}, got {clipped(repr(data), 60)}"))
        return None
    if kind.name in ("date", "moment") and not isinstance(data, date):
        data = _time(data, kind, path, problems)
    return None if data is None else checked(data, field, path, problems)


def _time(data: Any, kind: Type, path: str, problems: list[Problem]) -> Any:
    form = "a date such as 2026-12-12" if kind.name == "date" else "a moment such as 2026-12-01T09:30:00+01:00"
    pattern = _DAY if kind.name == "date" else _MOMENT
    if isinstance(data, str) and pattern.match(data):
        try:
            return date.fromisoformat(data) if kind.name == "date" else datetime.fromisoformat(data)
        except ValueError:
            pass
    problems.append(Problem(path, f"expected {form}, got {clipped(repr(data), 60)}"))
    return None


def _record(data: dict[str, Any], cls: type, path: str, problems: list[Problem]) -> Any:
    fields = fields_of(cls)
    problems.extend(
        Problem(f"{path}.{name}", "unknown field", did_you_mean(str(name), fields), at_key=True)
        for name in data
        if name not in fields
    )
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in data and (data[name] is not None or field.optional or field.required):
            known = len(problems)
            value = _read(data[name], field, f"{path}.{name}", problems)
            if len(problems) == known:
                values[name] = value
        elif field.required:
            problems.append(Problem(f"{path}.{name}", "must be given"))
    if any(field.required and name not in values for name, field in fields.items()):
        return None
    try:
        return cls(**values)
    except FactError as error:
        problems.extend(attrs.evolve(p, path=path + p.path.removeprefix(cls.__name__)) for p in error.problems)
        return None
