"""What sessions of a rulebook decide with: its options on an engine, and which of them depend on what."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import attrs

from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Option, Outcome, Verdict
from xtreme_rules.engines import Engine, Memory, Truths, remembering
from xtreme_rules.language.tree import reads
from xtreme_rules.rulebook.model import RuleSet
from xtreme_rules.sessions.knowledge import Facts


class Recomputed:
    """The memory of an engine that keeps nothing: each option is evaluated over the facts that it reads."""

    def __init__(self, options: Sequence[Option], names: Sequence[Iterable[str]]) -> None:
        self._options = tuple(zip(options, names, strict=True))

    def truths(self, group: int, facts: Facts) -> Truths:
        """The truths of an option, by its number."""
        option, names = self._options[group]
        known = {}
        for name in names:
            if name in facts:
                known[name] = facts[name]
        return option.truths(known)

    def close(self) -> None:
        """Nothing is kept."""


@attrs.define  # frozen, it would cost a fifth of an update to make
class State:
    """What a session knows and decides. It is replaced whole, so that no reader sees half of a change."""

    deciding: "Deciding"
    memory: Memory
    facts: Facts
    verdicts: list[Verdict]

    def decision(self, number: int) -> Decision:
        """The decision on an option, by its number."""
        return Decision(self.verdicts[number], self.facts)


class Deciding:
    """The options of a rulebook on an engine. It is immutable, and sessions share it."""

    def __init__(self, rules: RuleSet, options: Mapping[str, Option], engine: Engine) -> None:
        self.rules = rules
        self.engine = engine
        self.options = tuple(options.values())
        self.numbers = {name: number for number, name in enumerate(options)}
        paths = [
            dict.fromkeys(path for condition in option.entitlement.conditions for path in reads(condition.when))
            for option in self.options
        ]
        self._watched = _watched(paths)
        self.open = self._memories(engine, [{path.partition(".")[0] for path in read} for read in paths])

    def _memories(self, engine: Engine, names: Sequence[Iterable[str]]) -> Callable[[], Memory]:
        remember = remembering(engine)
        if remember is not None:
            return remember(self.rules, [option.entitlement.conditions for option in self.options])
        recomputed = Recomputed(self.options, names)
        return lambda: recomputed

    def concerned(self, names: Iterable[str], before: Facts, after: Facts) -> list[int]:
        """The numbers of the options that read what is not as it was in some facts, in their order."""
        found: set[int] = set()
        for name in names:
            old, new = before.get(name), after.get(name)
            for value, numbers in self._watched.get(name, ()):
                if old is None or new is None or value(old) != value(new):
                    found.update(numbers)
        return sorted(found)

    def opened(self, facts: Facts) -> State:
        """The state of a session that begins with some facts."""
        memory = self.open()
        return State(self, memory, facts, [self.verdict(number, memory, facts) for number in range(len(self.options))])

    def verdict(self, number: int, memory: Memory, facts: Facts) -> Verdict:
        """The verdict on an option over all facts of a session."""
        return self.options[number].verdicts[memory.truths(number, facts)]


def _watched(paths: Sequence[Iterable[str]]) -> dict[str, list[tuple[Callable[[Any], Any], list[int]]]]:
    """By fact, each part of it that options read, as a function of the fact, and the numbers of those options."""
    readers: dict[str, list[int]] = {}
    for number, read in enumerate(paths):
        for path in read:
            readers.setdefault(path, []).append(number)
    watched: dict[str, list[tuple[Callable[[Any], Any], list[int]]]] = {}
    for path, numbers in readers.items():
        name, _, part = path.partition(".")
        watched.setdefault(name, []).append((_reader(part), numbers))
    return watched


def _reader(part: str) -> Callable[[Any], Any]:
    """The function that reads a part of a fact; of a record in it that is not known, ``None``."""
    if not part:
        return lambda fact: fact
    if "." not in part:
        return attrgetter(part)
    steps = part.split(".")

    def read(fact: Any) -> Any:
        for step in steps:
            fact = None if fact is None else getattr(fact, step)
        return fact

    return read


def differing(before: State, after: State, numbers: Iterable[tuple[int, int]]) -> Iterator[tuple[Decision, Decision]]:
    """Of the options of some numbers, the decisions that are otherwise: in outcome, a condition, or what is missing."""
    for old, new in numbers:
        verdict, other = before.verdicts[old], after.verdicts[new]
        if verdict == other and other.outcome is not Outcome.NEEDS_INFORMATION:
            continue
        decisions = before.decision(old), after.decision(new)
        if verdict != other or decisions[0].missing != decisions[1].missing:
            yield decisions
