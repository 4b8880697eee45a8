"""Run by a test as a program of its own: the answers of processes that were forked or spawned, beside this one's."""

import multiprocessing
import os
import sys
import threading
import warnings
from datetime import UTC, date, datetime

import xtreme_rules as xr
from xtreme_rules.cases import read_cases

ENGINE = sys.argv[1]
Answers = list[tuple[str, tuple[str, ...], tuple[str, ...]]]
#: Some cases of every option: how they come is the same for all.
CASES = [case.facts for case in read_cases(xr.load())[0][::7]]
#: Known before a fork, and used after it.
SESSION = xr.load().session(engine=ENGINE)
BOOKED = {
    "contract": xr.Contract(id="C", package="elite", start=date(2026, 1, 1), until=date(2029, 1, 1), timezone="UTC"),
    "at": datetime(2026, 6, 1, 9, tzinfo=UTC),
}


def answers(decisions: dict[str, xr.Decision]) -> Answers:
    return [(found.outcome.value, found.unmet, found.unknown) for found in decisions.values()]


def decided(rulebook: xr.Rulebook) -> list[Answers]:
    """The answers in some cases of every option of the rulebook."""
    return [answers(rulebook.decide_all(**facts)) for facts in CASES]


def learned(facts: dict[str, object]) -> Answers:
    """The answers of the session that was there before, once it learns more."""
    SESSION.update(**facts)
    return answers(SESSION.decisions())


def heard_in_a_fork() -> bool:
    """Whether a forked process hears of its changes, though a thread was telling a callback when it was made."""
    inside, leave = threading.Event(), threading.Event()
    SESSION.on_change(lambda *_: inside.set() or leave.wait())
    thread = threading.Thread(target=SESSION.update, kwargs={"at": datetime(2026, 6, 1, 22, tzinfo=UTC)})
    thread.start()
    inside.wait()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that there is another thread, from Python 3.12 on
        child = os.fork()
    leave.set()
    if not child:
        heard: list[str] = []
        SESSION.on_change(lambda _, after: heard.append(after.option))
        SESSION.update(at=BOOKED["at"])
        os._exit(not heard)
    thread.join()
    return os.waitpid(child, 0)[1] == 0


def main() -> None:
    rulebook = xr.load(engine=ENGINE)
    expected = decided(rulebook)
    SESSION.assert_fact(**BOOKED)
    later = {"at": datetime(2026, 6, 1, 23, tzinfo=UTC)}
    afterwards = answers(rulebook.decide_all(**{**BOOKED, **later}))
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(decided, [rulebook] * 4) == [expected] * 4, method
            if method == "fork":
                assert pool.map(learned, [later] * 4) == [afterwards] * 4
    assert answers(SESSION.decisions()) == answers(rulebook.decide_all(**BOOKED))
    assert decided(rulebook) == expected
    assert heard_in_a_fork()
    assert threading.active_count() == 1
    print("agreed")


if __name__ == "__main__":
    main()
