"""A million tickets put in order by polars: by their key, one column of text, and by the columns of the queue."""

from datetime import UTC, datetime
from time import perf_counter

import numpy as np
import polars as pl
from measuring import Samples, decisions, print_table, repeated

from xtreme_rules import load

ROWS = 1_000_000
ROUNDS = 11
SEED = 2026
AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
PACKAGES = ("xtreme", "premium", "elite")
BY_KEY, BY_COLUMNS = "polars, sorting by the key", "polars, sorting by five columns"


def samples() -> tuple[Samples, float]:
    """Milliseconds of sorting, in turn; and the seconds that writing the keys took, deadlines included.

    Raises:
        SystemExit: the two ways do not give the same order.
    """
    incidents, contracts = _tickets(ROWS)
    rulebook, start = load(), perf_counter()
    option = "handling-by-urgency-and-package"
    found = rulebook.decide_frame(incidents, option, contract=contracts, at=AT, bookings=[], add=["deadline", "key"])
    took = perf_counter() - start
    packages = contracts.select(pl.col("id").alias("contract.id"), pl.col("package").cast(pl.Enum(PACKAGES)))
    table = found.join(packages, on="contract.id", how="left", maintain_order="left").select(
        "key",
        "incident.severity",
        pl.when(pl.col("outcome") == "granted").then(pl.col("package")).alias("package"),
        "due",
        "incident.submitted_at",
        "incident.id",
    )
    columns, highest_first = table.columns[1:], [False, True, False, False, False]
    ways = {
        BY_COLUMNS: lambda: table.sort(columns, descending=highest_first, nulls_last=True),
        BY_KEY: lambda: table.sort("key"),
    }
    if not ways[BY_KEY]().equals(ways[BY_COLUMNS]()):
        raise SystemExit("the keys give another order than the columns")
    runs = {name: repeated(way) for name, way in ways.items()}
    return decisions(runs, dict.fromkeys(runs, 1000), ROUNDS, trial=1), took


def _tickets(rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Incidents of forty days, in no order, and a tenth as many contracts."""
    rng = np.random.default_rng(SEED)
    count = max(1, rows // 10)
    contracts = pl.DataFrame(
        {
            "id": [f"c-{number:08}" for number in range(count)],
            "package": rng.choice(PACKAGES, count),
            "start": np.full(count, np.datetime64("2024-01-01")),
            "until": np.full(count, np.datetime64("2029-01-01")),
            "timezone": ["Europe/Amsterdam"] * count,
            "holidays": ["NL"] * count,
        }
    )
    submitted = np.datetime64(AT.replace(tzinfo=None), "us") - rng.integers(0, 40 * 86_400, rows).astype("m8[s]")
    incidents = pl.DataFrame(
        {
            "incident.id": [f"i-{number:08}" for number in rng.permutation(rows)],
            "contract.id": [f"c-{number:08}" for number in rng.integers(0, count, rows)],
            "incident.severity": rng.integers(1, 5, rows),
            "incident.submitted_at": pl.Series(submitted).dt.replace_time_zone("UTC"),
            "incident.component.standard": rng.random(rows) < 0.9,
        }
    )
    return incidents, contracts


def print_samples(sorting: Samples, took: float) -> None:
    """The table, and a line about the keys."""
    print_table(f"{ROWS:,} tickets in order", "ms", sorting, [BY_COLUMNS])
    print(f"their keys and deadlines were written in {took:.1f} s")


if __name__ == "__main__":
    print_samples(*samples())
