"""One rulebook for everybody: threads share it, and processes take it with them, forked or begun anew."""

import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conftest import bundled

import xtreme_rules as xr
from xtreme_rules.cases import read_cases
from xtreme_rules.engines import ENGINES

Situation = dict[str, Any]
NOTICE_OF_THREE_WEEKS = {
    "weekend": xr.WeekendRequest(
        id="W", saturday=date(2026, 12, 26), submitted_at=datetime(2026, 12, 5, 9, tzinfo=UTC)
    ),
    "contract": xr.Contract(id="C", timezone="UTC"),
}


def answer(rulebook: xr.Rulebook, facts: Situation) -> dict[str, tuple[Any, ...]]:
    """What is decided at once, option by option, and in a session on the same engine; all the same."""
    decisions = rulebook.decide_all(**facts)
    with rulebook.session() as session:
        session.assert_fact(**facts)
        learned = session.decisions()
    found = {name: (decision.outcome.value, decision.unmet, decision.unknown) for name, decision in decisions.items()}
    assert found == {name: (item.outcome.value, item.unmet, item.unknown) for name, item in learned.items()}
    assert found[(name := rulebook.options[-1])][1] == rulebook.decide(name, **facts).unmet
    return found


def test_threads_share_a_rulebook(engine: str) -> None:
    """32 threads get the answers that one gets, from a rulebook that none has used before."""
    cases = read_cases(bundled())[0]
    known = [case.facts for case in cases[:: len(cases) // 32][:32]]
    expected = [answer(bundled("reference"), facts) for facts in known]
    rulebook = xr.Rulebook(bundled().rules, ENGINES[engine])
    start = threading.Barrier(32)
    agreed: list[bool] = []

    def ask(number: int) -> None:
        start.wait()
        agreed.extend(answer(rulebook, known[at % 32]) == expected[at % 32] for at in range(number, number + 5))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert agreed == [True] * 32 * 5


def test_processes_take_a_rulebook_with_them(engine: str) -> None:
    """Forked or spawned, they get the answers of the process that they come from, and leave it as it was."""
    words = [sys.executable, str(Path(__file__).parent / "processes.py"), engine]
    run = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert (run.stdout, run.stderr) == ("agreed\n", "")


def test_an_application_takes_another_version_between_two_decisions(tmp_path: Path) -> None:
    """A rulebook is one reference: whoever takes it once decides by one version, while another takes its place."""
    overlay = tmp_path / "four-weeks.yaml"
    overlay.write_text("entitlements:\n  special-event-weekend:\n    values:\n      notice-days: 28\n", "utf-8")
    versions = [bundled(), xr.load(overlay=overlay)]
    application = SimpleNamespace(rulebook=versions[0])
    expected = [version.decide("special-event-weekend", **NOTICE_OF_THREE_WEEKS).unmet for version in versions]
    assert expected[0] != expected[1]
    done, wrong = threading.Event(), list[Any]()

    def decide() -> None:
        while not done.is_set():
            decision = application.rulebook.decide("special-event-weekend", **NOTICE_OF_THREE_WEEKS)
            if decision.unmet != expected[decision.rulebook == versions[1].identity]:
                wrong.append(decision)

    threads = [threading.Thread(target=decide) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(2_000):
        application.rulebook = versions[turn % 2]
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
