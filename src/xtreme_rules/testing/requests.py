"""Strategies for what support is asked about: components, incidents, questions, and what goes with them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from xtreme_rules.api import Rulebook
from xtreme_rules.facts.standard import (
    AdopterProgramme,
    Component,
    Escalation,
    Incident,
    Pause,
    Question,
    RemoteAccess,
    Subscription,
)
from xtreme_rules.facts.types import fields_of
from xtreme_rules.testing.drawing import Draw, Unknowns
from xtreme_rules.testing.pools import IDENTIFIERS, pool_of

T = TypeVar("T")

#: Of a flag: true more often, as options mostly ask for.
MOSTLY = (True, True, True, False)
#: How long after one thing the next one happens.
GAPS = tuple(timedelta(hours=hours) for hours in (1, 0, 0.5, 3, 10, 24, 72, 400))


@cache
def _flags(cls: Callable[..., T], unknowns: Unknowns) -> SearchStrategy[T]:
    """Facts whose fields all are flags, true more often."""
    names = tuple(fields_of(cls)) if isinstance(cls, type) else ()

    @st.composite
    def record(draw: DrawFn) -> T:
        pick = Draw(draw, unknowns)
        return cls(**{name: pick.maybe(MOSTLY) for name in names})

    return record()


def remote_accesses(*, unknowns: Unknowns = True) -> SearchStrategy[RemoteAccess]:
    """What was arranged for remote access."""
    return _flags(RemoteAccess, unknowns)


def subscriptions(*, unknowns: Unknowns = True) -> SearchStrategy[Subscription]:
    """Signed up for notifications, or not."""
    return _flags(Subscription, unknowns)


def programmes(*, unknowns: Unknowns = True) -> SearchStrategy[AdopterProgramme]:
    """What holds for a beta or early-adopter programme."""
    return _flags(AdopterProgramme, unknowns)


def escalations(*, unknowns: Unknowns = True) -> SearchStrategy[Escalation]:
    """Specialists needed, or not."""
    return _flags(Escalation, unknowns)


@st.composite
def components(draw: DrawFn, rulebook: Rulebook | None = None, *, unknowns: Unknowns = True) -> Component:
    """Components, of few identifiers: those that the rulebook names among them."""
    pick = Draw(draw, unknowns)
    return Component(
        id=pick.one_of(pool_of(rulebook).texts),
        standard=pick.maybe(MOSTLY),
        generally_available=pick.maybe(MOSTLY),
        under_agreement=pick.maybe(MOSTLY),
    )


@st.composite
def questions(draw: DrawFn, rulebook: Rulebook | None = None, *, unknowns: Unknowns = True) -> Question:
    """Questions on every topic."""
    pool, pick = pool_of(rulebook), Draw(draw, unknowns)
    return Question(
        topic=pick.maybe(pool.declared("topic")), component=pick.maybe(pool.of(components, unknowns=unknowns))
    )


@st.composite
def incidents(
    draw: DrawFn, rulebook: Rulebook | None = None, *, unknowns: Unknowns = True, submitted_at: datetime | None = None
) -> Incident:
    """Incidents of every severity, with their pauses, answered or not; submitted at any moment, or at a given one."""
    pool, pick = pool_of(rulebook), Draw(draw, unknowns)
    since = submitted_at or pick.moment()
    return Incident(
        id=pick.one_of(IDENTIFIERS),
        severity=pick.maybe(pool.declared("severity")),
        submitted_at=since if pick.known() else None,
        component=pick.maybe(pool.of(components, unknowns=unknowns)),
        pauses=_pauses(pick, since),
        responded_at=since + pick.one_of(GAPS) if pick.one_of((False, False, True)) else None,
    )


def _pauses(pick: Draw, since: datetime) -> tuple[Pause, ...]:
    """Up to two pauses from a moment on, one after another; the last goes on now and then."""
    pauses = []
    for _ in range(pick.one_of((0, 0, 0, 1, 2))):
        start = since + pick.one_of(GAPS)
        since = start + pick.one_of(GAPS)
        pauses.append(Pause(start=start, end=since))
    if pauses and pick.one_of((0, 1)) == 1:
        pauses[-1] = attrs.evolve(pauses[-1], end=None)
    return tuple(pauses)
