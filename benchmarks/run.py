"""Measure the budgets of the library, side by side with the same logic by hand and with other engines.

Prints tables and then a line a budget. It measures and does not judge: a budget that is not met is no failure.
"""

import importlib
from collections.abc import Callable, Sequence
from platform import machine, python_version
from tempfile import TemporaryDirectory

import bookings
import by_hand
import deadlines
import fresh
import ordering
import sessions
import with_xtreme_rules
from measuring import ROUNDS, Samples, decisions, print_table, ratio, repeated
from situations import SITUATIONS, Case

from xtreme_rules import Outcome

FRESH_ROUNDS = 21
#: By size of the column.
COLUMN_ROUNDS = {10_000: 41, 1_000_000: 21, 10_000_000: 5}

BY_HAND = "by hand"
OURS = "xtreme-rules"
OURS_UNREAD = "xtreme-rules, outcome only"
OURS_ALL = "xtreme-rules, all options"
OURS_WEEKENDS = "xtreme-rules, weekends of a year"
ATTRS_YAML = "import attrs, yaml"
IMPORT = "import xtreme_rules"
LOAD = "xtreme_rules.load()"
LOAD_AND_USE = "xtreme_rules.load().decide_all()"
DEADLINE = "xtreme-rules, a deadline"
PANDAS = "pandas CustomBusinessHour"
COLUMN = "xtreme-rules, deadlines"
SEARCH = "numpy.searchsorted"

#: By name: the module and its function. A module whose engine is not there is left out, and said so.
PEERS = {
    "zen-engine": ("with_zen", "decide"),
    "rule-engine": ("with_rule_engine", "decide"),
    "durable_rules": ("with_durable_rules", "decide"),
    "cedarpy": ("with_cedar", "decide"),
    "cedarpy, policies as text": ("with_cedar", "decide_from_text"),
}

Decide = Callable[..., object]


def peers() -> dict[str, Decide]:
    """Those of the peers that are installed."""
    found: dict[str, Decide] = {}
    for name, (module, function) in PEERS.items():
        try:
            found[name] = getattr(importlib.import_module(module), function)
        except ImportError as error:
            print(f"{name} is not measured: {error}")
    return found


def check_agreement(contenders: dict[str, Decide]) -> None:
    """Every contender gives the library's outcome in every situation, and by hand its names too."""
    for situation, case in SITUATIONS.items():
        outcome, unmet, unknown = with_xtreme_rules.decide(*case)
        if not situation.startswith(outcome.value.replace("_", " ")):
            raise SystemExit(f"xtreme-rules says {outcome.value} of the situation `{situation}`")
        if by_hand.decide(*case) != (outcome.value, list(unmet), list(unknown)):
            raise SystemExit(f"by hand disagrees on the situation `{situation}`: {by_hand.decide(*case)}")
        for name, decide in contenders.items():
            if Outcome(decide(*case)) is not outcome:
                raise SystemExit(f"{name} disagrees on the situation `{situation}`: {decide(*case)}")


def cycled(decide: Decide, cases: Sequence[Case]) -> Callable[[int], None]:
    """A function that decides every case, so many times over."""

    def cycle(times: int) -> None:
        for _ in range(times):
            for contract, weekend, booked in cases:
                decide(contract, weekend, booked)

    return cycle


def deadline_samples() -> Samples:
    """Microseconds a deadline, in turn."""
    runs = {DEADLINE: repeated(deadlines.ours()), PANDAS: repeated(deadlines.pandas())}
    return decisions(runs, dict.fromkeys(runs, len(deadlines.HOURS)))


