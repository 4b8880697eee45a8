"""Sessions: an update of one fact against one decision of the options that it concerns; opening and closing; memory.

Also runs alone.
"""

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
from measuring import Samples, decisions, print_table, repeated
from with_xtreme_rules import EVERYTHING, RULEBOOK

from xtreme_rules import Session
from xtreme_rules.language.tree import reads

DECIDE = "decide, compiled"
COMPILED = "session, compiled"
TOLD = "session, compiled, a callback told"
DURABLE = "session, durable"
#: By contender, the engine.
ENGINES = {COMPILED: "compiled", DURABLE: "durable"}

#: By fact, what it changes to and back; each changes decisions.
OTHERWISE: dict[str, Any] = {
    "access": attrs.evolve(EVERYTHING["access"], customer_present=True),
    "at": EVERYTHING["at"] + timedelta(hours=12),
    "weekend": attrs.evolve(EVERYTHING["weekend"], accepts_english=False),
}
#: By contender: sessions that are alive at once, and sessions that are opened and closed one after another.
ALIVE = {COMPILED: 5_000, DURABLE: 50}
ONE_AFTER_ANOTHER = {COMPILED: 10_000, DURABLE: 2_000}

STATUS = Path("/proc/self/status")


def contenders() -> list[str]:
    """The sessions whose engine is installed."""
    found = []
    for name, engine in ENGINES.items():
        try:
            RULEBOOK.session(engine=engine).close()
        except ImportError as error:
            print(f"{name} is not measured: {error}")
        else:
            found.append(name)
    return found


def concerned(fact: str) -> dict[str, dict[str, Any]]:
    """The options that read a fact, each with just the facts that it reads."""
    found = {}
    for name, option in RULEBOOK.rules.entitlements.items():
        read = {path.partition(".")[0] for condition in option.conditions for path in reads(condition.when)}
        if fact in read:
            found[name] = {known: EVERYTHING[known] for known in EVERYTHING if known in read}
    return found


def deciding(fact: str) -> Callable[[], None]:
    """Decides the options that a fact concerns, over what it changes to and over what it was."""
    situations = [
        (option, {**facts, fact: value})
        for value in (OTHERWISE[fact], EVERYTHING[fact])
        for option, facts in concerned(fact).items()
    ]
    decide = RULEBOOK.decide

    def run() -> None:
        for option, facts in situations:
            decide(option, **facts)

    return run


def updating(session: Session, fact: str) -> Callable[[], None]:
    """Updates a fact to something else and back."""
    there, back = {fact: OTHERWISE[fact]}, {fact: EVERYTHING[fact]}
    update = session.update

    def run() -> None:
        update(**there)
        update(**back)

    return run


def opened(name: str) -> Session:
    """A session that knows everything."""
    session = RULEBOOK.session(engine=ENGINES[name])
    session.assert_fact(**EVERYTHING)
    return session


def check_agreement(session: Session, fact: str) -> None:
    """An update gives the decisions that follow from all facts at once, and some of them are others."""
    before = session.decisions()
    session.update(**{fact: OTHERWISE[fact]})
    if session.decisions() != RULEBOOK.decide_all(**{**EVERYTHING, fact: OTHERWISE[fact]}):
        raise SystemExit(f"{session} disagrees on an update of `{fact}`")
    if [one.met for one in session.decisions().values()] == [one.met for one in before.values()]:
        raise SystemExit(f"an update of `{fact}` changes nothing")
    session.update(**{fact: EVERYTHING[fact]})


def update_samples(names: list[str]) -> dict[str, Samples]:
    """Microseconds an update, and of one decision of the options concerned, in turn; by fact."""
    samples = {}
    for fact in OTHERWISE:
        sessions = {name: opened(name) for name in names}
        for session in sessions.values():
            check_agreement(session, fact)
        told = sessions[TOLD] = opened(COMPILED)
        told.on_change(lambda before, after: None)
        runs = {DECIDE: repeated(deciding(fact))}
        runs |= {name: repeated(updating(session, fact)) for name, session in sessions.items()}
        samples[fact] = decisions(runs, dict.fromkeys(runs, 2))
        for session in sessions.values():
            session.close()
    return samples


def opening_samples(names: list[str]) -> Samples:
    """Microseconds of opening a session and closing it, in turn."""

    def opening(engine: str) -> Callable[[], None]:
        return lambda: RULEBOOK.session(engine=engine).close()

    runs = {name: repeated(opening(ENGINES[name])) for name in names}
    return decisions(runs, dict.fromkeys(runs, 1))


def _kib() -> int:
    """The memory of this process."""
    gc.collect()
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines["VmRSS"].split()[0])


def _one_after_another(name: str, count: int) -> None:
    for _ in range(count):
        with opened(name) as session:
            session.update(access=OTHERWISE["access"])


def memory(name: str) -> tuple[float, int]:
    """KiB of a live session that knows everything; KiB by which the process grows as others come and go after them."""
    _one_after_another(name, 10)
    before = _kib()
    alive = [opened(name) for _ in range(ALIVE[name])]
    each = (_kib() - before) / len(alive)
    for session in alive:
        session.close()
    del alive, session
    before = _kib()
    _one_after_another(name, ONE_AFTER_ANOTHER[name])
    return each, _kib() - before


def memories(names: list[str]) -> Iterator[tuple[str, float, int]]:
    """Of each contender, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    for name in names:
        with context.Pool(1) as pool:
            yield name, *pool.apply(memory, (name,))


def print_tables(names: list[str], updates: dict[str, Samples]) -> None:
    """Print a table a fact, one of opening and closing, and one of memory."""
    for fact, samples in updates.items():
        count = len(concerned(fact))
        print_table(f"update of `{fact}`, {count} option{'s'[: count != 1]}", "µs", samples, [DECIDE])
    print_table("opening and closing a session", "µs", opening_samples(names), [COMPILED])
    if not STATUS.exists():
        print("\nthe memory of sessions is not measured: this system has no /proc")
        return
    print(f"\n{'memory of sessions':<34}  KiB each alive  KiB grown over opened and closed")
    for name, each, grown in memories(names):
        print(f"{name:<34}  {each:>14,.1f}  {grown:>9,} {ONE_AFTER_ANOTHER[name]:>22,}")


def main() -> None:
    """Measure and print."""
    names = contenders()
    print_tables(names, update_samples(names))


if __name__ == "__main__":
    main()
