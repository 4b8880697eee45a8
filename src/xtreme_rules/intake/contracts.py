"""Tables of contracts and of bookings: a row for each, columns named by the fields of the fact class.

One that stands twice counts once if both rows say the same; if not, both are bad.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import attrs

from xtreme_rules.errors import FactError, Problem, clipped
from xtreme_rules.facts.fact import Fact
from xtreme_rules.facts.standard import Booking, Contract
from xtreme_rules.facts.types import fields_of
from xtreme_rules.intake.cells import cell_reader, required, under
from xtreme_rules.intake.columns import Sheet, found, record_paths
from xtreme_rules.intake.dialect import Dialect
from xtreme_rules.intake.rows import BadRow, Progress
from xtreme_rules.intake.sieve import Sieve
from xtreme_rules.intake.suggest import suggester
from xtreme_rules.intake.tables import open_table
from xtreme_rules.language.schema import Schema

F = TypeVar("F", bound=Fact)


@attrs.frozen
class Contracts:
    """Contracts by id, and the rows that became none."""

    by_id: Mapping[str, Contract]
    bad: tuple[BadRow, ...] = ()

    def finder(self) -> Callable[[str], Contract]:
        """A function that finds a contract by its id, or raises FactError that says why there is none."""
        by_id, bad = self.by_id, {row.id: row for row in self.bad}
        suggest = suggester(by_id)

        def find(id: str) -> Contract:  # noqa: A002
            contract = by_id.get(id)
            if contract is not None:
                return contract
            if id in bad:
                row = bad[id]
                message, help_ = f"the contract `{clipped(id, 60)}` is a bad row", f"mend {row.file}:{row.line}"
            else:
                message, help_ = f"no contract `{clipped(id, 60)}`", suggest(id)
            raise FactError([Problem("contract.id", message, help_)])

        return find


@attrs.frozen
class Bookings:
    """Bookings by the id of their contract, and the rows that became none."""

    by_contract: Mapping[str, tuple[Booking, ...]]
    bad: tuple[BadRow, ...] = ()


def read_contracts(path: str | Path, schema: Schema, progress: Progress | None = None) -> Contracts:
    """Read a table of contracts; JSON lines and Parquet files may hold ``package_changes`` as a nested list.

    Raises:
        TableError: the table cannot be read at all, or has no column for the id.
    """

    def make(values: dict[str, Any]) -> Contract:
        contract = _made(Contract, "contract", values)
        if not schema.fits({"contract": contract}):
            schema.checked({"contract": contract})
        return contract

    sieve = _sieve(path, Contract, "contract")
    sieve.read(make, progress)
    return Contracts(sieve.made, _in_order(sieve))


def read_bookings(path: str | Path, contracts: Contracts, progress: Progress | None = None) -> Bookings:
    """Read a table of bookings; one whose contract is not there is a bad row. Moments are ISO 8601 with their zone.

    Raises:
        TableError: the table cannot be read at all, or lacks a column that every booking must fill.
    """
    find = contracts.finder()

    def make(values: dict[str, Any]) -> Booking:
        booking = _made(Booking, "booking", values)
        try:
            find(booking.contract_id)
        except FactError as error:
            raise FactError(under(error.problems, "contract.id", "booking.contract_id")) from None
        return booking

    sieve = _sieve(path, Booking, "booking")
    sieve.read(make, progress)
    by_contract: dict[str, list[Booking]] = {}
    for booking in sieve.made.values():
        by_contract.setdefault(booking.contract_id, []).append(booking)
    return Bookings({id_: tuple(bookings) for id_, bookings in by_contract.items()}, _in_order(sieve))


def _sieve(path: str | Path, record: type[F], subject: str) -> Sieve[F]:
    table = open_table(path)
    paths = record_paths(record, subject)
    needed = [f"{subject}.{name}" for name, field in fields_of(record).items() if field.required]
    columns = found(table, subject, paths, needed)
    cells = {path: cell_reader(paths[path], Dialect()) for path in columns}
    cells |= {path: required(cells[path]) for path in needed}
    return Sieve(table, Sheet(table.name, columns, cells, f"{subject}.id"), twice_is_once=True)


def _made(record: type[F], subject: str, values: dict[str, Any]) -> F:
    given = {name: values.get(f"{subject}.{name}") for name in fields_of(record)}
    try:
        return record(**{name: value for name, value in given.items() if value is not None})
    except FactError as error:
        raise FactError(under(error.problems, record.__name__, subject)) from None


def _in_order(sieve: Sieve[F]) -> tuple[BadRow, ...]:
    return tuple(sieve.bad[line] for line in sorted(sieve.bad))
