"""What became of each row of a table that has a row for each thing: a fact, or a bad row."""

from collections.abc import Callable, Iterable, Set
from typing import Any, Generic, TypeVar

from xtreme_rules.errors import FactError, Problem
from xtreme_rules.intake.columns import Sheet
from xtreme_rules.intake.rows import BadRow, Progress, Row, Table

T = TypeVar("T")


class Sieve(Generic[T]):
    """Reads the rows of a table, once; ``made`` holds the things by id, ``bad`` the bad rows by line.

    A thing that stands twice is bad on every row, unless ``twice_is_once`` and all of its rows say the same.
    """

    def __init__(self, table: Table, sheet: Sheet, twice_is_once: bool = False) -> None:
        self.table = table
        self.sheet = sheet
        self.twice_is_once = twice_is_once
        self.made: dict[str, T] = {}
        self.bad: dict[int, BadRow] = {}

    def read(self, make: Callable[[dict[str, Any]], T], progress: Progress | None = None) -> None:
        """Make a thing of the values of each row; ``make`` raises FactError where it cannot."""
        first: dict[str, int] = {}
        others: dict[str, list[int]] = {}
        clashing: dict[str, None] = {}
        for row in self.table.rows(progress):
            key, made = self._read(row, make)
            if key is None:
                continue
            if key not in first:
                first[key] = row.line
                if made is not None:
                    self.made[key] = made
            else:
                others.setdefault(key, []).append(row.line)
                if not self.twice_is_once or made is None or made != self.made.get(key):
                    clashing[key] = None
        self._refuse({key: [first[key], *others[key]] for key in clashing})

    def _read(self, row: Row, make: Callable[[dict[str, Any]], T]) -> tuple[str | None, T | None]:
        values, problems = self.sheet.read(row)
        key, made = values.get(self.sheet.key), None
        if not problems:
            try:
                made = make(values)
            except FactError as error:
                problems = self.sheet.by_column(error.problems)
        if problems:
            self.bad[row.line] = self.sheet.bad(row, key, problems)
        return key, made

    def _refuse(self, clashing: dict[str, list[int]]) -> None:
        """Make bad rows of things that stand twice."""
        column = self.sheet.columns.get(self.sheet.key, "")
        found: dict[int, tuple[str, Problem]] = {}
        for key, lines in clashing.items():
            self.made.pop(key, None)
            for line in lines:
                other = lines[1] if line == lines[0] else lines[0]
                found[line] = key, Problem(column, f"`{key}` stands on line {other} too", "keep one row for each")
        for row in rows_at(self.table, found.keys()):
            key, problem = found[row.line]
            before = self.bad[row.line].problems if row.line in self.bad else ()
            self.bad[row.line] = self.sheet.bad(row, key, (*before, problem))


def rows_at(table: Table, lines: Set[int]) -> Iterable[Row]:
    """The rows on some lines, for which the table is read once more, so that rows need not be kept."""
    return (row for row in table.rows() if row.line in lines) if lines else ()
