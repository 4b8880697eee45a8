"""The lines of a text file, one by one, each of bounded length and with what is wrong with its bytes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from xtreme_rules.errors import Problem
from xtreme_rules.intake.rows import Progress

#: How many bytes a line of a table may have, and how many letters a row of several lines.
MAX_ROW = 1_000_000
#: How much is kept of a line that has more.
_KEPT = 10_000
#: After how many lines progress is told.
_STEP = 1_000
_BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    r"""A line with its end; bytes that are no UTF-8 stand as ``\xff``."""

    number: int
    text: str
    wrong: Problem | None = None


TOO_LONG = Problem("", f"the row is longer than {MAX_ROW:,} bytes", "is a quote left open, or a line end missing?")
_NOT_UTF8 = Problem("", "is not UTF-8", "save the file as UTF-8")
_NUL = Problem("", "holds a NUL byte", "save the file as UTF-8")


def lines_of(path: Path, progress: Progress | None = None) -> Iterator[Line]:
    """The lines of a file, without the byte order mark that it may begin with."""
    done, size = 0, path.stat().st_size
    with path.open("rb") as stream:
        for number, raw in enumerate(iter(partial(stream.readline, MAX_ROW + 1), b""), 1):
            done += len(raw)
            text = raw.removeprefix(_BOM) if number == 1 else raw
            if len(raw) > MAX_ROW:
                rest = raw
                while rest and not rest.endswith(b"\n"):
                    rest = stream.readline(MAX_ROW)
                    done += len(rest)
                yield Line(number, f"{text[:_KEPT].decode('utf-8', 'backslashreplace')}…", TOO_LONG)
            else:
                yield _line(number, text)
            if progress is not None and number % _STEP == 0:
                progress(done, size)
    if progress is not None:
        progress(size, size)


def _line(number: int, raw: bytes) -> Line:
    try:
        return Line(number, raw.decode(), _NUL if b"\0" in raw else None)
    except UnicodeDecodeError:
        return Line(number, raw.decode("utf-8", "backslashreplace"), _NOT_UTF8)
