"""What would make a decision granted: the smallest changes of facts that do, found from the conditions and checked.

A rulebook lists the facts that can be changed, or still be told. Only those are looked at that a condition reads which
now fails; a change is kept if deciding again over the changed facts grants it. If no single fact does, two are changed
together, and so on. Of days and moments the nearest are tried first, before and after.
"""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any, cast

import attrs

from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Option
from xtreme_rules.decisions.when import When
from xtreme_rules.errors import FactError
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.wording import day_in_words, scalar_in_words, thing_in_words, zone_of
from xtreme_rules.facts.fact import Fact
from xtreme_rules.facts.json import plain_data
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY, TEXT, Type, fields_of
from xtreme_rules.language.moments import AT
from xtreme_rules.language.template import LANGUAGES
from xtreme_rules.language.tree import reads
from xtreme_rules.language.truth import value_at
from xtreme_rules.rulebook.model import without_indices

#: How far from what is known days are tried, and how many changed situations are decided at most.
REACH = timedelta(days=800)
MOST_TRIED = 6_000
MOST_FOUND = 8


@attrs.frozen
class Change:
    """One fact that would be otherwise: its path, what it is (``None``: not known), what it would be."""

    path: str
    before: Any
    after: Any
    _texts: Mapping[str, str] = attrs.field(hash=False, repr=False, eq=False)

    def text(self, lang: str = "en") -> str:
        """What would be otherwise; in ``nl`` or ``en``."""
        return self._texts[checked_language(lang)]


@attrs.frozen(eq=False)
class Remedy:
    """Changes of facts that, made together, would make the decision granted; ``decision`` is the one that they give."""

    changes: tuple[Change, ...]
    decision: Decision

    def text(self, lang: str = "en") -> str:
        """What would be otherwise; in ``nl`` or ``en``."""
        return "; ".join(change.text(lang) for change in self.changes)

    def to_dict(self) -> dict[str, Any]:
        """The changes as plain data, texts in both languages."""
        return {
            "changes": {change.path: plain_data(change.after) for change in self.changes},
            "text": {lang: self.text(lang) for lang in LANGUAGES},
        }


def remedies(option: Option, facts: Mapping[str, Any]) -> tuple[Remedy, ...]:
    """The smallest changes that would grant an option over facts; none if it is granted, or if nothing would do."""
    return tuple(_Search(option, dict(facts)).found())


Facts = dict[str, Any]
#: Values of one fact, the nearest first; the first that helps is kept.
Direction = Iterable[Any]


