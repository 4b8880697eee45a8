"""The command ``weekends``: the weekends of a contract year that can be had, as a calendar."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from xtreme_rules.api import Rulebook
from xtreme_rules.cli.options import FILE, kept, lang_option, moment, read_facts, with_rulebook
from xtreme_rules.cli.output import as_json, show
from xtreme_rules.facts.standard import Booking, Contract
from xtreme_rules.intake.contracts import Contracts, read_bookings
from xtreme_rules.intake.tables import ENDINGS
from xtreme_rules.ledger.ledger import Ledger

_COLOURS = {"booked": "blue", "granted": "green", "needs_information": "yellow", "denied": "bright_black"}


@click.command()
@click.argument("contract_file", metavar="CONTRACT-FILE")
@click.option(
    "--bookings", type=FILE, metavar="FILE", help="Weekends booked so far: a table, or facts as YAML or JSON."
)
@click.option("--ledger", "where", type=kept, metavar="FILE|URL", help="A ledger whose bookings count.")
@click.option(
    "--submitted-at",
    type=moment,
    metavar="MOMENT",
    help="When the request is submitted; default: as the request says, else now.",
)
@click.option("--year", type=int, metavar="N", help="The contract year, from 0; default: the one of the submission.")
@with_rulebook
@lang_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="The form.",
)
def weekends(
    rulebook: Rulebook,
    contract_file: str,
    bookings: Path | None,
    where: str | None,
    submitted_at: datetime | None,
    year: int | None,
    lang: str,
    form: str,
) -> int:
    """Show every weekend of a contract year: which can be had, which is booked, and why the others are out.

    CONTRACT-FILE is YAML or JSON with a `contract`, and, if known, the `weekend` request (its products and so on).

    Exit status: 0 some weekend can be had, 1 none can, 2 wrong use.
    """
    given = read_facts(contract_file, rulebook)
    if given.get("contract") is None:
        raise click.UsageError(f"{contract_file}: holds no `contract`")
    contract, request = given.pop("contract"), given.pop("weekend", None)
    booked = [*(given.pop("bookings", None) or ()), *_read_bookings(bookings, contract, rulebook)]
    if where is not None:
        with Ledger(where, rulebook=rulebook) as ledger:
            booked += ledger.bookings(contract.id)
    known = submitted_at or (request.submitted_at if request is not None else None) or datetime.now(UTC)
    found = rulebook.weekends(contract, booked, submitted_at=known, year=year, request=request, **given)
    if form == "json":
        show(as_json(found.to_dict()), form)
    elif form == "text" and _in_colours():
        show(found.show(lang, paint=lambda status, text: click.style(text, fg=_COLOURS[status])))
    else:
        show(found.show(lang, form), form)
    return 0 if found.possible else 1


def _in_colours() -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class _Whichever(Contracts):
    """A table of bookings may hold those of any contract."""

    def finder(self) -> Callable[[str], Contract]:
        (contract,) = self.by_id.values()
        return lambda _: contract


def _read_bookings(path: Path | None, contract: Contract, rulebook: Rulebook) -> tuple[Booking, ...]:
    """Bookings from a table, or from a file of facts; those of other contracts are of no matter."""
    if path is None:
        return ()
    if path.suffix.lower() not in ENDINGS:
        booked: tuple[Booking, ...] = read_facts(str(path), rulebook).get("bookings") or ()
        return booked
    read = read_bookings(path, _Whichever({contract.id: contract}))
    if read.bad:  # then it is not known what is booked
        raise click.ClickException("\n".join(map(str, read.bad)))
    return read.by_contract.get(contract.id, ())
