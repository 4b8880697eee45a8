"""Fuzz: check that engines agree for as long as asked, in processes of their own, which may crash or hang.

    python tests/fuzz.py --minutes 10

Each process draws new examples of one law for a slice of the time, from a seed of its own. What fails is kept in a
database, and tried first by the next process of that law. At the end it says how many cases of each law there were,
and every disagreement, crash and process that had to be ended, with the command that repeats it; the exit status is 1
if there were any.
"""

import argparse
import json
import random
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import cycle
from pathlib import Path
from time import monotonic
from typing import Any

from conftest import INSTALLED, bundled, harbour
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test
from test_sessions import Learning

import xtreme_rules as xr
from xtreme_rules.testing import assert_engines_agree, rulebooks, situations

DATABASE = Path(__file__).parent.parent / ".hypothesis" / "fuzz"
#: For how many seconds a process draws examples, and how many it may take to begin, and to shrink what it found.
SLICE, GRACE = 45, 240
HARBOUR = harbour(date(2026, 6, 1))

Situation = dict[str, Any]
#: Checks what it draws, from a seed, and counts the cases that it sees.
Law = Callable[[int, settings, Counter[str]], None]


def drawn(strategy: st.SearchStrategy[Any], check: Callable[[Any], int]) -> Law:
    """The law that a check holds of whatever is drawn; the check gives the number of cases that it saw."""

    def law(seed: int, how: settings, seen: Counter[str]) -> None:
        @seeded(seed)
        @how
        @given(strategy)
        def holds(example: Any) -> None:
            seen["cases"] += check(example)

        holds()

    return law


def agree(rulebook: xr.Rulebook, *known: Situation, engines: list[str] | None = None) -> int:
    assert_engines_agree(rulebook, *known, engines=engines)
    return len(known)


@st.composite
def generated(draw: st.DrawFn) -> tuple[xr.Rulebook, list[Situation]]:
    rulebook = draw(rulebooks())
    return rulebook, draw(st.lists(situations(rulebook), min_size=1, max_size=6))


def sessions(seed: int, how: settings, seen: Counter[str]) -> None:
    """Sessions learn, correct and forget on every engine, and decide as if they had known it all from the start."""

    class Counted(Learning):
        def teardown(self) -> None:
            seen["cases"] += 1
            super().teardown()

    for engine in INSTALLED:
        run_state_machine_as_test(seeded(seed)(type("Machine", (Counted,), {"engine": engine})), settings=how)


LAWS: dict[str, Law] = {
    "bundled": drawn(situations(bundled()), lambda facts: agree(bundled(), facts, engines=INSTALLED)),
    "own-facts": drawn(situations(HARBOUR), lambda facts: agree(HARBOUR, facts, engines=INSTALLED)),
    "generated": drawn(generated(), lambda example: agree(example[0], *example[1])),
    "tables": drawn(
        st.lists(situations(bundled()), min_size=1, max_size=40),
        lambda known: agree(bundled(), *known, engines=["frame"]),
    ),
    "sessions": sessions,
}


def work(name: str, seed: int, seconds: float) -> dict[str, Any]:
    """Check a law with new examples for some seconds, or until it does not hold."""
    how = settings(
        max_examples=100,
        deadline=None,
        database=DirectoryBasedExampleDatabase(DATABASE / name),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    seen: Counter[str] = Counter()
    seeds = random.Random(seed)
    end = monotonic() + seconds
    while monotonic() < end:
        try:
            LAWS[name](seeds.getrandbits(64), how, seen)
        except Exception:
            return {**seen, "failure": traceback.format_exc()}
    return dict(seen)


def watched(name: str, seed: int, seconds: float) -> dict[str, Any]:
    """What a process of its own reports of a law; that it crashed or had to be ended, if so."""
    words = [sys.executable, __file__, "--law", name, "--seed", str(seed), "--minutes", str(seconds / 60)]
    report: dict[str, Any] = {"law": name, "again": " ".join(words[1:])}
    try:
        run = subprocess.run(words, capture_output=True, text=True, timeout=seconds + GRACE, check=False)
    except subprocess.TimeoutExpired:
        return {**report, "crash": f"did not end within {seconds + GRACE:.0f} seconds"}
    if run.returncode != 0:
        return {**report, "crash": f"ended with status {run.returncode}\n{run.stderr[-2_000:]}"}
    return {**report, **json.loads(run.stdout.splitlines()[-1])}


def reports(minutes: float, jobs: int, seeds: random.Random) -> list[dict[str, Any]]:
    """What processes report, one after another, so many at a time, of each law in turn, until the time is over."""
    end = monotonic() + 60 * minutes
    laws = cycle(LAWS)

    def work_on(_: int) -> list[dict[str, Any]]:
        found = []
        while (left := end - monotonic()) > 0:
            found.append(watched(next(laws), seeds.getrandbits(32), min(SLICE, left)))
        return found

    with ThreadPoolExecutor(jobs) as pool:
        return [report for found in pool.map(work_on, range(jobs)) for report in found]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check that engines agree, for as long as asked.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--law", choices=LAWS, help="only this law, in this process; says what it found as JSON")
    asked = parser.parse_args()
    if asked.law:
        print(json.dumps(work(asked.law, asked.seed, 60 * asked.minutes)))
        return 0
    found = reports(asked.minutes, asked.jobs, random.Random(asked.seed))
    for report in found:
        if trouble := report.get("failure") or report.get("crash"):
            print(f"== {report['law']}, again with: python {report['again']}\n{trouble}")
    for name in LAWS:
        print(f"{name:>10}: {sum(report.get('cases', 0) for report in found if report['law'] == name):>10,} cases")
    disagreements, crashes = (sum(kind in report for report in found) for kind in ("failure", "crash"))
    cases = sum(report.get("cases", 0) for report in found)
    engines = ", ".join([*INSTALLED, "frame"])
    print(f"{cases:,} cases on {engines}; {disagreements} disagreements, {crashes} crashes; seed {asked.seed}")
    return int(disagreements + crashes > 0)


if __name__ == "__main__":
    sys.exit(main())
