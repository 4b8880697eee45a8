"""From the states that an incident was in to the facts: when it waited for the customer, when support responded."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise

import attrs

from xtreme_rules.facts.standard import Pause


@attrs.frozen
class State:
    """What a state of a ticketing system means.

    Attributes:
        paused: whether the incident waits for the customer.
        responded: whether support has responded once it is reached.
        closed: whether the incident is no longer in the queue; it counts as a response too.
    """

    paused: bool = False
    responded: bool = False
    closed: bool = False


#: A state, and from when on it held.
Entry = tuple[datetime, State]


def pauses(history: Sequence[Entry]) -> Iterator[Pause]:
    """The times in paused states, given in order of time; states in which no time passes count for nothing."""
    held = [entry for entry, (after, _) in pairwise(history) if entry[0] < after] + list(history[-1:])
    runs = [(paused, next(run)[0]) for paused, run in groupby(held, key=lambda entry: entry[1].paused)]
    for (paused, start), end in zip(runs, [*(start for _, start in runs[1:]), None], strict=True):
        if paused:
            yield Pause(start=start, end=end)


def responded_at(history: Sequence[Entry]) -> datetime | None:
    """When the first state was reached that is a response, given in order of time; ``None`` if there was none."""
    return next((since for since, state in history if state.responded or state.closed), None)
