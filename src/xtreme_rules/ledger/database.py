"""Transactions on the database of a ledger, and its errors in the words of this library."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Pool
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from xtreme_rules.ledger import postgresql, schema, sqlite
from xtreme_rules.ledger.address import address
from xtreme_rules.ledger.books import Books
from xtreme_rules.ledger.errors import ConflictError, LedgerError, LedgerUnavailableError

#: Connections of a process that this one was forked from: they are its own, and not even closed here.
_inherited: list[Pool] = []


class Database:
    """The database of a ledger, its tables made if need be. Threads may share it, and a fork may use it."""

    def __init__(self, where: str | Path) -> None:
        self.where = address(where)
        url, path = self.where.url, self.where.path
        self._engine: Engine | None = sqlite.engine(path) if url is None else postgresql.engine(url)
        self._process = os.getpid()
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        if self.where.path is not None:
            sqlite.make_file(self.where.path)
        with self._transaction(writes=False) as connection:
            found = schema.version_in(connection)
        if found is None:
            with self._transaction(writes=True) as connection:
                schema.make_tables(connection)
                found = schema.version_in(connection)
        schema.check_version(found or 0, str(self.where))

    def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            self._engine.dispose(close=self._process == os.getpid())
        self._engine = None

    @contextmanager
    def reading(self) -> Iterator[Books]:
        """The books, to read.

        Raises:
            LedgerError: the ledger is closed, or the database refused.
            LedgerUnavailableError: the database cannot be reached.
        """
        with self._transaction(writes=False) as connection:
            yield Books(connection)

    @contextmanager
    def writing(self) -> Iterator[Books]:
        """The books, to read and write: all of it is kept when the block ends, and nothing if anything fails.

        Raises:
            ConflictError: a constraint of the database was violated.
            LedgerError: as ``reading``.
            LedgerUnavailableError: as ``reading``.
        """
        with self._transaction(writes=True) as connection:
            yield Books(connection)

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        engine = self._of_this_process()
        try:
            with engine.connect().execution_options(writes=writes) as connection, connection.begin():
                yield connection
        except IntegrityError as error:
            raise ConflictError(f"the ledger `{self.where}` is used by another: {_first_line(error)}") from error
        except SQLAlchemyError as error:
            raise self._in_words(error) from error

    def _of_this_process(self) -> Engine:
        engine = self._engine
        if engine is None:
            raise LedgerError(f"the ledger `{self.where}` is closed; open it anew")
        if self._process != os.getpid():
            _inherited.append(engine.pool)
            engine.dispose(close=False)
            self._process = os.getpid()
        return engine

    def _in_words(self, error: SQLAlchemyError) -> LedgerError:
        what = _first_line(error)
        if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError):
            advice = "ask again, with the same id of the request, when it is back"
            return LedgerUnavailableError(f"the ledger `{self.where}` is not available: {what}; {advice}")
        advice = "name one that this library made, and that you may write to"
        return LedgerError(f"the ledger `{self.where}` cannot be used: {what}; {advice}")


def _first_line(error: SQLAlchemyError) -> str:
    text = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return text.strip().partition("\n")[0] or type(error).__name__
