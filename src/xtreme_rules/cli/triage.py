"""The command ``triage``: tables of incidents, contracts and bookings in, the queue out."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from xtreme_rules.api import Rulebook
from xtreme_rules.cli.options import FILE, lang_option, moment, with_rulebook
from xtreme_rules.cli.output import show
from xtreme_rules.cli.queue import Triaged, as_csv, as_json, as_text
from xtreme_rules.errors import FactError, unknown_name
from xtreme_rules.intake.contracts import Bookings, read_bookings, read_contracts
from xtreme_rules.intake.incidents import read_incidents
from xtreme_rules.intake.mapping import read_mapping
from xtreme_rules.intake.rows import BadRow
from xtreme_rules.intake.rows import Progress as Told
from xtreme_rules.rulebook.diagnostics import shown
from xtreme_rules.triage.ticket import Ticket


@click.command()
@click.argument("incidents", type=FILE)
@click.option("--contracts", type=FILE, required=True, metavar="FILE", help="The table of their contracts.")
@click.option("--bookings", type=FILE, metavar="FILE", help="A table of booked special-event weekends.")
@click.option(
    "--mapping", type=FILE, metavar="FILE", help="What foreign columns, dates, states and severities mean (YAML)."
)
@click.option("--at", type=moment, metavar="MOMENT", help="The moment asked for; default: now.")
@click.option("--first", type=click.IntRange(min=1), metavar="N", help="Show only the first N of the queue, as text.")
@click.option("--explain", multiple=True, metavar="ID", help="Explain one incident in full, as text; may be repeated.")
@with_rulebook
@lang_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="The form."
)
def triage(
    rulebook: Rulebook,
    incidents: Path,
    contracts: Path,
    bookings: Path | None,
    mapping: Path | None,
    at: datetime | None,
    first: int | None,
    explain: tuple[str, ...],
    lang: str,
    form: str,
) -> int:
    """Order the open incidents of a table: which comes first, by when to respond, who covers it.

    INCIDENTS, and the tables of contracts and bookings, are CSV (.csv, .tsv), JSON lines (.jsonl, .ndjson) or Parquet
    (.parquet). Columns go by the names of facts, such as `id`, `severity` and `contract`, or by a mapping file.

    Exit status: 0 all rows were read, 1 some could not be (they are printed with the reason), 2 wrong use.
    """
    if form != "text" and (explain or first is not None):
        raise click.UsageError(f"--{'explain' if explain else 'first'} is for text; leave out --format {form}")
    triaged = triage_files(rulebook, incidents, contracts, bookings, mapping, at or datetime.now(UTC))
    if explain:
        _explain(triaged, explain, lang)
    elif form == "text":
        show(as_text(triaged, lang, first))
    else:
        show((as_json if form == "json" else as_csv)(triaged), form)
    return 1 if triaged.bad else 0


def _explain(triaged: Triaged, ids: tuple[str, ...], lang: str) -> None:
    """Explain tickets of a queue, each with what comes right before it, and why; bad rows go to standard error."""
    queue = triaged.queue
    places = {ticket.incident.id: number for number, ticket in enumerate(queue)}
    bad = {row.id: row for row in triaged.bad}
    for name in ids:
        if name not in places and name in bad:
            raise click.UsageError(f"the incident `{name}` is a bad row: {bad[name]}")
        if name not in places:
            raise unknown_name("incident in the queue", name, places)
    for number, place in enumerate(map(places.__getitem__, ids)):
        text = queue[place].explain(lang)
        why = f"#{place + 1}" if place == 0 else f"#{place + 1}: {queue.why(queue[place - 1], queue[place], lang)}"
        show(f"{chr(10) if number else ''}{text}\n{why}")
    for row in triaged.bad:
        click.echo(str(row), err=True)


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
