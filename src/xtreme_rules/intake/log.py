"""Logs: tables with a row for each change of state of an incident, in any order.

A row says what its cells say of the incident, from the moment ``since`` on; if that lies before the submission, by
clocks that differ, it counts from the submission on. Rows later than the moment asked for are not seen. The latest row
that is seen says what is known of the incident; rows of the same moment count in the order of the file. An incident is
bad if a row of it that is seen cannot be read, and not there yet if no row is seen.
"""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

import attrs

from xtreme_rules.errors import FactError, Problem, clipped
from xtreme_rules.facts.types import MOMENT, TEXT
from xtreme_rules.intake.cells import Cell, cell_reader, required
from xtreme_rules.intake.columns import CLOSED, ID, PAUSES, RESPONDED, SUBMITTED, Sheet
from xtreme_rules.intake.dialect import CellError, Dialect
from xtreme_rules.intake.pairs import Left, Pair, Pairing
from xtreme_rules.intake.rows import BadRow, Progress, Table
from xtreme_rules.intake.sieve import rows_at
from xtreme_rules.intake.states import State, pauses, responded_at
from xtreme_rules.intake.suggest import suggester

SINCE, STATE = "log.since", "log.state"


def log_cells(states: Mapping[str, State], dialect: Dialect) -> dict[str, Cell]:
    """Reads the cells that a log has beside those of a table of incidents."""
    text = required(cell_reader(TEXT, dialect))
    suggest = suggester(states)

    def state(value: Any) -> State:
        name = text(value)
        if name not in states:
            help_ = suggest(name) or "list it under `log` of the mapping file"
            raise CellError(Problem("", f"unknown state `{clipped(name, 60)}`", help_))
        return states[name]

    return {SINCE: required(cell_reader(MOMENT, dialect)), STATE: state}


@attrs.define
class _History:
    """The changes of state of an incident, and the values of the latest row with its line."""

    changes: list[tuple[datetime, State]] = attrs.Factory(list)
    latest: tuple[datetime, int, Mapping[str, Any]] | None = None

    def add(self, line: int, values: Mapping[str, Any]) -> None:
        since = values[SINCE]
        self.changes.append((since, values[STATE]))
        if self.latest is None or since >= self.latest[0]:
            self.latest = since, line, values

    def values(self) -> dict[str, Any]:
        """What is known, with what the states tell."""
        known = dict(self.latest[2]) if self.latest is not None else {}
        submitted = known.get(SUBMITTED)
        history = sorted(self.changes, key=itemgetter(0))
        if submitted is not None:
            history = [(max(since, submitted), state) for since, state in history]
        known |= {PAUSES: tuple(pauses(history)), RESPONDED: responded_at(history)}
        if history and history[-1][1].closed:
            known[CLOSED] = history[-1][0]
        return known


def read_log(
    table: Table, sheet: Sheet, at: datetime, pair: Pairing, progress: Progress | None = None
) -> tuple[dict[str, Pair | Left], dict[int, BadRow]]:
    """What became of each incident, by id, and the bad rows by line."""
    histories: dict[str, _History] = {}
    bad: dict[int, BadRow] = {}
    for row in table.rows(progress):
        values, problems = sheet.read(row)
        id_, since = values.get(ID), values.get(SINCE)
        if since is not None and since > at and id_ is not None:
            histories.setdefault(id_, _History())
        elif problems:
            bad[row.line] = sheet.bad(row, id_, problems)
        else:
            histories.setdefault(values[ID], _History()).add(row.line, values)
    spoilt = {row.id for row in bad.values()}
    made: dict[str, Pair | Left] = {}
    wrong: dict[int, tuple[str, tuple[Problem, ...]]] = {}
    for id_, history in histories.items():
        if id_ in spoilt:
            continue
        if history.latest is None:
            made[id_] = Left.NOT_YET
            continue
        try:
            made[id_] = pair(history.values())
        except FactError as error:
            wrong[history.latest[1]] = id_, error.problems
    for row in rows_at(table, wrong.keys()):
        id_, found = wrong[row.line]
        bad[row.line] = sheet.bad(row, id_, sheet.by_column(found))
    return made, bad
