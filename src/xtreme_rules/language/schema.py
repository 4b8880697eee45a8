"""What conditions may speak of: the facts of a rulebook by name, their fields, and the domains it declares."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, did_you_mean, listing
from xtreme_rules.facts.fact import Fact, checked
from xtreme_rules.facts.standard import OWN_FACTS
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY, Field, Type, fields_of, type_of


@attrs.frozen
class Domain:
    """The values that a rulebook declares for a kind of field; if ``ordered``, from the lowest to the highest."""

    name: str
    values: tuple[str | int, ...]
    ordered: bool = False

    def rank(self, value: object) -> int:
        """The place of a value in the order, from 0."""
        return self.values.index(value)


def _fact_type(name: str, annotation: object) -> Type:
    """The type of a fact.

    Raises:
        FactError: it is no fact class, or one of its fields, at any depth, is none that conditions can know.
    """
    try:
        if isinstance(annotation, type) and issubclass(annotation, Fact) and not attrs.has(annotation):
            raise TypeError(f"`{annotation.__name__}` lacks its decorator, `@attrs.frozen(kw_only=True)`")
        kind = type_of(annotation)[0]
        if kind.record is None and kind.name != "moment":
            raise TypeError(f"`{annotation}` is no fact class; derive one from `xtreme_rules.Fact`")
        _check_record_class(kind.record)
    except (TypeError, NameError) as error:
        raise FactError([Problem(name, str(error))]) from None
    return kind


def _check_record_class(record: type | None, above: tuple[type, ...] = ()) -> None:
    if record is None:
        return
    if not (isinstance(record, type) and issubclass(record, Fact)):
        raise TypeError(f"`{getattr(record, '__name__', record)}` is no fact class; derive it from `xtreme_rules.Fact`")
    if record in above:
        raise TypeError(f"`{record.__name__}` holds itself; a condition could not follow it to an end")
    if "frozen" not in record.__setattr__.__qualname__:
        raise TypeError(f"`{record.__name__}` can be changed; decorate it with `@attrs.frozen(kw_only=True)`")
    for field in fields_of(record).values():
        _check_record_class(field.type.record, (*above, record))


def _take_moment(value: Any) -> Any:
    if value.__class__ is not datetime or value.utcoffset() is None or not FIRST_DAY < value.date() < LAST_DAY:
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
                help_ = did_you_mean(name, self.facts) or OWN_FACTS
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
        record = kind.record
        if record is None:
            return _take_moment
        domains = [(attrgetter(name), declared) for name, declared in self.record_domains(record).items()]
        nested = [(attrgetter(name), take) for name, take in self.nested_takes(record).items()]
        by_class_alone = not domains and not nested

        def fits(value: Any) -> bool:
            if value.__class__ is not record:
                return False
            for part, declared in domains:
                if part(value) not in declared:
                    return False
            for part, take in nested:  # noqa: SIM110  a generator costs more than the whole loop
                if part(value) and take(part(value)) is None:
                    return False
            return True

        def take_records(value: Any) -> Any:
            if value.__class__ is not tuple and value.__class__ is not list:
                return None
            for member in value:
                if member.__class__ is not record:
                    return None
            return tuple(value) if by_class_alone or all(map(fits, value)) else None

        return take_records if kind.name == "records" else lambda value: value if fits(value) else None

    def record_domains(self, record: type) -> dict[str, Set[object]]:
        """For each field of a record with a domain that the rulebook declares: its values, and ``None``."""
        kinds = {field.name: field.type for field in fields_of(record).values()}
        return {
            name: {*self.domains[kind.domain].values, None}
            for name, kind in kinds.items()
            if kind.domain in self.domains
        }

    def nested_takes(self, record: type) -> dict[str, Callable[[Any], Any]]:
        """For each field of a record that holds records with such fields: the quick function for its value."""
        fields = fields_of(record).values()
        return {
            field.name: self._take(field.type) for field in fields if field.type.record and self._has_domain(field.type)
        }

    def _has_domain(self, kind: Type) -> bool:
        """Whether a value of a kind can hold a value of a domain that the rulebook declares."""
        if kind.record is None:
            return kind.domain in self.domains
        return any(self._has_domain(field.type) for field in fields_of(kind.record).values())

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
