"""PostgreSQL, by the driver psycopg: many writers at a time."""

from sqlalchemy import URL, Engine, create_engine

from xtreme_rules.ledger.errors import LedgerError

#: For how many seconds a call waits for one of the connections before it gives up.
PATIENCE = 60.0

APPEND_ONLY = (
    """CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the records of a ledger are append-only'; END $$""",
    """CREATE TRIGGER ledger_records_change BEFORE UPDATE OR DELETE ON ledger_records
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only()""",
    """CREATE TRIGGER ledger_records_truncate BEFORE TRUNCATE ON ledger_records
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()""",
)

#: Whoever makes the tables holds this lock; two that made them at once would fail.
MAKING_TABLES = "SELECT pg_advisory_xact_lock(hashtext('xtreme-rules ledger'))"


def engine(url: URL) -> Engine:
    """The engine for a database. Connections are tried before use, so that a server may have been restarted.

    Every statement sees what was committed before it; the constraints of the tables see to the rest.

    Raises:
        LedgerError: the driver is not installed.
    """
    try:
        return create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, pool_timeout=PATIENCE)
    except ImportError as error:
        hint = "run: pip install 'xtreme-rules[postgresql]'"
        raise LedgerError(f"a ledger in PostgreSQL needs psycopg ({error}); {hint}") from None
