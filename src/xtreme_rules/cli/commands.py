"""The commands: each reads, asks the library, and prints."""

import sys
import traceback
from datetime import UTC, datetime

import click

import xtreme_rules
from xtreme_rules.api import Rulebook, load
from xtreme_rules.cases import check as run_cases
from xtreme_rules.cli.booking import book, cancel, history
from xtreme_rules.cli.options import (
    OUTCOME_STATUS,
    fact_classes_option,
    form_option,
    lang_option,
    moment,
    overlay_option,
    read_fact_classes,
    read_facts,
    with_rulebook,
)
from xtreme_rules.cli.output import as_json, show
from xtreme_rules.cli.triage import triage
from xtreme_rules.cli.weekends import weekends
from xtreme_rules.errors import XtremeRulesError
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError, shown
from xtreme_rules.rulebook.versions import BUNDLED, versions

#: The status of a program whose reader has gone: 128 and the number of SIGPIPE.
_ENOUGH = 141


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
@with_rulebook
@lang_option
@form_option
def matrix(rulebook: Rulebook, lang: str, form: str) -> int:
    """Print the overview: every option, and the packages that have it."""
    overview = rulebook.matrix()
    show(as_json(overview.to_dict()) if form == "json" else overview.show(lang, form), form)
    return 0


@cli.command()
@click.argument("option")
@click.option("--facts", required=True, metavar="FILE", help="Facts as YAML or JSON; `-` reads standard input.")
@click.option("--at", type=moment, metavar="MOMENT", help="The moment asked for; default: `at` of the facts, else now.")
@with_rulebook
@lang_option
@form_option
def decide(rulebook: Rulebook, option: str, facts: str, at: datetime | None, lang: str, form: str) -> int:
    """Decide OPTION over facts, and explain the answer.

    Exit status: 0 granted, 1 denied, 3 needs information, 2 wrong use.
    """
    given = read_facts(facts, rulebook)
    given["at"] = at or given.get("at") or datetime.now(UTC)
    decision = rulebook.decide(option, **given)
    show(as_json(decision.to_dict()) if form == "json" else decision.explain(lang, form), form)
    return OUTCOME_STATUS[decision.outcome]


@cli.command()
@click.argument("directory", required=False)
@overlay_option
@fact_classes_option
def check(directory: str | None, overlay: tuple[str, ...], fact_classes: str | None) -> int:
    """Validate the rulebook in DIRECTORY (default: the bundled one), every version of it, and run its cases.

    Prints every diagnostic; exit status 1 if there is any. With an overlay the cases, which speak of the rulebook
    without it, are not run.
    """
    classes = read_fact_classes(fact_classes)
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
            show(str(problem))
        show(f"{shown(version.folder)}: {count} cases, {verdict}")
    return 1 if found else 0


for command in (triage, weekends, book, cancel, history):
    cli.add_command(command)
