"""A strategy for whole rulebooks, read from rule files as any other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from xtreme_rules.api import Rulebook
from xtreme_rules.engines import ENGINES
from xtreme_rules.facts.standard import STANDARD_FACTS, Component
from xtreme_rules.facts.types import kinds_in, type_of
from xtreme_rules.language.schema import Domain, Schema
from xtreme_rules.language.tree import Node, asks, write
from xtreme_rules.rulebook.read import LEAP_ANNIVERSARIES, read_rules
from xtreme_rules.testing.classes import annotation, classes_in, fact_classes, source
from xtreme_rules.testing.conditions import conditions_over, speech_of
from xtreme_rules.testing.drawing import below
from xtreme_rules.testing.rulefiles import Document, text, yaml

_PACKAGES = ("basic", "plus", "prime")
_SEVERITIES = (1, 2, 3)
#: Values of domains: of texts, and of whole numbers.
_VALUES: tuple[tuple[str | int, ...], ...] = (("one", "two", "three"), (1, 2, 7))
_WINDOWS: tuple[list[str], ...] = (
    ["mon-fri 08:00-18:00"],
    ["mon-sun 00:00-24:00"],
    ["mon-fri 00:00-24:00"],
    ["tue-thu 09:00-12:00", "tue-thu 13:00-17:00", "sat 10:00-14:00"],
    ["fri 22:00-06:00", "sun 23:30-00:30"],
    [],
)
_DEPTH = 3
_OWN = ("thing", "other")


@st.composite
def rulebooks(draw: DrawFn, *, facts: Mapping[str, object] | None = None) -> Rulebook:
    """Rulebooks of a few options, with random conditions over the standard facts and others, read from rule files.

    The other facts are of generated classes, or ``facts``: classes of your own by the name of their keyword, as for
    ``load``. Packages, severities, domains, calendars and conventions are generated too. Of a rulebook for which a
    test fails, the classes and the rule files are shown.
    """
    further = draw(_facts()) if facts is None else facts
    calendars = {f"hours-{number}": hours for number, hours in enumerate(draw(_CALENDARS), 1)}
    schema = draw(_schemas({**STANDARD_FACTS, **further}, tuple(calendars)))
    values = {name: domain.values for name, domain in schema.domains.items()}
    packages, severities = values.pop("package"), values.pop("severity")
    covering = [[*calendars][draw(below(2)) % len(calendars)] for _ in _PACKAGES]
    head = {
        "name": "generated",
        "title": text("Generated"),
        "effective-from": "2020-01-01",
        "packages": {
            name: {"title": text(str(name)), "coverage": hours} for name, hours in zip(packages, covering, strict=False)
        },
        "severities": _titles(severities),
        "domains": {name: _titles(titles) for name, titles in values.items() if name != "calendar"},
        "areas": {"area": text("Area")},
        "calendars": calendars,
        "conventions": {"leap-day-anniversary": [*LEAP_ANNIVERSARIES][draw(below(2))]},
    }
    asked: set[str] = set()
    if draw(below(2)):
        head["every-entitlement"] = {"requires": {"package": _condition("package_on(day_of(at)) >= since")}}
        asked |= {"at", "contract.package", "contract.timezone"}
    conditions = st.lists(conditions_over(speech_of(schema), _DEPTH), min_size=1, max_size=4)
    options = draw(st.lists(st.tuples(st.sampled_from(packages), conditions), min_size=1, max_size=3))
    asked |= {path for _, trees in options for tree in trees for path in asks(tree)}
    head["questions"] = {path: text(path) for path in sorted(asked)}
    entitlements = {f"option-{number}": _option(*option) for number, option in enumerate(options, 1)}
    files = {"rulebook.yaml": yaml(head), "entitlements.yaml": yaml(entitlements)}
    note(_shown(further, files))
    return _read(files, further)


@st.composite
def _facts(draw: DrawFn) -> dict[str, object]:
    """A few facts of generated classes, by name; now and then, one that is a list or a moment."""
    made: dict[str, object] = {name: draw(fact_classes(name.capitalize())) for name in _OWN if draw(below(2))}
    return made | ({"things": Sequence[Component], "noticed_at": datetime} if draw(below(4)) == 3 else {})


_CALENDARS = st.lists(
    st.builds(
        lambda windows, holidays: {"title": text("Hours"), "windows": windows, "holidays": holidays},
        st.sampled_from(_WINDOWS),
        st.sampled_from(("closed", "open")),
    ),
    min_size=1,
    max_size=2,
)


@st.composite
def _schemas(draw: DrawFn, facts: Mapping[str, object], calendars: tuple[str, ...]) -> Schema:
    """The schema of a rulebook with some facts, and values for every domain of theirs."""
    count = 1 + draw(below(3))
    declared = {name: Domain(name, _VALUES[whole][:count]) for name, whole in _domains(Schema(facts, ())).items()}
    declared["package"] = Domain("package", _PACKAGES[: 1 + draw(below(3))], ordered=True)
    declared["severity"] = Domain("severity", _SEVERITIES[: draw(below(4))], ordered=True)
    declared["calendar"] = Domain("calendar", calendars)
    return Schema(facts, declared.values())


def _domains(schema: Schema) -> dict[str, bool]:
    """The domains of a schema's facts, by name, and whether they are of whole numbers."""
    kinds = kinds_in(schema.facts.values())
    return {kind.domain: kind.name == "integer" for kind in kinds if kind.domain is not None}


def _titles(values: Sequence[str | int]) -> Document:
    return {str(value): text(str(value)) for value in values}


def _option(since: str | int, conditions: Sequence[Node]) -> Document:
    return {
        "since": since,
        "area": "area",
        "title": text("Option"),
        "promise": text("Promise"),
        "source": "Promise",
        "requires": {f"condition-{place}": _condition(write(tree)) for place, tree in enumerate(conditions, 1)},
    }


def _condition(when: str) -> Document:
    return {"when": when, "source": "Clause", "requirement": text("Requirement"), "otherwise": text("Otherwise")}


def _shown(facts: Mapping[str, object], files: Mapping[str, str]) -> str:
    """The fact classes as Python, and the rule files."""
    kinds = {name: type_of(fact)[0] for name, fact in facts.items()}
    classes = dict.fromkeys(cls for kind in kinds.values() for cls in classes_in(kind))
    by_name = ", ".join(f'"{name}": {annotation(kind)}' for name, kind in kinds.items())
    parts = [*map(source, classes), f"FACTS = {{{by_name}}}"] if facts else []
    return "\n\n".join([*parts, *(f"# {name}\n{content}" for name, content in files.items())])


def _read(files: Mapping[str, str], facts: Mapping[str, object]) -> Rulebook:
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_text(content, "utf-8")
        return Rulebook(read_rules(Path(folder), facts=facts), ENGINES["compiled"])
