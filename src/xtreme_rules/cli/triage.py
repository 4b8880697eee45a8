"""The command ``triage``: tables of incidents, contracts and bookings in, the queue out."""

from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from xtreme_rules.api import Rulebook
from xtreme_rules.cli.queue import Triaged
from xtreme_rules.errors import FactError
from xtreme_rules.intake.contracts import Bookings, read_bookings, read_contracts
from xtreme_rules.intake.incidents import read_incidents
from xtreme_rules.intake.mapping import read_mapping
from xtreme_rules.intake.rows import BadRow
from xtreme_rules.intake.rows import Progress as Told
from xtreme_rules.rulebook.diagnostics import shown
from xtreme_rules.triage.ticket import Ticket


def triage_files(
    rulebook: Rulebook, incidents: Path, contracts: Path, bookings: Path | None, mapping: Path | None, at: datetime
) -> Triaged:
    """Read tables and triage every incident in them that is open at a moment.

    Raises:
        FactError: a table cannot be read at all.
        RulebookError: the mapping file has mistakes, or does not fit the table.
    """
    schema = rulebook.rules.schema
    bars, meaning = _Bars(), None if mapping is None else read_mapping(mapping, schema)
    with bars.progress:
        held = read_contracts(contracts, schema, bars.step(contracts.name))
        booked = Bookings({}) if bookings is None else read_bookings(bookings, held, bars.step(bookings.name))
        intake = read_incidents(incidents, held, schema, at, meaning, bars.step(incidents.name))
        tickets: list[Ticket] = []
        failed: list[BadRow] = []
        told = bars.step("triage")
        for number, (contract, incident) in enumerate(intake.pairs, 1):
            try:
                known = booked.by_contract.get(contract.id, ())
                tickets.append(rulebook.triage(contract, incident, bookings=known, at=at))
            except FactError as error:
                failed.append(BadRow(shown(incidents), None, incident.id, error.problems, {}))
            if number % 1_000 == 0:
                told(number, len(intake.pairs))
    bad = (*held.bad, *booked.bad, *intake.bad, *failed)
    return Triaged(rulebook.queue(tickets), bad, intake.closed, intake.not_yet)


class _Bars:
    """Progress bars on standard error, if it is a terminal: one for each step that is not soon over."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        self.progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)

    def step(self, name: str) -> Told:
        """What tells how much of a step is done, and of how much."""
        tasks: list[TaskID] = []

        def told(done: int, total: int) -> None:
            if not tasks and done == total:
                return
            if not tasks:
                tasks.append(self.progress.add_task(name, total=total))
            self.progress.update(tasks[0], completed=done, total=total)

        return told
