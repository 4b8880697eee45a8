"""Rule files as text: what generated rulebooks are read from, and what is shown of one that fails."""

from collections.abc import Iterator, Mapping
from typing import Any

#: What rule files say, as mappings, lists and texts.
Document = Mapping[str, Any]


def text(title: str) -> Document:
    """A text in both languages that says the same in each."""
    return {"nl": title, "en": title}


def yaml(document: Document) -> str:
    """A document as a rule file."""
    return "".join(_lines(document, ""))


def _lines(document: Document, indent: str) -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, Mapping) and any(isinstance(part, Mapping) for part in value.values()):
            yield f"{indent}{key}:\n"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{key}: {_inline(value)}\n"


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_inline(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return "'{}'".format(str(value).replace("'", "''"))
