"""Cases: examples in a rulebook's ``cases`` folder, facts and the decision they must give, and the check of them all.

Each file is about one option: ``given`` holds facts that grant it, and each case changes them, ``with`` other values by
path or ``without`` some, and says the outcome, the ``unmet`` conditions or the ``missing`` facts. A rulebook is well
covered if every option has a granted case, a denied one for each of its conditions, and one that needs information for
each fact that it reads; what lacks is a diagnostic too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from xtreme_rules.api import Rulebook
from xtreme_rules.decisions.decision import Decision
from xtreme_rules.decisions.option import Outcome
from xtreme_rules.errors import FactError, listing
from xtreme_rules.facts.json import facts_from_data
from xtreme_rules.language.tree import Call, Compare, Covered, Literal
from xtreme_rules.language.tree import Node as Tree
from xtreme_rules.rulebook.diagnostics import Diagnostic, shown
from xtreme_rules.rulebook.model import without_indices
from xtreme_rules.rulebook.nodes import Mapping, Node, Scalar, diagnostic, read_file
from xtreme_rules.rulebook.plain import at_path, plain
from xtreme_rules.rulebook.reader import Reader

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


@attrs.frozen
class Case:
    """One example: an option, the facts, and what the decision must be."""

    option: str
    node: Node
    facts: dict[str, Any]
    outcome: Outcome
    unmet: tuple[str, ...]
    missing: tuple[str, ...]

    def differences(self, decision: Decision) -> Iterator[str]:
        """What a decision has otherwise than this case says."""
        for what, expected, actual in (
            ("outcome", self.outcome.value, decision.outcome.value),
            ("unmet", listing(sorted(self.unmet)) or "none", listing(sorted(decision.unmet)) or "none"),
            ("missing", listing(sorted(self.missing)) or "none", listing(sorted(decision.missing)) or "none"),
        ):
            if expected != actual:
                yield f"{what}: expected {expected}, got {actual}"


def read_cases(rulebook: Rulebook) -> tuple[list[Case], list[Diagnostic]]:
    """The cases of a rulebook, and what is wrong with their files."""
    reader = _CaseReader(rulebook)
    for path in sorted((rulebook.rules.folder / "cases").glob("*.y*ml")):
        if path.suffix == ".yaml":
            reader.read(path)
        else:
            reader.problems.append(Diagnostic(shown(path), 1, 1, "is no file of cases", "name it `.yaml`"))
    return reader.cases, reader.problems


def check(rulebook: Rulebook) -> tuple[int, list[Diagnostic]]:
    """Run every case of a rulebook: how many there are, and a diagnostic for each that fails or lacks."""
    cases, problems = read_cases(rulebook)
    for case in cases:
        decision = rulebook.decide(case.option, **case.facts)
        problems += [diagnostic(case.node, f"`{case.option}`: {text}") for text in case.differences(decision)]
    problems += _lacking(rulebook, cases)
    return len(cases), sorted(set(problems))


def _lacking(rulebook: Rulebook, cases: list[Case]) -> Iterator[Diagnostic]:
    folder = shown(rulebook.rules.folder / "cases")
    for option, entitlement in rulebook.rules.entitlements.items():
        own = [case for case in cases if case.option == option]
        lacks = [] if any(case.outcome is Outcome.GRANTED for case in own) else ["that is granted"]
        denied = {name for case in own for name in case.unmet}
        asked = {without_indices(path) for case in own for path in case.missing}
        lacks += [
            f"denied by `{c.id}`" for c in entitlement.conditions if c.id not in denied and _can_fail(rulebook, c.when)
        ]
        lacks += [f"that needs `{path}`" for path in entitlement.asks if path not in asked]
        for what in lacks:
            yield Diagnostic(f"{folder}/{option}.yaml", 1, 1, f"no case {what}", "add one")


def _can_fail(rulebook: Rulebook, when: Tree) -> bool:
    """Whether a condition can be unmet at all: nothing is below the lowest value, or outside a calendar always open."""
    if (
        isinstance(when, Covered)
        and isinstance(when.coverage, Call)
        and isinstance(when.coverage.arguments[0], Literal)
    ):
        calendar = rulebook.rules.calendars.get(str(when.coverage.arguments[0].value))
        return calendar is None or not calendar.always_open
    if isinstance(when, Compare) and when.operator == ">=" and isinstance(when.right, Literal):
        domain = rulebook.rules.meaning.domain(when.right.type)
        return domain is None or domain.rank(when.right.value) > 0
    return True


class _CaseReader(Reader):
    def __init__(self, rulebook: Rulebook) -> None:
        super().__init__()
        self.rulebook = rulebook
        self.cases: list[Case] = []

    def read(self, path: Path) -> None:
        root, problems = read_file(path)
        self.problems += problems
        if root is None:
            return
        fields = self.fields(root, "the file", ("option", "given", "cases"))
        option = self.choice(fields.get("option"), "option", self.rulebook.rules.entitlements)
        given = fields.get("given")
        for item in self.items(fields.get("cases"), "cases"):
            case = None if option is None or given is None else self._case(option.id, given, item)
            if case is not None:
                self.cases.append(case)

    def _case(self, option: str, given: Node, node: Node) -> Case | None:
        fields = self.fields(node, "a case", ("outcome",), ("name", "with", "without", "unmet", "missing"))
        outcome = self.choice(fields.get("outcome"), "outcome", _OUTCOMES)
        data = plain(given)
        changes = fields.get("with")
        if changes is not None and not isinstance(changes, Mapping):
            self.problem(changes, "`with` must be values by path", "such as `{contract.package: elite}`")
        for path, (key, value) in changes.entries.items() if isinstance(changes, Mapping) else ():
            if not _put(data, path, plain(value)):
                self.problem(key, f"`{path}` cannot be set in `given`", "a path leads through objects, not lists")
        for item in self.one_or_more(fields.get("without")):
            if not isinstance(item, Scalar) or not _remove(data, item.value):
                self.problem(item, "there is no such fact in `given`", "name the path of one that is there")
        facts = self._facts(data, changes or given, node)
        conditions = {c.id: c.id for c in self.rulebook.rules.entitlements[option].conditions}
        unmet = [self.choice(item, "condition", conditions) for item in self.one_or_more(fields.get("unmet"))]
        missing = self.strings(fields.get("missing"), "missing")
        if facts is None or outcome is None:
            return None
        return Case(option, node, facts, outcome, tuple(name for name in unmet if name), missing)

    def _facts(self, data: Any, place: Node, node: Node) -> dict[str, Any] | None:
        schema = self.rulebook.rules.schema
        try:
            return schema.checked(facts_from_data(data, schema.annotations))
        except FactError as error:
            for problem in error.problems:
                where = place.get(problem.path) if isinstance(place, Mapping) else None
                self.problem(where or at_path(place, problem.path) or node, str(problem))
            return None


def _put(data: Any, path: str, value: Any) -> bool:
    *above, last = path.split(".")
    for step in above:
        data = data.setdefault(step, {}) if isinstance(data, dict) else None
    if isinstance(data, dict):
        data[last] = value
    return isinstance(data, dict)


def _remove(data: Any, path: str) -> bool:
    *above, last = path.split(".")
    for step in above:
        data = data.get(step) if isinstance(data, dict) else None
    return isinstance(data, dict) and data.pop(last, data) is not data
