"""The commands ``book``, ``cancel`` and ``history``: weekends booked in a ledger."""

from datetime import UTC, datetime
from pathlib import Path

import click

from xtreme_rules.api import Rulebook
from xtreme_rules.cli.options import OUTCOME_STATUS, kept, lang_option, moment, read_facts, with_rulebook
from xtreme_rules.cli.output import as_json, show
from xtreme_rules.ledger.entries import Record
from xtreme_rules.ledger.errors import ReplayError
from xtreme_rules.ledger.ledger import Ledger

_ledger = click.option(
    "--ledger",
    "where",
    type=kept,
    required=True,
    metavar="FILE|URL",
    help="The ledger: a file (SQLite), or the URL of a database.",
)
_at = click.option("--at", type=moment, metavar="MOMENT", help="The moment, for the record; default: now.")
_form = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The form."
)

#: What is said of a weekend that was booked just now, and of one that was before.
_BOOKED = {"nl": ("geboekt", "eerder geboekt"), "en": ("booked", "booked before")}


@click.command()
@click.argument("facts_file", metavar="FACTS-FILE")
@_ledger
@_at
@with_rulebook
@lang_option
@_form
def book(rulebook: Rulebook, facts_file: str, where: str, at: datetime | None, lang: str, form: str) -> int:
    """Decide a request for a weekend, and book it if it is granted.

    FACTS-FILE is YAML or JSON with the `contract` and the `weekend` request; bookings come from the ledger. Asking
    again with the same request gives the same answer, and books nothing more.

    Exit status: 0 booked, 1 denied, 3 needs information, 2 wrong use.
    """
    given = read_facts(facts_file, rulebook)
    lacking = [name for name in ("contract", "weekend") if given.get(name) is None]
    if lacking:
        raise click.UsageError(f"{facts_file}: holds no {' and no '.join(f'`{name}`' for name in lacking)}")
    contract, request, now = given.pop("contract"), given.pop("weekend"), datetime.now(UTC)
    if given.pop("bookings", None):
        raise click.UsageError(f"{facts_file}: holds `bookings`; those of the ledger count, so leave them out")
    of_facts = given.pop("at", None)
    with Ledger(where, rulebook=rulebook) as ledger:
        entry = ledger.book(contract, request, at=at or of_facts or now, **given)
    if form == "json":
        booking = None if entry.booking is None else entry.booking.id
        answer = {"booking": booking, "record": entry.number, "repeated": entry.repeated}
        show(as_json({**answer, "decision": entry.decision.to_dict()}), form)
    else:
        show(entry.decision.explain(lang))
        if entry.booking is not None:
            show(f"\n{entry.booking.id}: {_BOOKED[lang][entry.repeated]}, {entry.booking.saturday}")
    return OUTCOME_STATUS[entry.decision.outcome]


@click.command()
@click.argument("booking_id", metavar="BOOKING-ID")
@_ledger
@_at
@with_rulebook
def cancel(rulebook: Rulebook, booking_id: str, where: str, at: datetime | None) -> int:
    """Cancel a booking; before its weekend begins, that gives the weekend of the year back.

    Exit status: 0 cancelled, now or before; 2 wrong use.
    """
    _must_exist(where)
    with Ledger(where, rulebook=rulebook) as ledger:
        done = ledger.cancel(booking_id, at=at or datetime.now(UTC))
    before = " before" if done.repeated else ""
    effect = "the weekend of the year is given back" if done.in_time else "its weekend had begun and stays used"
    show(f"{booking_id}: cancelled{before}, {done.booking.saturday}; {effect}")
    return 0


@click.command()
@_ledger
@click.option("--contract", "contract_id", metavar="ID", help="Only what concerns one contract.")
@click.option("--replay", is_flag=True, help="Decide every decision again, and say whether the answer is the same.")
@with_rulebook
@_form
def history(rulebook: Rulebook, where: str, contract_id: str | None, replay: bool, form: str) -> int:
    """Print every decision and cancellation of a ledger, in the order in which they were made.

    Exit status: 0, or with --replay 1 if an answer is another one now; 2 wrong use.
    """
    _must_exist(where)
    failed = 0
    with Ledger(where, rulebook=rulebook) as ledger:
        records = list(ledger.history(contract_id))
        if form == "json":
            show(as_json([record.to_dict() for record in records]), form)
        for record in records:
            decided = record.outcome is not None
            problem = _replayed(ledger, record) if replay and decided else ""
            failed += bool(problem)
            if form == "text":
                show(f"{_line(record)}{f'  {problem}' if problem else '  same answer' if replay and decided else ''}")
            elif problem:
                click.echo(problem, err=True)
    return 1 if failed else 0


def _must_exist(where: str) -> None:
    """Refuse the path of no file: a ledger would be made there, and nothing found in it."""
    if "://" not in where and not Path(where).exists():
        raise click.UsageError(f"--ledger: there is no file `{where}`")


def _line(record: Record) -> str:
    what = "cancelled" if record.outcome is None else record.outcome.value
    why = ", ".join(record.unmet or record.unknown)
    parts = [f"{record.number:>6}", f"{record.at:%Y-%m-%d %H:%M:%S}Z", record.contract_id, record.request_id, what]
    return "  ".join([*parts, *([record.booking_id] if record.booking_id else []), *([f"({why})"] if why else [])])


def _replayed(ledger: Ledger, record: Record) -> str:
    """What is wrong with a decision given again; nothing if it is the same."""
    try:
        ledger.replay(record.number)
    except ReplayError as error:
        return str(error)
    return ""