def column_samples() -> dict[int, Samples]:
    """Nanoseconds a row, which are microseconds a thousand rows, by size of the column; in turn."""
    samples = {}
    for size, rounds in COLUMN_ROUNDS.items():
        column, search = deadlines.column(size)
        runs = {COLUMN: repeated(column), SEARCH: repeated(search)}
        samples[size] = decisions(runs, dict.fromkeys(runs, size // 1000), rounds, trial=1)
    return samples


def processes() -> Samples:
    """Milliseconds of importing and of loading, each in a fresh process, in turn."""
    statements = {
        ATTRS_YAML: (ATTRS_YAML, "pass"),
        IMPORT: (IMPORT, "pass"),
        LOAD: (LOAD, "import xtreme_rules"),
        LOAD_AND_USE: (LOAD_AND_USE, "import xtreme_rules"),
    }
    samples: Samples = {name: [] for name in statements}
    with TemporaryDirectory() as byte_code:
        for statement, before in statements.values():
            fresh.milliseconds(statement, before, byte_code)
        for _ in range(FRESH_ROUNDS):
            for name, (statement, before) in statements.items():
                samples[name].append(fresh.milliseconds(statement, before, byte_code))
    return samples


def print_budgets(
    times: Samples,
    starts: Samples,
    due: Samples,
    due_columns: dict[int, Samples],
    updates: dict[str, Samples],
    sorting: Samples,
) -> None:
    """A line a budget of the design: what it asks, what was measured, and whether it is met."""
    at_most = [
        ("one decision, every failed condition named", times, OURS, BY_HAND, 1.3),
        ("all weekends of a contract year", times, OURS_WEEKENDS, OURS, 60.0),
        ("all options for one contract and situation", times, OURS_ALL, BY_HAND, 12.0),
        (IMPORT, starts, IMPORT, ATTRS_YAML, 2.0),
        ("loading and checking the bundled rulebook", starts, LOAD, ATTRS_YAML, 2.5),
        *((f"a column of {size:,} deadlines", rows, COLUMN, SEARCH, 3.0) for size, rows in due_columns.items()),
        *(
            (f"a session: update of `{fact}`", each, sessions.COMPILED, sessions.DECIDE, 3.0)
            for fact, each in updates.items()
        ),
        (f"ordering {ordering.ROWS:,} tickets", sorting, ordering.BY_KEY, ordering.BY_COLUMNS, 1.2),
    ]
    at_least = [("durable_rules", 5.0), ("zen-engine", 3.0), ("cedarpy", 40.0), ("rule-engine", 3.0)]
    lines = []
    for what, samples, name, base, most in at_most:
        measured = ratio(samples, name, base)
        lines.append((what, f"at most {most:g} x {base}", measured, measured <= most))
    for peer, least in at_least:
        if peer in times:
            measured = ratio(times, peer, OURS)
            lines.append((f"faster than {peer}", f"at least {least:g} x", measured, measured >= least))
    measured = ratio(due, PANDAS, DEADLINE)
    lines.append(("a deadline, against pandas", "at least 50 x", measured, measured >= 50))
    print(f"\n{'budget':<44}  {'allowed':<31}  measured")
    for what, allowed, measured, met in lines:
        print(f"{what:<44}  {allowed:<31}  {measured:>8.2f}  {'met' if met else 'not met'}")


def main() -> None:
    """Check that all agree, measure, print."""
    cases = list(SITUATIONS.values())
    others = peers()
    check_agreement(others)
    ours: dict[str, Decide] = {OURS: with_xtreme_rules.decide, OURS_UNREAD: with_xtreme_rules.decide_only}
    contenders: dict[str, Decide] = {BY_HAND: by_hand.decide, **ours, **others}
    runs = {name: cycled(decide, cases) for name, decide in contenders.items()}
    sizes = dict.fromkeys(runs, len(cases))
    runs[OURS_ALL], sizes[OURS_ALL] = repeated(with_xtreme_rules.decide_all), 1
    runs[OURS_WEEKENDS], sizes[OURS_WEEKENDS] = repeated(with_xtreme_rules.weekends), 1
    print(f"Python {python_version()}, {machine()}; {len(cases)} situations, {ROUNDS} rounds")
    times, starts = decisions(runs, sizes), processes()
    due, due_columns = deadline_samples(), column_samples()
    names = sessions.contenders()
    updates = sessions.update_samples(names)
    sorting, writing = ordering.samples()
    print_table("special-event weekend", "µs", times, [BY_HAND, OURS])
    print_table("in a fresh process", "ms", starts, [ATTRS_YAML])
    print_table("deadlines in office hours", "µs", due, [DEADLINE])
    for size, rows in due_columns.items():
        print_table(f"{size:,} rows, each", "ns", rows, [SEARCH])
    bookings.main()
    sessions.print_tables(names, updates)
    ordering.print_samples(sorting, writing)
    print_budgets(times, starts, due, due_columns, updates, sorting)


if __name__ == "__main__":
    main()
