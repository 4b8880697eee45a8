"""The commands: each reads, asks the library, and prints."""

import importlib.util
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import xtreme_rules
from xtreme_rules.api import Rulebook, load
from xtreme_rules.cases import check as run_cases
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.errors import XtremeRulesError, unknown_name
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError, shown
from xtreme_rules.rulebook.nodes import MAX_BYTES
from xtreme_rules.rulebook.plain import facts_from_yaml
from xtreme_rules.rulebook.versions import BUNDLED, versions

if TYPE_CHECKING:
    from xtreme_rules.cli.queue import Triaged

#: The status of a program whose reader has gone: 128 and the number of SIGPIPE.
_ENOUGH = 141
#: Marks and quotes for a terminal that cannot show the real ones.
_ASCII = str.maketrans({"✓": "+", "✗": "x", "•": "-", "“": '"', "”": '"', "…": "..."})
_STATUS = {Outcome.GRANTED: 0, Outcome.DENIED: 1, Outcome.NEEDS_INFORMATION: 3}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"`{text}` is not a day; write it like 2026-12-12") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"`{text}` is not a moment; write it like 2026-12-12T09:30:00+01:00") from None
    if moment.utcoffset() is None:
        raise click.BadParameter(f"`{text}` has no time zone; end it with `Z` or an offset such as `+01:00`")
    return moment


_overlay = click.option(
    "--overlay", multiple=True, metavar="FILE", help="A file of changed values to lay over it; may be repeated."
)
_fact_classes = click.option("--fact-classes", metavar="FILE.py", help="A Python file to run, whose FACTS adds facts.")


