"""This library, on polars and on DuckDB: a call each, of which the columns are taken that the others give too."""

from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from tables import TABLES, ZONE

from xtreme_rules import load

RULEBOOK = load()
OPTION = "special-event-weekend"
VALUES = {"contract.timezone": [ZONE]}


def decide_on_polars(folder: Path) -> pl.DataFrame:
    """The id, the outcome and both masks of every request."""
    contracts, requests, bookings = (pl.scan_parquet(folder / f"{table}.parquet") for table in TABLES)
    decided = RULEBOOK.decide_frame(requests, OPTION, contract=contracts, bookings=bookings, values=VALUES)
    result: pl.DataFrame = decided.select("weekend.id", "outcome", "unmet", "unknown").collect()
    return result


def decide_on_duckdb(folder: Path) -> pa.Table:
    """The id, the outcome and both masks of every request."""
    with duckdb.connect() as connection:
        contracts, requests, bookings = (connection.read_parquet(str(folder / f"{table}.parquet")) for table in TABLES)
        decided = RULEBOOK.decide_frame(requests, OPTION, contract=contracts, bookings=bookings, values=VALUES)
        return decided.select('"weekend.id", outcome, unmet, unknown').to_arrow_table()
