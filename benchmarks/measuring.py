"""How contenders are measured: in rounds, in turn, so that a slow moment of the machine hits all of them."""

import gc
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter_ns

ROUNDS = 41
BATCH_NS = 20_000_000

#: By contender, one sample a round.
Samples = dict[str, list[float]]


def repeated(decide: Callable[[], object]) -> Callable[[int], None]:
    """A function that calls another, so many times over."""

    def repeat(times: int) -> None:
        for _ in range(times):
            decide()

    return repeat


def elapsed(run: Callable[[int], None], times: int) -> int:
    """Nanoseconds, without the garbage collector in between."""
    gc.collect()
    gc.disable()
    try:
        start = perf_counter_ns()
        run(times)
        return perf_counter_ns() - start
    finally:
        gc.enable()


def decisions(
    runs: dict[str, Callable[[int], None]], sizes: dict[str, int], rounds: int = ROUNDS, trial: int = 20
) -> Samples:
    """Microseconds a decision: in each round every contender in turn, each round beginning with another."""
    batches = {}
    for name, run in runs.items():
        run(trial)
        batches[name] = max(1, round(trial * BATCH_NS / elapsed(run, trial)))
    samples: Samples = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            times = batches[name]
            samples[name].append(elapsed(runs[name], times) / 1000 / times / sizes[name])
    return samples


def ratio(samples: Samples, name: str, base: str) -> float:
    """The median, over the rounds, of the ratio within a round."""
    return median(a / b for a, b in zip(samples[name], samples[base], strict=True))


def print_table(title: str, unit: str, samples: Samples, bases: Sequence[str]) -> None:
    """A line a contender: the median, and the ratio to each base."""
    width = max(map(len, [title, *samples]))
    print(f"\n{title:<{width}}  {f'median {unit}':>9}" + "".join(f"  {f'x {base}':>20}" for base in bases))
    for name, values in samples.items():
        ratios = "".join(f"  {ratio(samples, name, base):>20.2f}" for base in bases)
        print(f"{name:<{width}}  {median(values):>9.2f}{ratios}")
