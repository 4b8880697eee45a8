"""The parts of the reference that are written from the library itself, so that they cannot be out of date.

``conf.py`` calls ``write`` at the start of a build; the pages include the files.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dask.dataframe
import duckdb
import polars as pl
import pyarrow as pa

from xtreme_rules import FactError, load
from xtreme_rules.decisions import remedies
from xtreme_rules.engines.durable import limits
from xtreme_rules.engines.frame.terms import FORMS
from xtreme_rules.explain.wording import span_in_words, worded
from xtreme_rules.facts.standard import STANDARD_FACTS
from xtreme_rules.facts.types import type_of
from xtreme_rules.frames.opening import NAMES
from xtreme_rules.language import parse
from xtreme_rules.language.template import Template, Text
from xtreme_rules.language.tree import Node
from xtreme_rules.language.tree import write as written
from xtreme_rules.language.vocabulary import TERMS, Term
from xtreme_rules.rulebook import nodes, read, response_times
from xtreme_rules.rulebook.model import Assumption, Condition, Entitlement, RuleSet

Lines = Iterator[str]


def write(folder: Path) -> None:
    """Write every generated part into ``folder``."""
    rules = load().rules
    folder.mkdir(exist_ok=True)
    for name, lines in {
        "vocabulary": _vocabulary(),
        "bounds": _bounds(),
        "facts": _facts(),
        "options": _options(rules),
        "response-times": _response_times(rules),
        "order": _order(rules),
        "assumptions": _assumptions(rules),
        "libraries": _libraries(),
        "column-forms": _column_forms(),
        "durable-limits": _durable_limits(),
        "properties": _properties(),
    }.items():
        (folder / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Lines:
    header = tuple(header)
    yield f"| {' | '.join(header)} |"
    yield "|---" * len(header) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _safe(text: str) -> str:
    """A text of the rule files that Markdown takes as it is."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))


def _summary(thing: object) -> str:
    """The first sentence of a docstring, its code in single backticks."""
    return " ".join((thing.__doc__ or "").split("\n\n")[0].split()).replace("``", "`")


def _vocabulary() -> Lines:
    yield from _table(("Term", "Gives", "Meaning"), map(_term, TERMS.values()))


def _term(term: Term) -> tuple[str, ...]:
    reads = [f"`{path}`" for path in term.reads if path not in term.may_be_none]
    reads += [f"`{path}` where there is one" for path in sorted(term.may_be_none)]
    reads += [f"`{field}` of each item" for field in term.item_reads]
    call = f"`{term.name}({', '.join(map(str, term.parameters))})`"
    return call, str(term.result), f"{_summary(term.function)} *Reads* {', '.join(reads)}."


def _bounds() -> Lines:
    yield from _table(
        ("What", "At most"),
        (
            ("a rule file", f"{nodes.MAX_BYTES:,} bytes"),
            ("values in a rule file", f"{nodes.MAX_NODES:,}"),
            ("levels of nesting in a rule file", str(nodes.MAX_DEPTH)),
            ("one value in a rule file", f"{nodes.MAX_LETTERS:,} characters"),
            ("common conditions times options", f"{read.MAX_CONDITIONS:,}"),
            ("response times: combinations of values times rows", f"{response_times.MAX_COMPARISONS:,}"),
            ("a condition, or a text with expressions", f"{parse.MAX_LENGTH:,} characters"),
            ("parts of a condition", str(parse.MAX_NODES)),
            ("levels of nesting in a condition", str(parse.MAX_DEPTH)),
            ("`days(...)` and moving a date", f"{parse.MAX_SHIFT:,} days"),
            ("a whole number", f"{parse.LARGEST_INTEGER:,} either way"),
            ("looking for remedies: decisions", f"{remedies.MOST_TRIED:,}"),
            ("looking for remedies: days either way", f"{remedies.REACH.days:,}"),
            ("remedies of a decision", str(remedies.MOST_FOUND)),
        ),
    )


