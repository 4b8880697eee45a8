"""What conditions may speak of: the facts of a rulebook by name, their fields, and the domains it declares."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, did_you_mean, listing
from xtreme_rules.facts.fact import Fact, checked
from xtreme_rules.facts.types import Field, Type, fields_of, type_of


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
        kind = type_of(annotation)[0]
        if kind.record is not None and not issubclass(kind.record, Fact):
            raise TypeError(f"`{kind.record.__name__}` is no fact class; derive it from `xtreme_rules.Fact`")
        for field in fields_of(kind.record).values() if kind.record is not None else ():
            if field.type.record is not None:
                _fact_type(name, field.type.record)
    except TypeError as error:
        raise FactError([Problem(name, str(error))]) from None
    return kind


class Schema:
    """The names that conditions may use, each with its type; and the check that given facts fit them."""

    def __init__(self, facts: Mapping[str, object], domains: Iterable[Domain]) -> None:
        self.annotations = facts
        self.facts: dict[str, Type] = {name: _fact_type(name, annotation) for name, annotation in facts.items()}
        self.domains: dict[str, Domain] = {domain.name: domain for domain in domains}
        self._fits = {name: self._fit(kind) for name, kind in self.facts.items()}

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

        Facts that are ``None`` are left out, moments are in UTC, lists are tuples. ``given`` may be changed.

        Raises:
            FactError: with every problem.
        """
        fits, known = self._fits, True
        for name, value in given.items():
            if value.__class__ is list:
                given[name] = value = tuple(value)
            fit = fits.get(name)
            if fit is None or not fit(value):
                if value is not None or fit is None:
                    return self._mended(given)
                known = False
        return given if known else {name: value for name, value in given.items() if value is not None}

    def _fit(self, kind: Type) -> Callable[[Any], bool]:
        """A quick test that a value can be taken as it is; ``_mended`` looks closely at what fails it."""
        record = kind.record
        if kind.name == "moment":
            return lambda value: value.__class__ is datetime and value.tzinfo is UTC
        if record is None:
            return lambda value: False
        if kind.name == "records":
            return self._fit_records(self._fit(Type("record", record=record)), record)
        parts = [(name, part) for name, part in self.members(kind).items() if self._has_domain(part)]
        if not parts:
            return lambda value: value.__class__ is record
        # One flat expression: a loop over the parts would cost more than all else that a quick decision does.
        tests = ["value.__class__ is record"]
        names: dict[str, Any] = {"record": record}
        for name, part in parts:
            if part.domain is not None:
                names[f"of_{name}"] = {*self.domains[part.domain].values, None}
                tests.append(f"value.{name} in of_{name}")
            else:
                names[f"of_{name}"] = self._fit(part)
                tests.append(f"(not value.{name} or of_{name}(value.{name}))")
        test: Callable[[Any], bool] = eval(f"lambda value: {' and '.join(tests)}", names)  # noqa: S307  our own text
        return test

    def _fit_records(self, fit: Callable[[Any], bool], record: type) -> Callable[[Any], bool]:
        by_class_alone = not self._has_domain(Type("record", record=record))

        def fit_records(value: Any) -> bool:
            if value.__class__ is not tuple:
                return False
            for item in value:  # noqa: SIM110  a generator costs more than the whole loop
                if not (item.__class__ is record if by_class_alone else fit(item)):
                    return False
            return True

        return fit_records

    def _has_domain(self, kind: Type) -> bool:
        """Whether a value of a kind can hold a value of a domain that the rulebook declares."""
        if kind.record is None:
            return kind.domain in self.domains
        return any(self._has_domain(part) for part in self.members(Type("record", record=kind.record)).values())

    def _mended(self, given: dict[str, Any]) -> dict[str, Any]:
        problems: list[Problem] = []
        taken: dict[str, Any] = {}
        for name, value in given.items():
            if name not in self.facts:
                problems.append(Problem(name, "unknown fact", did_you_mean(name, self.facts)))
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
