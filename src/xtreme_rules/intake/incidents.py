"""Tables of incidents become pairs of a contract and an incident, as of a moment, and nothing is lost."""

from datetime import datetime
from pathlib import Path

import attrs

from xtreme_rules.intake.cells import cell_reader, required
from xtreme_rules.intake.columns import CLOSED, CONTRACT, ID, PAUSES, RESPONDED, Sheet, found, incident_paths
from xtreme_rules.intake.contracts import Contracts
from xtreme_rules.intake.log import SINCE, STATE, log_cells, read_log
from xtreme_rules.intake.mapping import TableMapping
from xtreme_rules.intake.pairs import Left, Pair, pairing
from xtreme_rules.intake.rows import BadRow, Progress, Table
from xtreme_rules.intake.sieve import Sieve
from xtreme_rules.intake.tables import open_table
from xtreme_rules.language.schema import Schema


@attrs.frozen
class Intake:
    """What became of a table of incidents: each incident is a pair, or on bad rows, or one of those left out.

    Attributes:
        pairs: the incidents in the queue, each with its contract, in the order of the file.
        bad: the rows that became none, in the order of the file.
        closed: how many incidents were closed.
        not_yet: how many were not submitted yet, or, in a log, not in it yet.
    """

    pairs: tuple[Pair, ...]
    bad: tuple[BadRow, ...]
    closed: int
    not_yet: int


def read_incidents(
    path: str | Path,
    contracts: Contracts,
    schema: Schema,
    at: datetime,
    mapping: TableMapping | None = None,
    progress: Progress | None = None,
) -> Intake:
    """Read a table of incidents as of a moment: what is later has not happened yet.

    Args:
        path: a CSV file, JSON lines or a Parquet file, by the ending of its name.
        contracts: the contracts that the incidents name.
        schema: which severities there are.
        at: the moment, an aware datetime.
        mapping: what foreign columns and texts mean; without it columns go by the paths of facts, or plainly.
        progress: told now and then how much has been read, and of how much.

    Raises:
        TableError: the table cannot be read at all, or has no column for the id or the contract.
        MappingError: the mapping names columns that the table has not.
        FactError: the moment has no time zone.
    """
    at = schema.checked({"at": at})["at"]
    mapping = mapping or TableMapping()
    table = open_table(path)
    sheet = _sheet(table, mapping)
    pair = pairing(contracts, schema, at)
    if mapping.log is not None:
        made, bad = read_log(table, sheet, at, pair, progress)
    else:
        sieve: Sieve[Pair | Left] = Sieve(table, sheet)
        sieve.read(pair, progress)
        made, bad = sieve.made, sieve.bad
    left = [outcome for outcome in made.values() if isinstance(outcome, Left)]
    return Intake(
        pairs=tuple(outcome for outcome in made.values() if not isinstance(outcome, Left)),
        bad=tuple(bad[line] for line in sorted(bad)),
        closed=left.count(Left.CLOSED),
        not_yet=left.count(Left.NOT_YET),
    )


def _sheet(table: Table, mapping: TableMapping) -> Sheet:
    """The columns that are read, and how."""
    mapping.check_columns(table)
    paths = incident_paths()
    if mapping.log is not None:
        paths = {path: kind for path, kind in paths.items() if path not in (RESPONDED, PAUSES, CLOSED)}
    if mapping.columns is None:
        columns = found(table, "incident", paths, (ID, CONTRACT))
    else:
        columns = {path: node.value.strip() for path, node in mapping.columns.items()}
    dialect, values = mapping.dialect, mapping.values
    cells = {path: cell_reader(paths[path], dialect, values.get(path), path) for path in columns}
    if mapping.log is not None:
        columns |= {SINCE: mapping.log.since.value.strip(), STATE: mapping.log.state.value.strip()}
        cells |= log_cells(mapping.log.states, dialect)
    cells[ID] = required(cells[ID])
    return Sheet(table.name, columns, cells, ID)
