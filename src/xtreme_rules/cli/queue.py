"""A queue on a terminal, as JSON and as CSV; the rows that could not be read stand beside it."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import Any

import attrs
from rich.console import Console
from rich.table import Table
from rich.text import Text

from xtreme_rules.explain.identity import footer
from xtreme_rules.explain.phrases import phrase
from xtreme_rules.explain.wording import span_in_words, zone_of
from xtreme_rules.facts.json import plain_data
from xtreme_rules.intake.rows import BadRow
from xtreme_rules.triage.deadline import Standing
from xtreme_rules.triage.queue import Queue, shown_keys
from xtreme_rules.triage.ticket import Ticket

#: How wide a table is where there is no terminal to say so.
_WIDTH = 170
#: From which width on a table has all of its columns.
_WIDE = 110
_STYLES = {
    Standing.BREACHED: "bold red",
    Standing.AT_RISK: "yellow",
    Standing.SAFE: "green",
    Standing.PAUSED: "cyan",
    Standing.NEEDS_INFORMATION: "magenta",
    Standing.ANSWERED_LATE: "red",
    Standing.ANSWERED: "dim",
    Standing.NOT_COVERED: "dim",
    Standing.NEVER: "dim",
}
_COLUMNS = ("place", "incident", "contract", "standing", "due", "row", "within_seconds", "used_seconds", "covered_by")
_MORE = ("covered_from", "paused_since", "missing", "key", "file", "line", "problem", "cells")


@attrs.frozen
class Triaged:
    """What became of a table of incidents: the queue, the bad rows of every file, and how many were left out."""

    queue: Queue
    bad: Sequence[BadRow]
    closed: int
    not_yet: int


def as_text(triaged: Triaged, lang: str, first: int | None) -> str:
    """The queue as a table, in colours on a terminal that has them; then the bad rows, then what was left out."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    out = StringIO()
    console = Console(file=out, width=None if terminal else _WIDTH, force_terminal=terminal, highlight=False)
    queue, shown = triaged.queue, triaged.queue[:first]
    console.print(_table(queue, shown, lang, console.width))
    if len(shown) < len(queue):
        console.print(f"… {len(queue) - len(shown)} {phrase('more', lang)}", style="dim")
    console.print()
    counts = Counter(ticket.deadline.standing for ticket in queue)
    summary = Text(", ").join(
        Text(f"{counts[standing]} {phrase(standing.value, lang).lower()}", style)
        for standing, style in _STYLES.items()
        if counts[standing]
    )
    left = f"{triaged.closed} {phrase('closed', lang)}, {triaged.not_yet} {phrase('not-yet', lang)}"
    colon = ": " if queue else ""
    console.print(Text(f"{len(queue)} {phrase('in-queue', lang)}{colon}") + summary + Text(f"; {left}"))
    if queue:
        console.print(footer(queue.rules, lang), style="dim")
    if triaged.bad:
        console.print(f"\n{phrase('bad-rows', lang)} ({len(triaged.bad)})", style="bold red")
        for row in triaged.bad:
            console.print(Text(str(row)), soft_wrap=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _table(queue: Queue, shown: Sequence[Ticket], lang: str, width: int) -> Table:
    """Columns that there is no room for are left out, the last to be missed first."""
    table = Table(title=phrase("queue", lang), box=None, pad_edge=False, header_style="bold", title_justify="left")
    keys = tuple(key.title.in_language(lang).plain for key in shown_keys(queue.rules))
    before, after = ("incident", "contract"), ("standing", "respond-by", "remaining", "covered-by")
    headings = ("#", *(phrase(key, lang) for key in before), *keys, *(phrase(key, lang) for key in after))
    kept = [0, 1, *(range(2, len(headings)) if width >= _WIDE else (len(headings) - 4, len(headings) - 3))]
    for index in kept:
        table.add_column(headings[index], no_wrap=index <= 1, justify="right" if index == 0 else "left")
    for number, ticket in enumerate(shown, 1):
        cells = [str(number), *_cells(ticket, lang)]
        table.add_row(*(cells[index] for index in kept))
    return table


def as_json(triaged: Triaged) -> str:
    """Everything as one JSON object."""
    data = {
        **triaged.queue.to_dict(),
        "bad": [_bad_data(row) for row in triaged.bad],
        "closed": triaged.closed,
        "not_yet": triaged.not_yet,
    }
    return json.dumps(data, ensure_ascii=False, indent=2, default=str)


def as_csv(triaged: Triaged) -> str:
    """A row a ticket in the order of the queue, then one for each bad row, with its reason and its cells as JSON."""
    out = StringIO()
    writer = csv.DictWriter(out, (*_COLUMNS, *_MORE), lineterminator="\n")
    writer.writeheader()
    for number, ticket in enumerate(triaged.queue, 1):
        data = ticket.deadline.to_dict()
        known = {name: data[name] for name in (*_COLUMNS, *_MORE) if name in data}
        known |= {"place": number, "incident": ticket.incident.id, "contract": ticket.contract.id, "key": ticket.key}
        known |= {"covered_by": " ".join(ticket.covered_by), "covered_from": plain_data(ticket.covered_from)}
        writer.writerow(known | {"missing": " ".join(ticket.deadline.missing)})
    for row in triaged.bad:
        problems = " | ".join(map(str, row.problems))
        cells = json.dumps(dict(row.row), ensure_ascii=False, default=str)
        place = {"file": row.file, "line": row.line}
        writer.writerow({"incident": row.id, "standing": "bad_row", **place, "problem": problems, "cells": cells})
    return out.getvalue().removesuffix("\n")


def _cells(ticket: Ticket, lang: str) -> Iterator[str | Text]:
    deadline, zone, keys = ticket.deadline, zone_of(ticket.deadline.facts), shown_keys(ticket.rules)
    yield ticket.incident.id
    yield ticket.contract.id
    yield from (ticket.value(place, lang) for place in ticket.places if place.key in keys)
    yield Text(phrase(deadline.standing.value, lang).lower(), _STYLES[deadline.standing])
    yield "" if deadline.due is None else _short(deadline.due, zone)
    yield _left(ticket, lang)
    names, following = ticket.covered_by, ticket.covered_from
    if names:
        yield names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"
    else:
        yield Text("" if following is None else f"{phrase('from-when', lang)} {_short(following, zone)}", "dim")


def _left(ticket: Ticket, lang: str) -> str:
    """What is left of the response time, or by how much it is over, in the same working time."""
    deadline = ticket.deadline
    if deadline.within is None or deadline.used is None:
        return f"? {', '.join(deadline.missing)}" if deadline.missing else ""
    if deadline.standing in (Standing.ANSWERED, Standing.ANSWERED_LATE):
        return ""
    left = f"{span_in_words(deadline.within - deadline.used, lang)} / {span_in_words(deadline.within, lang)}"
    return left if deadline.paused_since is None else f"{left} ({phrase('stands-still', lang)})"


def _short(moment: datetime, zone: Any) -> str:
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


def _bad_data(row: BadRow) -> dict[str, Any]:
    problems = [{"path": item.path, "message": item.message, "help": item.help} for item in row.problems]
    return {"file": row.file, "line": row.line, "id": row.id, "problems": problems, "row": dict(row.row)}
