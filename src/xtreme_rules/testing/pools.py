"""The small pools that facts are drawn from, so that coincidences happen: what a rulebook names, and a few more."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, TypeVar

import attrs
from hypothesis.strategies import SearchStrategy

from xtreme_rules.api import Rulebook, load
from xtreme_rules.facts.types import DAYS, INTEGER, LARGEST_INTEGER, TEXT, Type
from xtreme_rules.language.tree import Literal, Node, Shift, walk
from xtreme_rules.rulebook.model import RuleSet

T = TypeVar("T")

IDENTIFIERS = ("A", "B", "C")
TIMEZONES = ("UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo")
HOLIDAYS = ("NL", "DE-BY", "US")
#: Further away than so many days, the public holidays of a year may not be known.
MOST_DAYS = 9_000


@attrs.frozen(eq=False)
class Pool:
    """What the facts of one rulebook are drawn from.

    Attributes:
        rulebook: the rulebook.
        kinds: the kinds of facts, by name.
        domains: the values that the rulebook declares.
        texts: identifiers, and the texts that its rules name.
        numbers: small ones, and those that its rules name with their neighbours.
        spans: the days by which its rules count, both ways, with their neighbours.
    """

    rulebook: Rulebook
    kinds: Mapping[str, Type]
    domains: Mapping[str, tuple[Any, ...]]
    texts: tuple[str, ...]
    numbers: tuple[int, ...]
    spans: tuple[int, ...]
    _shared: dict[object, SearchStrategy[Any]] = attrs.field(factory=dict, init=False, repr=False)

    def of(self, strategy: Callable[..., SearchStrategy[T]], *, unknowns: bool | None) -> SearchStrategy[T]:
        """A strategy for the facts of the rulebook: made once, for that costs much more than to draw from it."""
        key = strategy, unknowns
        if key not in self._shared:
            self._shared[key] = strategy(self.rulebook, unknowns=unknowns)
        return self._shared[key]

    def declared(self, domain: str) -> tuple[Any, ...]:
        """The values of a domain; of one that is not declared, any texts."""
        return self.domains.get(domain, self.texts)


def pool_of(rulebook: Rulebook | None) -> Pool:
    """The pool of a rulebook; without one, of the bundled one."""
    return _pool(_bundled() if rulebook is None else rulebook)


@cache
def _bundled() -> Rulebook:
    return load()


@lru_cache(maxsize=16)
def _pool(rulebook: Rulebook) -> Pool:
    rules = rulebook.rules
    parts = [part for tree in _trees(rules) for part in walk(tree)]
    literals = [part for part in parts if isinstance(part, Literal)]
    numbers = {part.value for part in literals if part.type == INTEGER and isinstance(part.value, int)}
    spans = {part.value.days for part in literals if part.type == DAYS and isinstance(part.value, timedelta)}
    spans |= {part.days for part in parts if isinstance(part, Shift)}
    texts = [str(part.value) for part in literals if part.type == TEXT and part.value]
    return Pool(
        rulebook,
        rules.schema.facts,
        {name: domain.values for name, domain in rules.schema.domains.items()},
        tuple(dict.fromkeys((*texts, *_named(rules), *IDENTIFIERS))),
        _about({number for number in numbers if abs(number) < LARGEST_INTEGER}),
        _about({way * span for span in spans for way in (1, -1) if abs(span) <= MOST_DAYS}),
    )


def _about(numbers: Iterable[int]) -> tuple[int, ...]:
    """Small numbers, then others with their neighbours, the smaller ones first."""
    near = {number + step for number in numbers for step in (0, -1, 1)}
    return tuple(dict.fromkeys((0, 1, -1, *sorted(near, key=lambda number: (abs(number), number)))))


def _trees(rules: RuleSet) -> Iterator[Node]:
    options = [*rules.entitlements.values(), *(rules.response_times.clock if rules.response_times else ())]
    return (condition.when for option in options for condition in option.conditions)


def _named(rules: RuleSet) -> Iterator[str]:
    """The texts that rows of the table of response times name."""
    table = rules.response_times
    for row in table.rows if table is not None else ():
        for name, value in row.values.items():
            if table is not None and table.columns[name].value.type == TEXT and value:
                yield str(value)
