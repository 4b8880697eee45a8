"""What conditions may speak of: the facts of a rulebook by name, their fields, and the domains it declares."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, did_you_mean, listing
from xtreme_rules.facts.fact import Fact, checked
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY, Field, Type, fields_of, type_of


@attrs.frozen
class Domain:
    """The values that a rulebook declares for a kind of field; if ``ordered``, from the lowest to the highest."""

    name: str
    values: tuple[str, ...] | tuple[int, ...]
    ordered: bool = False

    def rank(self, value: object) -> int:
        """The place of a value in the order, from 0."""
        return self.values.index(value)


def _fact_type(name: str, annotation: object) -> Type:
    """The type of a fact, whose records must check themselves, down to the last field.

    Raises:
        FactError: it is no fact class, or has a field that conditions cannot know.
    """
    try:
        if isinstance(annotation, type) and issubclass(annotation, Fact) and not attrs.has(annotation):
            raise TypeError(f"`{annotation.__name__}` lacks its decorator, `@attrs.frozen(kw_only=True)`")
        kind = type_of(annotation)[0]
        if kind.record is not None and not issubclass(kind.record, Fact):
            raise TypeError(f"`{kind.record.__name__}` is no fact class; derive it from `xtreme_rules.Fact`")
        for field in fields_of(kind.record).values() if kind.record is not None else ():
            if field.type.record is not None:
                _fact_type(name, field.type.record)
    except TypeError as error:
        raise FactError([Problem(name, str(error))]) from None
    return kind


def _take_moment(value: Any) -> Any:
    if value.__class__ is not datetime or value.tzinfo is None or not FIRST_DAY.year < value.year < LAST_DAY.year:
        return None
    return value if value.tzinfo is UTC else value.astimezone(UTC)


class Schema:
    """The names that conditions may use, each with its type; and the check that given facts fit them."""

    def __init__(self, facts: Mapping[str, object], domains: Iterable[Domain]) -> None:
        self.annotations = facts
        self.facts: dict[str, Type] = {name: _fact_type(name, annotation) for name, annotation in facts.items()}
        self.domains: dict[str, Domain] = {domain.name: domain for domain in domains}

    def __reduce__(self) -> "tuple[type[Schema], tuple[Mapping[str, object], tuple[Domain, ...]]]":
        return Schema, (self.annotations, tuple(self.domains.values()))

    def members(self, kind: Type) -> dict[str, Type]:
        """The fields of a record type by name; none for any other type."""
        if kind.name != "record" or kind.record is None:
            return {}
        return {field.name: field.type for field in fields_of(kind.record).values()}

    def type_at(self, path: str) -> Type | None:
        """The type of a path such as ``contract.package`` or ``weekend.products[].standard``, if there is one."""
        kind: Type | None = Type("record")
        for step in path.split("."):
            name = step.removesuffix("[]")
            known = self.facts if kind == Type("record") else {} if kind is None else self.members(kind)
            kind = known.get(name)
            if kind is not None and name != step:
                kind = Type("record", record=kind.record) if kind.name == "records" else None
        return kind

    def checked(self, given: dict[str, Any]) -> dict[str, Any]:
        """Facts as engines take them: every name known, every value of its class, every domain value declared.

        Facts that are ``None`` are left out, moments are in UTC, lists are tuples.

        Raises:
            FactError: with every problem.
        """
        problems: list[Problem] = []
        taken: dict[str, Any] = {}
        for name, value in given.items():
            if name not in self.facts:
                help_ = did_you_mean(name, self.facts) or "a fact of your own is given to `load` as `facts=`"
                problems.append(Problem(name, "unknown fact", help_))
            elif value is not None:
                kind, before = self.facts[name], len(problems)
                if kind.name == "records" and not isinstance(value, str | bytes) and hasattr(value, "__iter__"):
                    value = tuple(value)
                taken[name] = checked(value, Field(name, kind, optional=True, required=False), name, problems)
                if len(problems) == before:
                    problems.extend(self._domain_problems(value, kind, name))
        if problems:
            raise FactError(problems)
        return taken

    def fits(self, given: Mapping[str, Any]) -> bool:
        """Whether facts can be taken as they are; if not, ``checked`` mends them or says what is wrong."""
        takes = self.takes
        return all(name in takes and (value is None or takes[name](value) is value) for name, value in given.items())

    @cached_property
    def takes(self) -> dict[str, Callable[[Any], Any]]:
        """For each fact a quick function from a value to what engines take, or ``None`` for a closer look."""
        return {name: self._take(kind) for name, kind in self.facts.items()}

    def _take(self, kind: Type) -> Callable[[Any], Any]:
        if kind.name == "moment":
            return _take_moment
        if kind.record is None:
            return lambda value: None
        item, names = self.record_test(kind.record, "value")
        fits: Callable[[Any], bool] = eval(f"lambda value: {item}", names)  # noqa: S307  the text is our own
        if kind.name == "record":
            return lambda value: value if fits(value) else None

        def take_records(value: Any) -> Any:
            if value.__class__ is not tuple and value.__class__ is not list:
                return None
            for member in value:
                if not fits(member):
                    return None
            return tuple(value)

        return take_records

    def record_test(self, record: type, variable: str) -> tuple[str, dict[str, Any]]:
        """An expression that tests whether a record fits: it is of its class, and its domain values are declared.

        Returned with the names that it uses. It is one flat text, so that a generated function can hold it: a call, or
        a loop over fields, would cost more than all else that a quick decision does.
        """
        names: dict[str, Any] = {f"{variable}_class": record}
        tests = [f"{variable}.__class__ is {variable}_class"]
        for field in fields_of(record).values():
            part, name = f"{variable}.{field.name}", f"{variable}_{field.name}"
            if field.type.domain in self.domains:
                names[name] = {*self.domains[field.type.domain].values, None}
                tests.append(f"{part} in {name}")
            elif self._has_domain(field.type):
                names[name] = self._take(field.type)
                tests.append(f"(not {part} or {name}({part}) is not None)")
        return " and ".join(tests), names

    def _has_domain(self, kind: Type) -> bool:
        """Whether a value of a kind can hold a value of a domain that the rulebook declares."""
        if kind.record is None:
            return kind.domain in self.domains
        return any(self._has_domain(part) for part in self.members(Type("record", record=kind.record)).values())

    def _domain_problems(self, value: Any, kind: Type, path: str) -> Iterator[Problem]:
        """Values, however deep, that the rulebook does not declare."""
        if value is None or (kind.record is None and kind.domain is None):
            return
        if kind.domain is not None:
            known = self.domains[kind.domain].values if kind.domain in self.domains else (value,)
            if value not in known:
                near = did_you_mean(str(value), map(str, known))
                yield Problem(path, f"unknown {kind.domain} `{value}`", near or f"declared are {listing(known)}")
        elif kind.name == "records":
            item = Type("record", record=kind.record)
            for index, member in enumerate(value):
                yield from self._domain_problems(member, item, f"{path}[{index}]")
        else:
            for name, part in self.members(kind).items():
                yield from self._domain_problems(getattr(value, name), part, f"{path}.{name}")
