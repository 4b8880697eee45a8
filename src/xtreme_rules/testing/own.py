"""A strategy for facts of any class, by what its fields may hold."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from xtreme_rules.api import Rulebook
from xtreme_rules.errors import FactError
from xtreme_rules.facts.fact import Fact
from xtreme_rules.facts.standard import (
    AdopterProgramme,
    Booking,
    Component,
    Contract,
    Escalation,
    Incident,
    Question,
    RemoteAccess,
    Subscription,
    WeekendRequest,
)
from xtreme_rules.facts.types import Type, fields_of
from xtreme_rules.testing.contracts import booking, contracts, weekend_requests
from xtreme_rules.testing.drawing import Draw, Unknowns
from xtreme_rules.testing.pools import IDENTIFIERS, Pool, pool_of
from xtreme_rules.testing.requests import (
    components,
    escalations,
    incidents,
    programmes,
    questions,
    remote_accesses,
    subscriptions,
)

AnyFact = TypeVar("AnyFact", bound=Fact)


@st.composite
def own_facts(
    draw: DrawFn,
    cls: type[AnyFact],
    rulebook: Rulebook | None = None,
    *,
    unknowns: Unknowns = True,
    near: Sequence[date] = (),
    timezone: str | None = None,
) -> AnyFact:
    """Facts of any class: declared values of the rulebook, numbers, texts and days about those that its rules name.

    Days lie near those that are given, or near any day, as far away as the rules count. A draw that the class refuses
    (by a ``_problems`` of its own) is discarded; for one that refuses most, write a strategy of your own.
    """
    drawing = _Drawing(Draw(draw, unknowns), pool_of(rulebook), near, timezone)
    try:
        fact: AnyFact = drawing.record(cls)
    except FactError:
        reject()
    return fact


#: The standard facts that have a strategy of their own.
STANDARD: dict[type, Callable[..., SearchStrategy[Any]]] = {
    AdopterProgramme: lambda _, unknowns: programmes(unknowns=unknowns),
    Component: components,
    Contract: contracts,
    Escalation: lambda _, unknowns: escalations(unknowns=unknowns),
    Incident: incidents,
    Question: questions,
    RemoteAccess: lambda _, unknowns: remote_accesses(unknowns=unknowns),
    Subscription: lambda _, unknowns: subscriptions(unknowns=unknowns),
    WeekendRequest: weekend_requests,
}


class _Drawing:
    """Draws the fields of facts, and of facts in facts."""

    def __init__(self, pick: Draw, pool: Pool, near: Sequence[date], timezone: str | None) -> None:
        self.pick = pick
        self.pool = pool
        self.near = near
        self.timezone = timezone

    def record(self, cls: type, number: int = 0) -> Any:
        """A fact of a class; ``number`` is its place in a list."""
        pick = self.pick
        if cls in STANDARD:
            return pick.draw(self.pool.of(STANDARD[cls], unknowns=pick.unknowns))
        if cls is Booking:
            return booking(pick, f"booking-{number}", self.near, self.timezone)
        return cls(
            **{
                field.name: self.value(field.name, field.type) if not field.optional or pick.known() else None
                for field in fields_of(cls).values()
            }
        )

    def value(self, name: str, kind: Type) -> Any:
        """A value of a type; ``None`` if there is none."""
        pick = self.pick
        if kind.domain is not None:
            undeclared = self.pool.texts if kind.name == "text" else self.pool.numbers
            values = self.pool.domains.get(kind.domain, undeclared)
            return pick.one_of(values) if values else None
        if kind.choices:
            return pick.one_of(kind.choices)
        match kind.name:
            case "boolean":
                return pick.one_of((False, True))
            case "integer":
                return pick.one_of(self.pool.numbers)
            case "text":
                return pick.one_of(IDENTIFIERS if name == "id" else self.pool.texts)
            case "date":
                return self.day()
            case "moment":
                return pick.moment(self.timezone, self.day())
            case "record" if kind.record is not None:
                return self.record(kind.record)
            case "records" if kind.record is not None:
                return tuple(self.record(kind.record, number) for number in range(pick.one_of((0, 1, 2))))
        raise AssertionError(kind)

    def day(self) -> date:
        """A day as far from those that matter as the rules count."""
        return self.pick.one_of([*self.near, self.pick.day()]) + timedelta(days=self.pick.one_of(self.pool.spans))
