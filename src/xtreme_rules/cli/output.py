"""Printing: text as the terminal can show it, and forms for machines, always in UTF-8."""

import json
import sys
from typing import Any

import click

#: Marks and quotes for a terminal that cannot show the real ones.
_ASCII = str.maketrans({"✓": "+", "✗": "x", "★": "*", "•": "-", "“": '"', "”": '"', "…": "..."})


def show(text: str, form: str = "text") -> None:
    """Print text as the terminal can show it; the other forms are files for machines, always in UTF-8."""
    if sys.stdout is None:
        raise click.UsageError("there is no standard output")
    encoding = sys.stdout.encoding or "utf-8"
    if form != "text":
        encoding = "utf-8"
    else:
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            text = text.translate(_ASCII)
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{text}\n".encode(encoding, errors="replace"))


def as_json(data: Any) -> str:
    """Plain data as JSON that a person can read."""
    return json.dumps(data, indent=2, ensure_ascii=False)
