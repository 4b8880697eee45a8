"""How a table writes what it says, and what is wrong with a cell that cannot be read so."""

from zoneinfo import ZoneInfo

import attrs

from xtreme_rules.errors import Problem


@attrs.frozen
class Dialect:
    """How a table writes what it says.

    Attributes:
        moments: the ``strptime`` form of its moments; without it they are ISO 8601.
        zone: the time zone of moments that name none.
        unknown: the texts that stand for *not known*.
        mapped: whether a mapping file can say more, and help can point to it.
    """

    moments: str | None = None
    zone: ZoneInfo | None = None
    unknown: frozenset[str] = frozenset({""})
    mapped: bool = False


class CellError(Exception):
    """A cell that cannot be read; the paths of its problems start at the cell."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(*problems)
