"""Which column of a table holds which fact.

Facts go by their paths. Where no mapping names columns, a fact stands under its path, or plainly: in a table of
incidents ``incident.component.id`` is ``component.id`` or ``component`` too, in a table of contracts ``contract.start``
is ``start``. If there are several, the longest name counts.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import attrs

from xtreme_rules.errors import Problem, did_you_mean
from xtreme_rules.facts.standard import Component, Incident
from xtreme_rules.facts.types import MOMENT, TEXT, Type, fields_of
from xtreme_rules.intake.cells import Cell, read_cells
from xtreme_rules.intake.dialect import CellError
from xtreme_rules.intake.rows import BadRow, Row, Table, TableError

ID, SUBMITTED, RESPONDED, PAUSES = "incident.id", "incident.submitted_at", "incident.responded_at", "incident.pauses"
CONTRACT, COMPONENT, CLOSED = "contract.id", "incident.component", "closed_at"


def record_paths(record: type, prefix: str) -> dict[str, Type]:
    """The type of each field of a fact class by its path."""
    return {f"{prefix}.{name}": field.type for name, field in fields_of(record).items()}


def incident_paths() -> dict[str, Type]:
    """What a table of incidents can say: the incident, its component, its contract, and from when it is closed."""
    paths = {**record_paths(Incident, "incident"), **record_paths(Component, COMPONENT)}
    del paths[COMPONENT]
    return {**paths, CONTRACT: TEXT, CLOSED: MOMENT}


def names_of(path: str, subject: str) -> tuple[str, ...]:
    """The names under which a column is looked for that no mapping names, in a table of such facts."""
    plain = path.removeprefix(f"{subject}.")
    return tuple(dict.fromkeys((path, plain, plain.removesuffix(".id"))))


#: How much alike, from 0 to 1, a name must be to one that is not there to be taken for a slip.
_NEAR = 0.85


def found(table: Table, subject: str, paths: Iterable[str], required: Iterable[str]) -> dict[str, str]:
    """The columns of a table by the path of what they hold, for a table that no mapping speaks of.

    If no row says what columns there are, every row lacks the required ones.

    Other columns are left alone, unless their names are nearly those of one that would be read.

    Raises:
        TableError: a required one is missing, or one is misspelt.
    """
    there = set(table.columns)
    if not there:
        return {path: path for path in required}
    paths, required = tuple(paths), tuple(required)
    columns = {path: name for path in paths for name in reversed(names_of(path, subject)) if name in there}
    missing = [names_of(path, subject) for path in required if path not in columns]
    optional = [name for path in paths if path not in {*columns, *required} for name in names_of(path, subject)]
    misspelt = [
        Problem(table.name, f"unknown column `{column}`", f"did you mean `{near[0]}`?")
        for column in sorted(there - set(columns.values()))
        if (near := get_close_matches(column, optional, n=1, cutoff=_NEAR))
    ]
    if missing or misspelt:
        raise TableError(
            [
                *(Problem(table.name, f"has no column {_either(names)}", _nearest(names, there)) for names in missing),
                *misspelt,
            ]
        )
    return columns


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _nearest(names: tuple[str, ...], there: set[str]) -> str:
    suggestions = [did_you_mean(name, there) for name in names]
    return next((text for text in suggestions if text.startswith("did")), suggestions[0])


@attrs.frozen
class Sheet:
    """The columns of a table that are read: for each path its column and how its cells are read."""

    name: str
    columns: Mapping[str, str]
    cells: Mapping[str, Cell]
    key: str

    def read(self, row: Row) -> tuple[dict[str, Any], list[Problem]]:
        """The values of a row by path, those that can be read, and what is wrong with it.

        Of a row that is wrong as a whole, no more than the key is read.
        """
        cells, columns = row.cells, self.columns
        if row.wrong is not None:
            known, _ = read_cells((self.key, cells.get(columns[self.key]), read) for read in [self.cells[self.key]])
            return known, [row.wrong]
        try:
            values = {path: read(cells.get(columns[path])) for path, read in self.cells.items()}
            problems: list[Problem] = []
        except CellError:
            values, wrong = read_cells((path, cells.get(columns[path]), read) for path, read in self.cells.items())
            problems = self.by_column(wrong)
        return values, problems

    def by_column(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems that name columns instead of paths; what comes from no column keeps its path."""
        return [self._by_column(problem) for problem in problems]

    def _by_column(self, problem: Problem) -> Problem:
        for path, column in self.columns.items():
            if problem.path == path or problem.path.startswith((f"{path}.", f"{path}[")):
                return attrs.evolve(problem, path=column + problem.path.removeprefix(path))
        return problem

    def bad(self, row: Row, id: str | None, problems: Iterable[Problem]) -> BadRow:  # noqa: A002
        """A row of this table that became no fact."""
        return BadRow(self.name, row.line, id, problems, row.cells)
