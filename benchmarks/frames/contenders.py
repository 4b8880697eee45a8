"""Who decides the tables, by name: a function that takes the folder of the files and gives a table in memory.

Each gives at least the columns ``weekend.id``, ``outcome``, ``unmet`` and ``unknown``, a row a request. They may be
in another order: from files the library promises none, as a database does not.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

Decide = Callable[[Path], Any]


@attrs.frozen
class Contender:
    """Where its function is, and for how many rows it is still measured: those that take less than a minute."""

    module: str
    function: str = "decide"
    most_rows: int = 10_000_000

    def decide(self) -> Decide:
        """Its function.

        Raises:
            ImportError: what it needs is not installed.
        """
        function: Decide = getattr(import_module(self.module), self.function)
        return function


POLARS = "polars by hand"
DUCKDB = "duckdb by hand"
OURS_ON_POLARS = "xtreme-rules on polars"
OURS_ON_DUCKDB = "xtreme-rules on duckdb"

CONTENDERS = {
    POLARS: Contender("with_polars"),
    f"{POLARS}, in order": Contender("with_polars", "decide_in_order"),
    OURS_ON_POLARS: Contender("with_xtreme_rules", "decide_on_polars"),
    DUCKDB: Contender("with_duckdb"),
    OURS_ON_DUCKDB: Contender("with_xtreme_rules", "decide_on_duckdb"),
    "numpy by hand": Contender("with_numpy"),
    "OpenFisca": Contender("with_openfisca"),
    "pandas apply": Contender("with_pandas_apply", most_rows=100_000),
}