def _with_rulebook(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that choose a rulebook, and the rulebook that was chosen."""

    @click.option("--rulebook", default=BUNDLED, show_default=True, metavar="NAME|DIR", help="The rulebook to use.")
    @click.option("--on", type=_day, metavar="DAY", help="The day on which it must hold; default: the latest version.")
    @_overlay
    @_fact_classes
    @wraps(command)
    def with_rulebook(
        rulebook: str, on: date | None, overlay: tuple[str, ...], fact_classes: str | None, **rest: Any
    ) -> int:
        return command(load(rulebook, on=on, overlay=overlay, facts=_read_fact_classes(fact_classes)), **rest)

    return with_rulebook


_FILE = click.Path(path_type=Path)
_FORMS = click.Choice(["text", "json", "html", "markdown"])
_format = click.option("--format", "form", type=_FORMS, default="text", show_default=True, help="The form.")
_lang = click.option("--lang", type=click.Choice(["nl", "en"]), default="en", show_default=True, help="The language.")


def run() -> None:
    """Run the command that was given, and leave with its status."""
    try:
        # Not by calling `cli`, which takes a reader that has gone for a command that failed.
        with cli.make_context("xtreme-rules", sys.argv[1:]) as context:
            status = cli.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as left:
        raise SystemExit(left.exit_code) from None
    except BrokenPipeError:  # whoever read the output has enough of it
        sys.stdout = None
        raise SystemExit(_ENOUGH) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(2) from None
    except (click.Abort, KeyboardInterrupt):
        raise SystemExit(2) from None
    except XtremeRulesError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    except OSError as error:
        click.echo(f"{error.filename or 'standard output'}: {error.strerror}", err=True)
        raise SystemExit(2) from None
    except Exception:  # a mistake of the library: its status must not read as an answer
        traceback.print_exc()
        raise SystemExit(2) from None
    raise SystemExit(status if isinstance(status, int) else 0)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(xtreme_rules.__version__, prog_name="xtreme-rules")
def cli() -> None:
    """Ask what a support contract covers: granted, denied or needs information, and why."""


@cli.command()
@_with_rulebook
@_lang
@_format
def matrix(rulebook: Rulebook, lang: str, form: str) -> int:
    """Print the overview: every option, and the packages that have it."""
    overview = rulebook.matrix()
    _print(_json(overview.to_dict()) if form == "json" else overview.show(lang, form), form)
    return 0


@cli.command()
@click.argument("option")
@click.option("--facts", required=True, metavar="FILE", help="Facts as YAML or JSON; `-` reads standard input.")
@click.option(
    "--at", type=_moment, metavar="MOMENT", help="The moment asked for; default: `at` of the facts, else now."
)
@_with_rulebook
@_lang
@_format
def decide(rulebook: Rulebook, option: str, facts: str, at: datetime | None, lang: str, form: str) -> int:
    """Decide OPTION over facts, and explain the answer.

    Exit status: 0 granted, 1 denied, 3 needs information, 2 wrong use.
    """
    given = _read_facts(facts, rulebook)
    given["at"] = at or given.get("at") or datetime.now(UTC)
    decision = rulebook.decide(option, **given)
    _print(_json(decision.to_dict()) if form == "json" else decision.explain(lang, form), form)
    return _STATUS[decision.outcome]


@cli.command()
@click.argument("incidents", type=_FILE)
@click.option("--contracts", type=_FILE, required=True, metavar="FILE", help="The table of their contracts.")
@click.option("--bookings", type=_FILE, metavar="FILE", help="A table of booked special-event weekends.")
@click.option(
    "--mapping", type=_FILE, metavar="FILE", help="What foreign columns, dates, states and severities mean (YAML)."
)
@click.option("--at", type=_moment, metavar="MOMENT", help="The moment asked for; default: now.")
@click.option("--first", type=click.IntRange(min=1), metavar="N", help="Show only the first N of the queue, as text.")
@click.option("--explain", multiple=True, metavar="ID", help="Explain one incident in full, as text; may be repeated.")
@_with_rulebook
@_lang
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
    from xtreme_rules.cli.queue import as_csv, as_json, as_text
    from xtreme_rules.cli.triage import triage_files

    if form != "text" and (explain or first is not None):
        raise click.UsageError(f"--{'explain' if explain else 'first'} is for text; leave out --format {form}")
    triaged = triage_files(rulebook, incidents, contracts, bookings, mapping, at or datetime.now(UTC))
    if explain:
        _explain(triaged, explain, lang)
    elif form == "text":
        _print(as_text(triaged, lang, first))
    else:
        _print((as_json if form == "json" else as_csv)(triaged), form)
    return 1 if triaged.bad else 0


def _explain(triaged: "Triaged", ids: tuple[str, ...], lang: str) -> None:
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
        _print(f"{chr(10) if number else ''}{text}\n{why}")
    for row in triaged.bad:
        click.echo(str(row), err=True)


@cli.command()
@click.argument("directory", required=False)
@_overlay
@_fact_classes
def check(directory: str | None, overlay: tuple[str, ...], fact_classes: str | None) -> int:
    """Validate the rulebook in DIRECTORY (default: the bundled one), every version of it, and run its cases.

    Prints every diagnostic; exit status 1 if there is any. With an overlay the cases, which speak of the rulebook
    without it, are not run.
    """
    classes = _read_fact_classes(fact_classes)
    found: list[Diagnostic] = []
    for version in versions(BUNDLED if directory is None else directory):
        count = 0
        try:
            rulebook = load(version.folder, overlay=overlay, facts=classes)
            count, problems = (0, []) if overlay else run_cases(rulebook)
        except RulebookError as error:
            problems = list(error.diagnostics)
        found += problems
        verdict = f"{len(problems)} problem{'s'[: len(problems) != 1]}" if problems else "no problems"
        for problem in problems:
            _print(str(problem))
        _print(f"{shown(version.folder)}: {count} cases, {verdict}")
    return 1 if found else 0


def _print(text: str, form: str = "text") -> None:
    """Print text as the terminal can show it; the other forms are files for machines, always in UTF-8."""
    if sys.stdout is None:
        raise click.UsageError("there is no standard output")
    encoding = sys.stdout.encoding or "utf-8"
    if form != "text":
        encoding = "utf-8"
    else:
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            text = text.translate(_ASCII)
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{text}\n".encode(encoding, errors="replace"))


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


def _read_facts(file: str, rulebook: Rulebook) -> dict[str, Any]:
    if file == "-" and sys.stdin is None:
        raise click.UsageError("--facts -: there is no standard input")
    with sys.stdin.buffer if file == "-" else Path(file).open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    return facts_from_yaml(data, "standard input" if file == "-" else file, rulebook.rules.schema)


def _read_fact_classes(file: str | None) -> Mapping[str, object] | None:
    """The ``FACTS`` of a Python file that the user named."""
    if file is None:
        return None
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    if spec is None or spec.loader is None or not Path(file).is_file():
        raise click.UsageError(f"--fact-classes: `{file}` is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise click.UsageError(f"--fact-classes: `{file}` fails: {type(error).__name__}: {error}") from error
    facts = getattr(module, "FACTS", None)
    if not isinstance(facts, Mapping):
        raise click.UsageError(f"--fact-classes: `{file}` has no FACTS; define FACTS = {{'name': FactClass}}")
    return facts
