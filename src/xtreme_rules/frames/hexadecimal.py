"""Values as texts that sort as they do, for whole columns: each row as ``Place.text`` writes it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xtreme_rules.coverage.clocks import Integers, Truths
from xtreme_rules.frames.arrays import Column

_Bytes = npt.NDArray[np.uint8]

_KNOWN, _UNKNOWN = ord("0"), ord("1")
#: How a byte is written: of a number in two hexadecimal digits, which are taken as one, of a text in three.
_OF_NUMBER = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], np.uint8).view(np.uint16).ravel()
_OF_TEXT = np.array([list(f"{byte + 1:03x}".encode()) for byte in range(256)], np.uint8)
#: The digits of a number, after the one that says that it is known; and what a text has besides its own digits.
_WIDTH, _AROUND = 17, 4


def numbers(columns: Sequence[Column]) -> Any:
    """Several numbers a row, one after another."""
    count = len(columns[0].values)
    digits = np.empty((count, len(columns), _WIDTH), np.uint8)
    kept = np.ones(digits.shape, np.bool_)
    for place, column in enumerate(columns):
        unsigned = column.values.view(np.uint64) + np.uint64(1 << 63)
        digits[:, place, 0] = np.where(column.known, _KNOWN, _UNKNOWN)
        digits[:, place, 1:] = _OF_NUMBER.take(unsigned.astype(">u8").view(np.uint8)).view(np.uint8).reshape(count, -1)
        kept[:, place, 1:] = column.known[:, None]
    ends = kept.reshape(count, -1).sum(axis=1).cumsum()
    return _texts(digits.ravel() if kept.all() else digits[kept], ends)


def texts(column: Any, known: Truths) -> Any:
    """A text a row; ``column`` is an Arrow column of them."""
    held = pc.if_else(pa.array(known), column, "").cast(pa.large_string()).combine_chunks()
    _, offsets, data = held.buffers()
    bounds = np.frombuffer(offsets, np.int64)[held.offset : held.offset + len(held) + 1]
    digits = _OF_TEXT[np.frombuffer(data or b"", np.uint8)[bounds[0] : bounds[-1]]]
    ends = np.where(known, 3 * np.diff(bounds) + _AROUND, 1).cumsum()
    written = np.full(ends[-1] if len(ends) else 0, _KNOWN, np.uint8)
    # All that is not digits of the text is 0: the first of all, and the three at the end.
    own = np.ones(len(written), np.bool_)
    own[ends - np.diff(ends, prepend=0)] = False
    for behind in (1, 2, 3):
        own[ends[known] - behind] = False
    written[own] = digits.ravel()
    written[ends[~known] - 1] = _UNKNOWN
    return _texts(written, ends)


def _texts(written: _Bytes, ends: Integers) -> Any:
    """An Arrow array of the texts that end at some places."""
    offsets = np.concatenate([[0], ends])
    return pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(written))
