"""SQLite: one writer at a time; the others wait for their turn."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DisconnectionError, OperationalError

from xtreme_rules.ledger.errors import LedgerError

#: For how many seconds a call waits for the others before it gives up.
PATIENCE = 60.0
#: For how many seconds SQLite waits. It looks ever more seldom, up to 100 ms, and who came later overtakes: so it is
#: asked again and again.
LOOK = 0.01
#: In between, as some statements do not wait at all.
PAUSE = 0.001
#: So many threads are at work on one file at once; more would only wait inside of SQLite, where turns are not fair.
CONNECTIONS = 4

APPEND_ONLY = (
    """CREATE TRIGGER ledger_records_update BEFORE UPDATE ON ledger_records
    BEGIN SELECT RAISE(ABORT, 'the records of a ledger are append-only'); END""",
    """CREATE TRIGGER ledger_records_delete BEFORE DELETE ON ledger_records
    BEGIN SELECT RAISE(ABORT, 'the records of a ledger are append-only'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER ledger_records_replace BEFORE INSERT ON ledger_records
    WHEN EXISTS (SELECT 1 FROM ledger_records WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'the records of a ledger are append-only'); END""",
)


def make_file(path: Path) -> None:
    """Make the file if it is not there.

    Raises:
        LedgerError: it cannot be made, or not be written.
    """
    try:
        path.open("ab").close()
    except OSError as error:
        why = f"cannot write the ledger `{path}`: {error.strerror or error}"
        raise LedgerError(f"{why}; name a file that you may write, in a folder that is there") from None


def engine(path: Path | None) -> Engine:
    """The engine for a file, or for memory.

    It writes ahead (WAL), so that readers and the writer do not wait for each other, and commits reach the disk before
    they return. A file is never made: one that goes away is an error, and one that took its place is noticed.
    """

    def connect() -> sqlite3.Connection:
        target = ":memory:" if path is None else f"{path.as_uri()}?mode=rw"
        connection = sqlite3.connect(target, timeout=LOOK, isolation_level=None, check_same_thread=False, uri=True)
        try:
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection

    size = 1 if path is None else CONNECTIONS
    made = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=0, pool_timeout=PATIENCE
    )
    event.listen(made, "begin", _begin)
    if path is not None:
        _notice_another_file(made, path)
    return made


def _begin(connection: Connection) -> None:
    """Take the turn to write at once, as a transaction that read first could not have it any more; or that to read."""
    if connection.get_execution_options().get("writes"):
        _patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        connection.exec_driver_sql("BEGIN")
        _patiently(lambda: connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1"))


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have the file written ahead, if it is not yet."""
    _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))


def _patiently(act: Callable[[], object]) -> None:
    """Act when the others let it."""
    ends = monotonic() + PATIENCE
    while True:
        try:
            act()
        except (sqlite3.OperationalError, OperationalError) as error:
            if "locked" not in str(error) or monotonic() > ends:
                raise
            sleep(PAUSE)
        else:
            return


def _notice_another_file(made: Engine, path: Path) -> None:
    """Connect anew when the file is not the one that a connection was made to, but was put in its place since."""

    def identity() -> tuple[int, int] | None:
        try:
            status = os.stat(path)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def connected(_: object, record: Any) -> None:
        record.info["file"] = identity()

    def taken(_: object, record: Any, __: object) -> None:
        if record.info["file"] != identity():
            raise DisconnectionError

    event.listen(made, "connect", connected)
    event.listen(made, "checkout", taken)
