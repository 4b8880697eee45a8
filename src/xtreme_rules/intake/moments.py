"""Moments as tables write them: ISO 8601 or a form of their own, with a time zone or on the table's wall clock.

Where the clock is set back and an hour comes twice, a moment that names no zone is the first; one in an hour that the
clock skips does not exist, and is a mistake.
"""

import re
from datetime import UTC, datetime

from xtreme_rules.errors import Problem, clipped
from xtreme_rules.facts.types import FIRST_DAY, LAST_DAY
from xtreme_rules.intake.dialect import CellError, Dialect

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")


def read_moment(text: str, dialect: Dialect) -> datetime:
    """A moment in UTC.

    Raises:
        CellError: the text is none, or none that exists, or no zone is known for it.
    """
    form = dialect.moments
    try:
        if form is not None:
            return placed(datetime.strptime(text, form), dialect, text)
        if _ISO.match(text):
            return placed(datetime.fromisoformat(text), dialect, text)
    except ValueError:
        pass
    expected = "a moment such as 2026-12-01T09:30:00+01:00" if form is None else f"a moment in the form `{form}`"
    help_ = "`moments` of the mapping file gives their form" if dialect.mapped else ""
    raise CellError(Problem("", f"expected {expected}, got `{clipped(text, 60)}`", help_))


def placed(moment: datetime, dialect: Dialect, text: str) -> datetime:
    """A moment in UTC, read on the wall clock of the table where it names no zone.

    Raises:
        CellError: it names no zone and the table has none, or the clock skips it, or no fact may hold it.
    """
    if not FIRST_DAY < moment.date() < LAST_DAY:
        help_ = f"use a day between {FIRST_DAY} and {LAST_DAY}"
        raise CellError(Problem("", f"{moment.date()} is out of range", help_))
    if moment.utcoffset() is not None:
        return moment.astimezone(UTC)
    zone = dialect.zone
    if zone is None:
        help_ = "end it with `Z` or an offset such as `+01:00`"
        if dialect.mapped:
            help_ += ", or name the zone under `timezone` of the mapping file"
        raise CellError(Problem("", f"`{clipped(text, 60)}` has no time zone", help_))
    wall = moment.replace(tzinfo=None, fold=0)
    there = wall.replace(tzinfo=zone).astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None, fold=0) != wall:
        raise CellError(Problem("", f"`{clipped(text, 60)}` does not exist: the clock of {zone.key} skips that hour"))
    return there
