"""Every case of every rulebook gives its decision, on every engine; and every rulebook is well covered by its cases."""

from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT, bundled, harbour

import xtreme_rules as xr
from xtreme_rules.cases import Case, check, read_cases


def named(case: Case) -> str:
    return f"{Path(case.node.source.file).stem}:{case.node.line}"


BUNDLED_CASES = read_cases(bundled())[0]
HARBOUR_DAYS = [date(2025, 6, 1), date(2026, 6, 1)]
HARBOUR_CASES = [(day, case) for day in HARBOUR_DAYS for case in read_cases(harbour(day))[0]]


@pytest.mark.parametrize("case", BUNDLED_CASES, ids=named)
def test_every_case_gives_its_decision(case: Case, rulebook: xr.Rulebook) -> None:
    """The examples of the rulebook hold on every engine."""
    assert list(case.differences(rulebook.decide(case.option, **case.facts))) == []


@pytest.mark.parametrize(
    ("day", "case"), HARBOUR_CASES, ids=lambda value: str(value) if isinstance(value, date) else ""
)
def test_every_case_of_another_plan_gives_its_decision(day: date, case: Case, engine: str) -> None:
    """An invented plan with other packages, severities and a fact class of its own works by its rule files alone."""
    assert list(case.differences(harbour(day, engine).decide(case.option, **case.facts))) == []


@pytest.mark.parametrize("checked", [bundled(), *map(harbour, HARBOUR_DAYS)], ids=str)
def test_rulebooks_are_covered_by_their_cases(checked: xr.Rulebook) -> None:
    """Each option has a granted case, one denied by each condition, and one for each fact that it can lack."""
    count, problems = check(checked)
    assert count > 0
    assert problems == []


def test_a_failing_case_says_what_differs_and_where(tmp_path: Path) -> None:
    """A case that does not hold is a diagnostic at the case, and a gap in the coverage is one too."""
    import shutil

    shutil.copytree(ROOT / "rules" / "xtreme", tmp_path / "xtreme")
    file = tmp_path / "xtreme" / "cases" / "online-groups.yaml"
    file.write_text(
        "option: online-groups\n"
        "given:\n"
        "  at: 2026-06-01T12:00:00Z\n"
        "  contract: {id: c, package: xtreme, start: 2026-01-01, until: 2027-01-01, timezone: UTC}\n"
        "cases:\n"
        "  - outcome: denied\n"
        "    unmet: [package]\n"
        "  - {outcome: grnted}\n"
        "  - {outcome: granted, with: {contract.pakage: elite}}\n"
        "  - {outcome: granted, without: [contract.holiday]}\n"
    )
    _, problems = check(xr.load(tmp_path / "xtreme"))
    messages = [(p.line, p.message, p.help) for p in problems if p.line > 1]
    assert messages == [
        (6, "`online-groups`: outcome: expected denied, got granted", ""),
        (6, "`online-groups`: unmet: expected `package`, got none", ""),
        (8, "unknown outcome `grnted`", "did you mean `granted`?"),
        (9, "contract.pakage: unknown field; did you mean `package`?", ""),
        (10, "there is no such fact in `given`", "name the path of one that is there"),
    ]
    lacking = {p.message for p in problems if p.line == 1}
    assert lacking == {
        "no case denied by `in-force`",
        *(f"no case that needs `{path}`" for path in bundled().rules.entitlements["online-groups"].asks),
    }
