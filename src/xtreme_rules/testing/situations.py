"""A strategy for whole situations."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from xtreme_rules.api import Rulebook
from xtreme_rules.errors import unknown_name
from xtreme_rules.facts.standard import Booking, Contract, WeekendRequest
from xtreme_rules.facts.types import Type
from xtreme_rules.testing.contracts import booking_lists, weekend_requests
from xtreme_rules.testing.drawing import Draw, Unknowns
from xtreme_rules.testing.own import STANDARD, own_facts
from xtreme_rules.testing.pools import Pool, pool_of

_SOME_UNKNOWN = st.sampled_from([True, None])


@st.composite
def situations(
    draw: DrawFn,
    rulebook: Rulebook | None = None,
    *,
    unknowns: Unknowns = True,
    strategies: Mapping[str, SearchStrategy[Any]] | None = None,
) -> dict[str, Any]:
    """Every fact of a rulebook by the name of its keyword, about one contract; one that is not known is left out.

    In half of them, everything is known; with ``unknowns=False``, in all. Identifiers, days and moments come from small
    pools, so that coincidences happen: a weekend on an anniversary, a booking of the same contract year, a notice of
    exactly fourteen days, a night on which the clock changes, a number that a condition names. They shrink towards
    nothing known.

    ``strategies`` are of your own, by the name of the fact that each draws: for a class that refuses most of what its
    fields could hold.

    Raises:
        UnknownNameError: there is no fact of such a name.
    """
    pool, own = pool_of(rulebook), strategies or {}
    for name in own:
        if name not in pool.kinds:
            raise unknown_name("fact", name, pool.kinds)
    pick = Draw(draw, draw(_SOME_UNKNOWN) if unknowns else unknowns)
    about = _About(pick, pool)
    facts: dict[str, Any] = {}
    for name, kind in pool.kinds.items():
        fact = (draw(own[name]) if name in own else about.fact(kind)) if pick.known() else None
        if fact is not None:
            facts[name] = fact
            about.told(fact)
    return facts


class _About:
    """What facts of one situation are about: the days of the contract, the weekend that is asked for, one moment."""

    def __init__(self, pick: Draw, pool: Pool) -> None:
        self.pick = pick
        self.pool = pool
        self.near: list[date] = []
        self.timezone: str | None = None

    def told(self, fact: Any) -> None:
        """What comes later is about this fact too."""
        if isinstance(fact, Contract):
            self.near += [day for day in (fact.start, fact.until) if day is not None]
            self.timezone = self.timezone or fact.timezone
        elif isinstance(fact, WeekendRequest) and fact.saturday is not None:
            self.near.append(fact.saturday)
        elif isinstance(fact, datetime):
            self.near.append(fact.date())

    def fact(self, kind: Type) -> Any:
        """A fact of a type."""
        pick, unknowns = self.pick, self.pick.unknowns
        if kind.record is None:
            day = pick.one_of([*self.near, pick.day()]) + timedelta(days=pick.one_of((0, 1, -1, 30)))
            return pick.moment(self.timezone, day)
        if kind.name == "records":
            if kind.record is Booking:
                return pick.draw(booking_lists(self.near, self.timezone))
            items = [self.own(kind.record) for _ in range(pick.one_of((0, 1, 2)))]
            return tuple({item if getattr(item, "id", None) is None else item.id: item for item in items}.values())
        if kind.record is WeekendRequest:
            return pick.draw(
                weekend_requests(self.pool.rulebook, unknowns=unknowns, near=self.near, timezone=self.timezone)
            )
        if kind.record in STANDARD:
            return pick.draw(self.pool.of(STANDARD[kind.record], unknowns=unknowns))
        return self.own(kind.record)

    def own(self, cls: type) -> Any:
        """A fact of a class that is not standard."""
        return self.pick.draw(
            own_facts(cls, self.pool.rulebook, unknowns=self.pick.unknowns, near=self.near, timezone=self.timezone)
        )
