"""The whole job on a local Spark: generated tables from Parquet, decided, written to Parquet, counted.

``on_spark.py [ROWS]``, ten million unless said otherwise. It needs PySpark and Java 17, and prints the seconds of
planning and of the job, the counts, and the highest memory of Spark's own process.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import tables
from pyspark import SparkContext
from pyspark.sql import SparkSession

from xtreme_rules import load

OPTION = "special-event-weekend"
SETTINGS = {"spark.driver.memory": "4g", "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "16"}


def main(rows: int, folder: Path) -> None:
    """Generate, decide, count."""
    tables.write(folder, rows)
    spark = SparkSession.builder.master("local[2]").config(map=SETTINGS).getOrCreate()
    contracts, requests, bookings = (spark.read.parquet(str(folder / f"{name}.parquet")) for name in tables.TABLES)
    rulebook, start = load(), perf_counter()
    values = {"contract.timezone": [tables.ZONE]}
    decided = rulebook.decide_frame(requests, OPTION, contract=contracts, bookings=bookings, values=values)
    planned = perf_counter()
    decided.write.parquet(str(folder / "decided"))
    done = perf_counter()
    rulebook.summary(spark.read.parquet(str(folder / "decided")), OPTION).show(50, truncate=False)
    status = Path(f"/proc/{_java(SparkContext._gateway)}/status").read_text()
    highest = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    print(
        f"{rows:,} rows: planned in {planned - start:.1f} s, decided in {done - planned:.1f} s, {highest:,} MiB at most"
    )
    spark.stop()


def _java(gateway: object) -> int:
    """The number of Spark's process."""
    return int(gateway.jvm.java.lang.ProcessHandle.current().pid())  # type: ignore[attr-defined]


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        main(int(sys.argv[1]) if sys.argv[1:] else 10_000_000, Path(name))