def _durable_limits() -> Lines:
    yield from _table(
        ("What", "At most"),
        (
            ("alternatives of one condition", str(limits.MOST_ALTERNATIVES)),
            ("tests of one input, or of bookings", str(limits.MOST_ALTERNATIVES)),
            ("tests, of all options together", str(limits.MOST_TESTS)),
            ("facts that one rule joins", str(limits.MOST_JOINED)),
            ("comparisons of facts with each other in one rule", str(limits.MOST_COMPARED)),
            ("rules that share a test", str(limits.MOST_SHARING)),
            ("weekends that a quota counts by a join; beyond, Python counts", str(limits.MOST_COUNTED)),
        ),
    )


def _facts() -> Lines:
    yield from _table(("Name", "What it takes", "Meaning"), (_fact(*item) for item in STANDARD_FACTS.items()))


def _fact(name: str, annotation: object) -> tuple[str, ...]:
    kind = type_of(annotation)[0]
    if kind.record is None:
        return f"`{name}`", "an aware `datetime`", "The moment that is asked about."
    takes = f"{{py:class}}`~xtreme_rules.{kind.record.__name__}`"
    return f"`{name}`", takes if kind.name == "record" else f"any number of {takes}", _summary(kind.record)


def _in(text: Text, rules: RuleSet, lang: str) -> str:
    """A text in one language: what the rule file fixes is filled in, what depends on facts stands as its expression."""
    pieces = text.in_language(lang).pieces
    return _safe("".join(piece if isinstance(piece, str) else _filled(piece, rules, lang) for piece in pieces))


def _filled(piece: Node, rules: RuleSet, lang: str) -> str:
    if rules.meaning.value(piece, {}) is None:
        return f"{{{written(piece)}}}"
    return worded(Text(Template((piece,)), Template((piece,))), rules, {}, lang)


def _expression(condition: Condition, option: Entitlement) -> str:
    return f"`{written(condition.when)}`".replace(f'"{option.since}"', "since")


def _shared(rules: RuleSet) -> set[tuple[str, str]]:
    """The conditions that most options have, by id and expression: those of ``every-entitlement``."""
    options = rules.entitlements.values()
    count = Counter((c.id, _expression(c, option)) for option in options for c in option.conditions)
    return {key for key, number in count.items() if number > len(options) / 2}


def _options(rules: RuleSet) -> Lines:
    shared = _shared(rules)
    yield from _table(
        ("Option", "English title", "Since", "Area"),
        (
            (
                f"[`{option.id}`](#option-{option.id})",
                _in(option.title, rules, "en"),
                f"`{option.since}`",
                _in(rules.areas[option.area], rules, "en"),
            )
            for option in rules.entitlements.values()
        ),
    )
    first = next(iter(rules.entitlements.values()))
    yield from ("## Conditions of every option", "", "Unless an option has one of its own by the same name.", "")
    for condition in first.conditions:
        if (condition.id, _expression(condition, first)) in shared:
            lowest = _in(rules.packages[first.since].title, rules, "en")
            requirement, *rest = _condition(condition, first, rules)
            yield from (requirement.replace(lowest, "{since}"), *rest)
    for area, title in rules.areas.items():
        names = dict.fromkeys((_in(title, rules, "en"), _in(title, rules, "nl")))
        yield from ("", f"## {' · '.join(names)}")
        for option in rules.entitlements.values():
            if option.area == area:
                yield from _option(option, rules, shared)


def _option(option: Entitlement, rules: RuleSet, shared: set[tuple[str, str]]) -> Lines:
    yield from ("", f"(option-{option.id})=", f"### {_in(option.title, rules, 'en')}", "")
    yield f"`{option.id}`, from {_in(rules.packages[option.since].title, rules, 'en')} on. "
    yield from (f"In Dutch: *{_in(option.title, rules, 'nl')}*.", "", _in(option.promise, rules, "en"), "")
    yield from ("\n>\n".join(f"> {_safe(source)}" for source in option.sources), "")
    own = [c for c in option.conditions if (c.id, _expression(c, option)) not in shared]
    if own:
        yield from ("Conditions:", "")
    for condition in own:
        yield from _condition(condition, option, rules)
    if option.obligations:
        yield from ("", "Obligations:", "")
    for duty in option.obligations:
        yield f"- `{duty.id}`: {_in(duty.text, rules, 'en')}"
        yield from (f"  - “{_safe(source)}”" for source in duty.sources)


