"""The tables of a ledger, and what the database itself sees to.

A contract year has numbered places, from 0; a booking takes the lowest that is free, and gives it back if it is
cancelled before its weekend began. Two that decide at the same time choose the same place, and one of them fails on
the unique constraint. So the places taken never outnumber what the rulebook grants, whatever its quota is.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    insert,
    inspect,
    select,
    text,
)

from xtreme_rules.ledger import postgresql, sqlite
from xtreme_rules.ledger.errors import LedgerError

#: The version of the tables below; a ledger of a newer one is refused.
VERSION = 1


class Moment(TypeDecorator[datetime]):
    """A moment, in UTC whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """SQLite keeps what it was given, UTC, without saying so; PostgreSQL gives the time zone of the session."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


tables = MetaData()

schema = Table("ledger_schema", tables, Column("version", Integer, nullable=False))

records = Table(
    "ledger_records",
    tables,
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('decision', 'cancellation')"), nullable=False),
    Column("option", Text, nullable=False),
    Column("contract_id", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("booking_id", Text),
    Column("outcome", Text, CheckConstraint("(outcome IS NULL) = (kind = 'cancellation')")),
    Column("unmet", Text, nullable=False),  # this and what follows as JSON
    Column("unknown", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("versions", Text, nullable=False),
    CheckConstraint("kind = 'cancellation' OR (outcome = 'granted') = (booking_id IS NOT NULL)"),
    Index("ledger_records_of_contract", "contract_id", "number"),
    sqlite_autoincrement=True,
)

bookings = Table(
    "ledger_bookings",
    tables,
    Column("id", Text, primary_key=True),
    Column("number", ForeignKey(records.c.number), nullable=False, unique=True),
    Column("contract_id", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("saturday", Date, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("year_start", Date, nullable=False),
    Column("place", Integer, CheckConstraint("place >= 0")),
    Column("cancelled_at", Moment),
    Column("cancellation", ForeignKey(records.c.number), unique=True),
    CheckConstraint("(cancelled_at IS NULL) = (cancellation IS NULL)"),
    CheckConstraint("place IS NOT NULL OR cancelled_at IS NOT NULL"),
    UniqueConstraint("contract_id", "year_start", "place"),
)

#: A request has one booking that is not given back.
Index(
    "ledger_bookings_of_request",
    bookings.c.contract_id,
    bookings.c.request_id,
    unique=True,
    sqlite_where=bookings.c.place.is_not(None),
    postgresql_where=bookings.c.place.is_not(None),
)


def version_in(connection: Connection) -> int | None:
    """The version of the tables that are there, if any are."""
    if not inspect(connection).has_table(schema.name):
        return None
    version: int = connection.execute(select(schema.c.version)).scalar_one()
    return version


def make_tables(connection: Connection) -> None:
    """Make the tables and their triggers, unless another did while this one waited for its turn to write."""
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        connection.execute(text(postgresql.MAKING_TABLES))
    if version_in(connection) is None:
        tables.create_all(connection, checkfirst=False)
        for trigger in postgresql.APPEND_ONLY if on_postgresql else sqlite.APPEND_ONLY:
            connection.exec_driver_sql(trigger)
        connection.execute(insert(schema).values(version=VERSION))


def check_version(found: int, where: str) -> None:
    """Refuse tables that a newer library made.

    Raises:
        LedgerError: they are newer.
    """
    if found > VERSION:
        raise LedgerError(
            f"the ledger `{where}` has schema {found}, and this library knows schema {VERSION}; upgrade xtreme-rules"
        )
