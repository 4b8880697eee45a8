"""How what is known changes: a fact more, another one in its place, one less. Nothing is changed in part."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any

from xtreme_rules.errors import FactError, Problem, clipped
from xtreme_rules.facts.fact import Fact
from xtreme_rules.language.schema import Schema

Facts = dict[str, Any]


def added(schema: Schema, known: Facts, given: Mapping[str, Any]) -> Facts:
    """What is known, and facts that were not.

    Raises:
        FactError: a fact is wrong, or is known with other content.
    """
    facts = dict(known)
    problems: list[Problem] = []
    for name, value in _taken(schema, given, problems).items():
        if schema.facts[name].name != "records":
            if facts.setdefault(name, value) != value:
                problems.append(Problem(name, "is known already, with other content", "use `update` to replace it"))
            continue
        items = {_key(item): item for item in facts.get(name, ())}
        if items and not value:
            problems.append(Problem(name, "is known already, with items", "use `retract` to forget them"))
        for item in value:
            if items.setdefault(_key(item), item) != item:
                what = f"`{clipped(str(_key(item)), 60)}` is known already, with other content"
                problems.append(Problem(name, what, "use `update` to replace it"))
        facts[name] = tuple(items.values())
    return _without_problems(facts, problems)


def replaced(schema: Schema, known: Facts, given: Mapping[str, Any]) -> Facts:
    """What is known, with facts in the place of others.

    Raises:
        FactError: a fact is wrong, or there is none in whose place it could come.
    """
    facts = dict(known)
    problems: list[Problem] = []
    for name, value in _taken(schema, given, problems).items():
        if name not in facts:
            problems.append(_unknown(name, _ASSERT))
        elif schema.facts[name].name != "records":
            facts[name] = value
        else:
            items = {_key(item): item for item in facts[name]}
            problems += (_unknown(name, _ASSERT, _key(item)) for item in value if _key(item) not in items)
            if not value:
                problems.append(Problem(name, "names no item", "use `retract` to forget items"))
            facts[name] = tuple({**items, **{_key(item): item for item in value}}.values())
    return _without_problems(facts, problems)


def without(schema: Schema, known: Facts, name: str, items: Collection[object]) -> Facts:
    """What is known but for a fact, or some items of it: each its id or, if it has none, an equal one.

    Raises:
        FactError: something of it is not known.
    """
    if not isinstance(name, str):
        raise FactError(
            [Problem("", f"`{clipped(repr(name), 60)}` is no name of a fact", "give one, such as `contract`")]
        )
    if name not in known:
        schema.checked({name: None})
        raise FactError([_unknown(name, _FORGET)])
    if not items:
        return {other: value for other, value in known.items() if other != name}
    if schema.facts[name].name != "records":
        raise FactError([Problem(name, "has no items", f"use `retract({name!r})`")])
    kept = {_key(item): item for item in known[name]}
    keys = [_key(item) if isinstance(item, Fact) else item for item in items]
    problems = [
        _unknown(name, _FORGET, key) if isinstance(key, Hashable) else Problem(name, *_no_id(key))
        for key in keys
        if not isinstance(key, Hashable) or key not in kept
    ]
    facts = {**known, name: tuple(item for key, item in kept.items() if key not in keys)}
    return _without_problems(facts, problems)


def _taken(schema: Schema, given: Mapping[str, Any], problems: list[Problem]) -> Facts:
    """Those of the given facts that are sound, as engines take them; of a list one item is a list of one."""
    facts: Facts = {}
    for name, value in given.items():
        take = schema.takes.get(name)
        if value is None:
            problems.append(Problem(name, "must be given", "use `retract` to forget a fact"))
        elif take is not None and take(value) is value:
            facts[name] = value
        else:
            one = take is not None and schema.facts[name].name == "records" and isinstance(value, Fact)
            try:
                facts |= schema.checked({name: (value,) if one else value})
            except FactError as error:
                problems += error.problems
        if type(facts.get(name)) is tuple and (twice := list(_twice(name, facts[name]))):
            problems += twice
            del facts[name]
    return facts


def _twice(name: str, items: Sequence[Any]) -> Iterator[Problem]:
    """Items that are given twice."""
    seen = set()
    for item in items:
        key = _key(item)
        if key in seen:
            yield Problem(name, f"`{clipped(str(key), 60)}` is given twice", "give each item once")
        seen.add(key)


def _without_problems(facts: Facts, problems: list[Problem]) -> Facts:
    if problems:
        raise FactError(dict.fromkeys(problems))
    return facts


def _key(item: Any) -> Any:
    """What tells an item of a list from the others: its id, or all of it if it has none."""
    return item if getattr(item, "id", None) is None else item.id


_ASSERT, _FORGET = "use `assert_fact`", "there is nothing to forget"


def _unknown(name: str, help_: str, *key: object) -> Problem:
    which = f"`{clipped(str(*key), 60)}` " if key else ""
    return Problem(name, f"{which}is not known", help_)


def _no_id(key: object) -> tuple[str, str]:
    return f"`{clipped(repr(key), 60)}` is no id", "give ids one by one"
