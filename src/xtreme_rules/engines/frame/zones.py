"""Time zones as a table to look up: how far the wall clock is from UTC, cut into spans of equal length.

Every library would know time zones by itself, each from a table of its own, some of them without the future: so that
all give the same answers, all look them up in what Python knows.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from xtreme_rules.coverage.layout import new_year, steady

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: The length of a span in microseconds, some 51 days, in which a clock seldom changes more than once.
SPAN = 2**42
#: Spans of one zone are told apart from those of the next by so much.
ZONE_STEP = 2**20


def microseconds(moment: datetime) -> int:
    """A moment as its distance from 1970."""
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=1_024)
def _changes(zone: str, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """The offsets of a zone, in microseconds, each with the moment from which it holds, over some years."""
    found = []
    place = ZoneInfo(zone)
    for start, _ in steady(place, new_year(first), new_year(last + 1)):
        offset = start.astimezone(place).utcoffset() or timedelta(0)
        found.append((microseconds(start), offset // _MICROSECOND))
    return tuple(found)


def offsets(zones: Sequence[str], years: range) -> dict[str, list[int]]:
    """For each span of each zone: its ``span``, the offset ``before`` any change, and each change and what follows it.

    The columns ``change0``, ``after0``, ``change1``, ... are as many as there are changes in one span; a span with
    fewer repeats its last, and one with none has its beginning, where nothing changes.
    """
    rows: list[tuple[int, int, list[tuple[int, int]]]] = []
    for index, zone in enumerate(zones):
        changes = _changes(zone, years.start, years.stop - 1)
        first, last = microseconds(new_year(years.start)) // SPAN, microseconds(new_year(years.stop)) // SPAN
        position, offset = 0, changes[0][1]
        for span in range(first, last + 1):
            inside = []
            while position < len(changes) and changes[position][0] < (span + 1) * SPAN:
                inside.append(changes[position])
                position += 1
            rows.append((index * ZONE_STEP + span, offset, inside or [(span * SPAN, offset)]))
            offset = inside[-1][1] if inside else offset
    most = max((len(inside) for _, _, inside in rows), default=1)
    table: dict[str, list[int]] = {"span": [span for span, _, _ in rows], "before": [offset for _, offset, _ in rows]}
    for number in range(most):
        filled = [inside[min(number, len(inside) - 1)] for _, _, inside in rows]
        table[f"change{number}"] = [change for change, _ in filled]
        table[f"after{number}"] = [after for _, after in filled]
    return table
