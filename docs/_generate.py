"""The parts of the reference that are written from the library itself, so that they cannot be out of date.

``conf.py`` calls ``write`` at the start of a build; the pages include the files.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from xtreme_rules import load
from xtreme_rules.explain.wording import worded
from xtreme_rules.facts.standard import STANDARD_FACTS
from xtreme_rules.facts.types import type_of
from xtreme_rules.language import parse
from xtreme_rules.language.template import Template, Text
from xtreme_rules.language.tree import Node
from xtreme_rules.language.tree import write as written
from xtreme_rules.language.vocabulary import TERMS, Term
from xtreme_rules.rulebook import nodes, read
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
        "assumptions": _assumptions(rules),
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
            ("a condition, or a text with expressions", f"{parse.MAX_LENGTH:,} characters"),
            ("parts of a condition", str(parse.MAX_NODES)),
            ("levels of nesting in a condition", str(parse.MAX_DEPTH)),
            ("`days(...)` and moving a date", f"{parse.MAX_SHIFT:,} days"),
            ("a whole number", f"{parse.LARGEST_INTEGER:,} either way"),
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


def _assumptions(rules: RuleSet) -> Lines:
    for assumption in rules.assumptions.values():
        yield from (f"(assumption-{assumption.id})=", f"## {assumption.id}", "")
        yield f"{_in(assumption.reading, rules, 'en')} *Why:* {_in(assumption.reason, rules, 'en')}"
        yield ""
        yield f"In Dutch: {_in(assumption.reading, rules, 'nl')} *Waarom:* {_in(assumption.reason, rules, 'nl')}"
        yield from ("", f"Rests on it: {'; '.join(_resting(assumption, rules)) or 'no condition'}.", "")


def _resting(assumption: Assumption, rules: RuleSet) -> Lines:
    """The conditions that rest on an assumption, by the options that have them."""
    options: dict[str, list[str]] = {}
    for option in rules.entitlements.values():
        for condition in option.conditions:
            if assumption in condition.assumptions:
                options.setdefault(condition.id, []).append(option.id)
    conditions: dict[str, list[str]] = {}
    for condition_id, names in options.items():
        links = ", ".join(f"[`{name}`](#option-{name})" for name in names)
        conditions.setdefault(links if len(names) <= 4 else f"{len(names)} options", []).append(f"`{condition_id}`")
    for holders, ids in conditions.items():
        yield f"{', '.join(ids)} of {holders}"