def _condition(condition: Condition, option: Entitlement, rules: RuleSet) -> Lines:
    text = _in(condition.requirement, rules, "en")
    yield f"- `{condition.id}`: {text}"
    yield f"  - {_expression(condition, option)}"
    yield from (f"  - “{_safe(source)}”" for source in condition.sources)
    for assumption in condition.assumptions:
        yield f"  - assumption [{assumption.id}](#assumption-{assumption.id})"


def _response_times(rules: RuleSet) -> Lines:
    table = rules.response_times
    if table is None:
        return
    yield from ("Promised by " + _option_links([table.promise.id]) + ".", "")
    yield from (f"> {_safe(source)}" for source in table.sources)
    yield from ("", "Assumptions: " + _assumption_links(table.assumptions) + ".", "")
    yield from ("The response time runs while one of these options covers the incident:", "")
    for option in table.clock:
        yield f"- {_option_links([option.id])}: {_in(option.title, rules, 'en')}"
        common = {c.id for c in rules.entitlements[option.id].conditions}
        for condition in option.conditions:
            if condition.id not in common:  # it stands in the place of the option's own
                yield f"  - {_in(condition.requirement, rules, 'en')} {_expression(condition, option)}"
    columns = table.columns.values()
    yield from ("", "Rows are told apart by:", "")
    yield from (f"- {_in(column.title, rules, 'en')}: `{written(column.value)}`" for column in columns)
    yield ""
    yield from _table(
        ("Row", *(_in(column.title, rules, "en").capitalize() for column in columns), "Response time"),
        (
            (
                f"`{row.id}`",
                *(_row_value(row.values.get(column.id), column.value, rules) for column in columns),
                span_in_words(row.within, "en"),
            )
            for row in table.rows
        ),
    )
    yield f"A warning is due at {' and '.join(f'{share}%' for share in table.warnings)} of the response time."


def _row_value(value: object, tree: Node, rules: RuleSet) -> str:
    if value is None:
        return "any"
    titles = rules.values.get(tree.type.domain or "", {})
    return _in(titles[value], rules, "en") if value in titles else f"`{value}`"  # type: ignore[index]


def _order(rules: RuleSet) -> Lines:
    for number, key in enumerate(rules.order, 1):
        first = "highest" if key.highest_first else "lowest"
        if key.value.type.name == "moment":
            first = "latest" if key.highest_first else "earliest"
        among = f", among incidents for which {_option_links([key.option])} is granted" if key.option else ""
        yield f"{number}. {_in(key.title, rules, 'en')}: `{written(key.value)}`, {first} first{among}"
        yield from (f"   - “{_safe(source)}”" for source in key.sources)
        yield from (f"   - assumption {_assumption_links([item])}" for item in key.assumptions)


def _option_links(options: Iterable[str]) -> str:
    return ", ".join(f"[`{name}`](#option-{name})" for name in options)


def _assumption_links(assumptions: Iterable[Assumption]) -> str:
    return ", ".join(f"[{item.id}](#assumption-{item.id})" for item in assumptions)


def _assumptions(rules: RuleSet) -> Lines:
    for assumption in rules.assumptions.values():
        yield from (f"(assumption-{assumption.id})=", f"## {assumption.id}", "")
        yield f"{_in(assumption.reading, rules, 'en')} *Why:* {_in(assumption.reason, rules, 'en')}"
        yield ""
        yield f"In Dutch: {_in(assumption.reading, rules, 'nl')} *Waarom:* {_in(assumption.reason, rules, 'nl')}"
        resting = "; ".join(_resting(assumption, rules)) or "no condition, response time or key"
        yield from ("", f"Rests on it: {resting}.", "")