class _Search:
    def __init__(self, option: Option, facts: Facts) -> None:
        self.option = option
        self.facts = facts
        self.rules = option.rules
        self.left = MOST_TRIED
        conditions = option.entitlement.conditions
        self.all = (1 << len(conditions)) - 1
        self.read_by = dict.fromkeys(self.rules.changes, 0)
        for index, condition in enumerate(conditions):
            for read in reads(condition.when):
                for path in self.read_by:
                    if path.partition("[")[0] == read:
                        self.read_by[path] |= 1 << index

    def found(self) -> list[Remedy]:
        failing = self.failing(self.facts)
        paths = [(one, mask) for path, mask in self.read_by.items() if mask & failing for one in self.concrete(path)]
        for size in range(1, len(paths) + 1):
            remedies: list[Remedy] = []
            for chosen in combinations(paths, size):
                if self.left <= 0:
                    break
                if not failing & ~_union(mask for _, mask in chosen):
                    remedies += self.solved(self.facts, chosen, ())
            if remedies or self.left <= 0:
                return remedies[:MOST_FOUND]
        return []

    def failing(self, facts: Facts) -> int:
        """The conditions that are not met, as a mask."""
        self.left -= 1
        try:
            truths = self.option.evaluate(facts)
        except FactError:  # the public holidays of a year that it would depend on are not known
            return self.all
        return self.all & ~truths[0] if truths is not None else self.all

    def solved(self, facts: Facts, chosen: tuple[tuple[str, int], ...], made: tuple[Change, ...]) -> Iterator[Remedy]:
        """Change the first of the chosen facts to the nearest values with which the others can do the rest."""
        (path, own), *rest = chosen
        for_others, before = _union(mask for _, mask in rest), self.failing(facts)
        shared = bool(own & for_others & before)  # it may take the others too to mend a condition
        for direction in self.directions(path, facts):
            for value in direction:
                if self.left <= 0:
                    return
                now = self.failing(_put(facts, _steps(path), value, checked=False))
                if now & ~for_others or (now == before and not shared):
                    continue
                changed = _changed(facts, path, value)
                if changed is None or self.failing(changed) & ~for_others:
                    continue
                changes = (*made, self.change(path, facts, value))
                if not rest:
                    yield Remedy(changes, Decision(self.option.verdict(changed), changed))
                    break
                if more := list(self.solved(changed, tuple(rest), changes)):
                    yield from more
                    break

    def change(self, path: str, facts: Facts, value: Any) -> Change:
        before, kind = _at(facts, _steps(path)), self.rules.schema.type_at(without_indices(path))
        texts = {}
        for lang in LANGUAGES:
            label = self.rules.changes[without_indices(path)].in_language(lang).plain
            if isinstance(value, Fact):
                words = thing_in_words(before, lang)
            elif kind is not None and kind.name == "moment" and path != AT:
                day, anchor = value.astimezone(zone_of(facts)).date(), self.anchor(path, facts)
                since = anchor.astimezone(zone_of(facts)).date() if isinstance(anchor, datetime) else anchor
                limit = "no-later-than" if since is not None and day < since else "no-sooner-than"
                words = f"{phrase(limit, lang)} {day_in_words(day, lang)}"
            else:
                words = scalar_in_words(value, kind or TEXT, self.rules, facts, lang)
            texts[lang] = f"{label}: {words}"
        return Change(path, before, value, texts)

    def concrete(self, path: str) -> list[str]:
        """The paths of single items for one of any item: ``weekend.products[0].standard`` and so on."""
        base, bracket, field = path.partition("[]")
        items = value_at(self.facts, base) or () if bracket else ()
        return [f"{base}[{index}]{field}" for index in range(len(items))] if bracket else [path]

    def directions(self, path: str, facts: Facts) -> list[Direction]:
        """The values that a fact could have instead."""
        kind, value = self.rules.schema.type_at(without_indices(path)), _at(facts, _steps(path))
        if isinstance(value, Fact):
            moment = self.moment(facts)
            return [] if moment is None else [value._alternatives(moment)]
        if kind is None or (path != AT and _at(facts, _steps(path)[:-1]) is None):
            return []
        if path == AT:
            return self.later_moment(facts)
        if kind.name == "records":
            return [[()]] if value is None else []
        if kind.name == "boolean":
            return [[not value]] if value is not None else [[True], [False]]
        if kind.domain is not None or kind.choices:
            return self.other_values(kind, value)
        anchor = self.anchor(path, facts)
        if anchor is None or kind.name not in ("date", "moment"):
            return []
        zone = zone_of(facts)
        if kind.name == "date":
            day = anchor.astimezone(zone).date() if isinstance(anchor, datetime) else anchor
            return [_days(day, -1), _days(day, 1)]
        day = anchor.astimezone(zone).date() if isinstance(anchor, datetime) else anchor
        return [
            (datetime.combine(near, time(23, 59, 59), zone).astimezone(UTC) for near in _days(day, -1)),
            (datetime.combine(near, time(), zone).astimezone(UTC) for near in _days(day, 1)),
        ]

    def anchor(self, path: str, facts: Facts) -> date | None:
        """What days are looked for around: the value itself, the moment of the question, or a day that is asked for."""
        value = _at(facts, _steps(path))
        if value is not None:
            return cast(date, value)
        holder = _at(facts, _steps(path)[:-1])
        days = (getattr(holder, name) for name, field in fields_of(type(holder)).items() if field.type.name == "date")
        return self.moment(facts) or next((day for day in days if day is not None), None)

    def other_values(self, kind: Type, value: Any) -> list[Direction]:
        domain = self.rules.schema.domains.get(kind.domain or "")
        values = list(kind.choices) if domain is None else list(domain.values)
        if domain is None or not domain.ordered or value is None:
            return [[other for other in values if other != value]]
        place = values.index(value)
        return [values[:place][::-1], values[place + 1 :]]

    def later_moment(self, facts: Facts) -> list[Direction]:
        if facts.get(AT) is None or not self.option.entitlement.can_be_followed:
            return []
        try:
            following = When((self.option,)).hours(facts).clock.next_open(facts[AT])
        except FactError:  # the public holidays of a later year are not known
            return []
        return [] if following is None else [[following]]

    def moment(self, facts: Facts) -> datetime | None:
        """The moment at which something could be changed: that of the question, or of the request."""
        known = [facts.get(AT), *(getattr(value, "submitted_at", None) for value in facts.values())]
        return next((moment for moment in known if moment is not None), None)


def _union(masks: Iterable[int]) -> int:
    joined = 0
    for mask in masks:
        joined |= mask
    return joined


def _days(day: date, step: int) -> Iterator[date]:
    for count in range(1, REACH.days):
        near = day + timedelta(days=count * step)
        if FIRST_DAY < near < LAST_DAY:
            yield near


def _steps(path: str) -> list[str | int]:
    return [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]


def _at(holder: Any, steps: list[str | int]) -> Any:
    """The value at a path; ``None`` if it, or what holds it, is not known."""
    for step in steps:
        if holder is None:
            return None
        if isinstance(holder, Mapping):
            holder = holder.get(step)
        else:
            holder = holder[step] if isinstance(step, int) else getattr(holder, step)
    return holder


def _put(holder: Any, steps: list[str | int], value: Any, checked: bool) -> Any:
    """A copy of facts, or of a part of them, with another value at a path.

    Unless ``checked``, it may hold what its class would refuse: days are tried by the hundreds.

    Raises:
        FactError: (if checked) it does.
    """
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(holder, dict):
        return {**holder, step: _put(holder.get(step), rest, value, checked)}
    if isinstance(step, int):
        return (*holder[:step], _put(holder[step], rest, value, checked), *holder[step + 1 :])
    changes = holder._along_with(step, _put(getattr(holder, step), rest, value, checked))
    if checked:
        return attrs.evolve(holder, **changes)
    changed = copy.copy(holder)
    for name, part in changes.items():
        object.__setattr__(changed, name, part)
    return changed


def _changed(facts: Facts, path: str, value: Any) -> Facts | None:
    try:
        changed: Facts = _put(facts, _steps(path), value, checked=True)
    except FactError:
        return None
    return changed
