"""What commands have in common: the options that choose a rulebook, moments, facts from files."""

import importlib.util
import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from xtreme_rules.api import Rulebook, load
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.rulebook.nodes import MAX_BYTES
from xtreme_rules.rulebook.plain import facts_from_yaml
from xtreme_rules.rulebook.versions import BUNDLED

#: The exit status for each outcome.
OUTCOME_STATUS = {Outcome.GRANTED: 0, Outcome.DENIED: 1, Outcome.NEEDS_INFORMATION: 3}


def day(text: str) -> date:
    """A day, as an option is given it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"`{text}` is not a day; write it like 2026-12-12") from None


def moment(text: str) -> datetime:
    """A moment with its zone, as an option is given it."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"`{text}` is not a moment; write it like 2026-12-12T09:30:00+01:00") from None
    if given.utcoffset() is None:
        raise click.BadParameter(f"`{text}` has no time zone; end it with `Z` or an offset such as `+01:00`")
    return given


def kept(text: str) -> str:
    """Where a ledger is that is still there when the command has ended."""
    if re.fullmatch(r"sqlite(\+pysqlite)?:/{2,3}(:memory:)?", text):
        raise click.BadParameter(f"`{text}` is in memory, and would be gone at once; name a file")
    return text


overlay_option = click.option(
    "--overlay", multiple=True, metavar="FILE", help="A file of changed values to lay over it; may be repeated."
)
fact_classes_option = click.option(
    "--fact-classes", metavar="FILE.py", help="A Python file to run, whose FACTS adds facts."
)


def with_rulebook(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that choose a rulebook, and the rulebook that was chosen."""

    @click.option("--rulebook", default=BUNDLED, show_default=True, metavar="NAME|DIR", help="The rulebook to use.")
    @click.option("--on", type=day, metavar="DAY", help="The day on which it must hold; default: the latest version.")
    @overlay_option
    @fact_classes_option
    @wraps(command)
    def with_rulebook(
        rulebook: str, on: date | None, overlay: tuple[str, ...], fact_classes: str | None, **rest: Any
    ) -> int:
        return command(load(rulebook, on=on, overlay=overlay, facts=read_fact_classes(fact_classes)), **rest)

    return with_rulebook


FILE = click.Path(path_type=Path)
FORMS = click.Choice(["text", "json", "html", "markdown"])
form_option = click.option("--format", "form", type=FORMS, default="text", show_default=True, help="The form.")
lang_option = click.option(
    "--lang", type=click.Choice(["nl", "en"]), default="en", show_default=True, help="The language."
)


def read_facts(file: str, rulebook: Rulebook) -> dict[str, Any]:
    """Facts from a YAML or JSON file; `-` is standard input."""
    if file == "-" and sys.stdin is None:
        raise click.UsageError("--facts -: there is no standard input")
    with sys.stdin.buffer if file == "-" else Path(file).open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    return facts_from_yaml(data, "standard input" if file == "-" else file, rulebook.rules.schema)


def read_fact_classes(file: str | None) -> Mapping[str, object] | None:
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