def _resting(assumption: Assumption, rules: RuleSet) -> Lines:
    """What rests on an assumption: conditions, by the options that have them, the response times, keys of the order."""
    options: dict[str, list[str]] = {}
    for option in rules.entitlements.values():
        for condition in option.conditions:
            if assumption in condition.assumptions:
                options.setdefault(condition.id, []).append(option.id)
    conditions: dict[str, list[str]] = {}
    for condition_id, names in options.items():
        links = _option_links(names)
        conditions.setdefault(links if len(names) <= 4 else f"{len(names)} options", []).append(f"`{condition_id}`")
    for holders, ids in conditions.items():
        yield f"{', '.join(ids)} of {holders}"
    table = rules.response_times
    if table is not None:
        if assumption in table.assumptions:
            yield "[the response times](#the-response-times)"
        covering = [c.id for option in table.clock for c in option.conditions if assumption in c.assumptions]
        own = [name for name in dict.fromkeys(covering) if name not in options]
        if own:
            yield f"{', '.join(f'`{name}`' for name in own)} of [the clock](#the-response-times)"
    keys = [f"`{key.id}`" for key in rules.order if assumption in key.assumptions]
    if keys:
        yield f"{', '.join(keys)} of [the order](#the-order)"


def _libraries() -> Lines:
    """What each library gives, found by asking it."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    row = pa.table({"contract.id": ["C-1"], "contract.timezone": ["UTC"], "incident.id": ["i-1"], "at": [at]})
    frames = {
        "polars": pl.DataFrame(row),
        "polars, lazy": pl.LazyFrame(row),
        "pandas": row.to_pandas(),
        "pyarrow": row,
        "duckdb": duckdb.from_arrow(row),
        "dask": dask.dataframe.from_pandas(row.to_pandas(), npartitions=1),
    }
    given = {name: tuple(_library(frame)) for name, frame in frames.items()}
    given["pyspark"] = given["duckdb"]  # it is as lazy, and would take a while to start
    if {name.partition(",")[0] for name in given} != set(NAMES.values()):
        raise AssertionError(NAMES)
    header = ("Library", "Decisions, reasons, counts, what if", "Deadlines and keys", "Values must be named")
    yield from _table(header, ((name, *columns) for name, columns in given.items()))


def _library(frame: object) -> Lines:
    values = {"contract.timezone": ["UTC"]}
    yield _tick(frame, values=values, add=["reasons", "missing"])
    yield _tick(frame, values=values, add=["deadline", "key"])
    yield "" if _tick(frame) else "✓"


def _tick(frame: object, **more: Any) -> str:
    """Whether a frame can be decided so."""
    try:
        load().decide_frame(frame, "handling-by-urgency", **more)
    except FactError:
        return ""
    return "✓"


def _column_forms() -> Lines:
    yield from _table(("Term", "On columns"), ((f"`{name}`", _column_form(term)) for name, term in TERMS.items()))


def _column_form(term: Term) -> str:
    said = {"calendar": "✓, behind `in`", "dates": "it is for texts", "holiday": "it is for texts"}
    return "✓" if term.name in FORMS else said.get(term.result.name, "")


TESTS = Path(__file__).parent.parent / "tests"


def _properties() -> Lines:
    """Every property that is tested, by the file of its test: its sentence, and the name of the test."""
    for path in sorted(TESTS.glob("test_*.py")):
        module = ast.parse(path.read_text("utf-8"))
        rows = [(_sentence(test), f"`{name}`") for name, test in _tests(module)]
        if rows:
            yield from (f"### {_words(path.stem)}", "", _sentence(module), "")
            yield from _table(("Property", f"Test in `{path.name}`"), rows)


def _tests(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The tests of a module that are given examples, and the invariants and steps of its state machines."""
    for part in module.body:
        if isinstance(part, ast.FunctionDef) and "given" in _decorators(part):
            yield part.name, part
        elif isinstance(part, ast.ClassDef) and "RuleBasedStateMachine" in map(ast.unparse, part.bases):
            methods = [method for method in part.body if isinstance(method, ast.FunctionDef)]
            for method in methods:
                if "invariant" in _decorators(method):
                    yield f"{part.name}.{method.name}", method


def _decorators(function: ast.FunctionDef) -> set[str]:
    calls = (item.func if isinstance(item, ast.Call) else item for item in function.decorator_list)
    return set(map(ast.unparse, calls))


def _sentence(part: ast.FunctionDef | ast.Module) -> str:
    """The first paragraph of a docstring; without one, the name of the test as a sentence."""
    said = ast.get_docstring(part)
    if said is None:
        return f"{_words(part.name)}." if isinstance(part, ast.FunctionDef) else ""
    return " ".join(said.split("\n\n")[0].split()).replace("``", "`")


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ").capitalize()
