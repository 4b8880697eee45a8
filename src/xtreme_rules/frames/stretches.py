"""Stretches of days as moments, for whole tables: from one day on which something turns to the next."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xtreme_rules.coverage.clocks import Integers, Spans
from xtreme_rules.coverage.layout import turns
from xtreme_rules.engines.frame.days import EPOCH
from xtreme_rules.engines.frame.places import DAY
from xtreme_rules.engines.frame.zones import microseconds
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY
from xtreme_rules.frames.arrays import plain
from xtreme_rules.frames.turning import Days

#: The first moment that a fact can have; and one that none reaches, so that it does not matter what turns after it.
FIRST = microseconds(datetime.combine(FIRST_DAY + timedelta(days=1), time(), UTC))
_LAST = microseconds(datetime.combine(LAST_DAY, time(), UTC))
#: When the last stretch ends.
_END = _LAST + 2 * DAY
#: A zone and a day in one number: more than there are days.
_ZONE = 2**32


@attrs.frozen(eq=False)
class Names:
    """A column of names: those that occur, and the place of each row's among them, -1 where it has none."""

    occurring: Sequence[str]
    places: Integers

    @classmethod
    def of(cls, column: Any) -> "Names":
        """The names of an Arrow column."""
        texts = plain(column)
        occurring = pc.unique(texts).drop_null()
        places = pc.fill_null(pc.index_in(texts, value_set=occurring), -1)
        return cls(occurring.to_pylist(), places.cast(pa.int64()).to_numpy())

    def at(self, place: int) -> str | None:
        """The name at a place."""
        return None if place < 0 else self.occurring[place]


def stretches(zones: Names, first: Integers, days: Sequence[Days]) -> Spans:
    """Of each row the stretches from a first moment on, cut where the wall clock of its zone comes to a day.

    The days are those of columns of days; while a zone is not known, it is as good as any.
    """
    row, day = (
        (np.concatenate([np.empty(0, np.int64), *part]) for part in zip(*days, strict=True)) if days else _NOTHING
    )
    # At its midnight in UTC, each zone is less than two days from its own.
    matters = (day * DAY > first[row] - 2 * DAY) & (day * DAY < _LAST + 2 * DAY)
    row, day = row[matters], day[matters]
    pairs, pair = np.unique((zones.places[row] + 1) * _ZONE + day + _ZONE // 2, return_inverse=True)
    moments = [
        _turns(zones.at(int(number) // _ZONE - 1) or "UTC", int(number) % _ZONE - _ZONE // 2) for number in pairs
    ]
    count = np.array([len(found) for found in moments], np.int64)
    begins = np.cumsum(count) - count
    owner, within = np.repeat(row, count[pair]), _counted(count[pair])
    moment = np.array([each for found in moments for each in found], np.int64)[
        np.repeat(begins[pair], count[pair]) + within
    ]
    later = (moment > first[owner]) & (moment < _LAST)
    owner = np.concatenate([np.arange(len(first)), owner[later]])
    start = np.concatenate([first, moment[later]])
    order = np.lexsort((start, owner))
    owner, start = owner[order], start[order]
    anew = np.ones(len(owner), np.bool_)
    anew[1:] = (owner[1:] != owner[:-1]) | (start[1:] != start[:-1])
    owner, start = owner[anew], start[anew]
    end = np.full(len(owner), _END)
    end[:-1] = np.where(owner[1:] == owner[:-1], start[1:], _END)
    return Spans(owner, start, end)


_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64))


def _counted(count: Integers) -> Integers:
    """0, 1, ... up to each count, one after another."""
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)


def _turns(zone: str, day: int) -> list[int]:
    return [microseconds(moment) for moment in turns(ZoneInfo(zone), EPOCH + timedelta(days=day))]
