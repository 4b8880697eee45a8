"""Where a ledger is: a file of SQLite, memory, or a database of PostgreSQL."""

import re
from pathlib import Path

import attrs
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from xtreme_rules.errors import clipped
from xtreme_rules.ledger.errors import LedgerError

FORMS = "use a path, `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`"
_SCHEME = re.compile(r"[A-Za-z][\w+]+:")


@attrs.frozen
class Address:
    """Where a ledger is: ``url`` of PostgreSQL, else ``path`` of a file, else memory. It prints without a password."""

    url: URL | None = None
    path: Path | None = None

    def __str__(self) -> str:
        if self.url is not None:
            return self.url.render_as_string(hide_password=True)
        return "in memory" if self.path is None else str(self.path)


def address(where: str | Path) -> Address:
    """Read a URL, or a path; a relative path is one from the working folder of now.

    Raises:
        LedgerError: it is neither, or names a database that ledgers do not know.
    """
    if not isinstance(where, str | Path):
        raise LedgerError(f"expected a URL or a path, got {clipped(repr(where), 60)}; {FORMS}")
    if isinstance(where, Path) or not _SCHEME.match(where):
        return Address(path=Path(where).absolute())
    try:
        url = make_url(where)
    except (ArgumentError, ValueError):
        raise LedgerError(f"`{clipped(_without_password(where), 60)}` is no URL; {FORMS}") from None
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        return _of_sqlite(url)
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return Address(url=url.set(drivername="postgresql+psycopg"))
    raise LedgerError(f"a ledger cannot be kept in `{clipped(url.drivername, 60)}`; {FORMS}")


def _of_sqlite(url: URL) -> Address:
    if url.query or url.host:
        shown = clipped(url.render_as_string(hide_password=True), 60)
        raise LedgerError(f"`{shown}` has a host or options; write `sqlite:///FILE` alone, with three slashes")
    in_memory = url.database in (None, "", ":memory:")
    return Address(path=None if in_memory else Path(str(url.database)).absolute())


def _without_password(text: str) -> str:
    return re.sub(r"(?<=:)[^:@]*(?=@)", "***", text)
