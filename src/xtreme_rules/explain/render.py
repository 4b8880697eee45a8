"""Documents and tables as plain text, HTML and Markdown."""

from collections.abc import Callable, Iterator
from html import escape
from itertools import zip_longest
from textwrap import fill
from typing import TypeVar

from xtreme_rules.errors import unknown_name
from xtreme_rules.explain.document import Cell, Document, Status, Table

T = TypeVar("T")

_MARKS = {"met": "✓", "unmet": "✗", "unknown": "?", "plain": "•"}
_GREEN, _RED, _AMBER, _GREY = "#1a7f37", "#b42318", "#9a6700", "#57606a"
#: The colour of every outcome and of every standing, and of what has none.
COLOURS = {
    "granted": _GREEN,
    "denied": _RED,
    "needs_information": _AMBER,
    "breached": _RED,
    "at_risk": _AMBER,
    "safe": _GREEN,
    "paused": _GREY,
    "never": _GREY,
    "not_covered": _GREY,
    "answered": _GREEN,
    "answered_late": _RED,
    "not_decided": _GREY,
}
_MARK_COLOURS = {"met": _GREEN, "unmet": _RED, "unknown": _AMBER, "plain": _GREY}
_STATUS = "color: white; border-radius: .3em; padding: .1em .5em; font-size: .8em; white-space: nowrap"
#: White on a colour, so that a mark can be read on a light and on a dark page.
_BADGE = "flex: none; width: 1.25em; text-align: center; border-radius: .3em; color: white; font-size: .8em"
_WIDTH = 100
_SHORT = 40


def rendered(document: Document, format: str) -> str:  # noqa: A002
    """A document as ``text``, ``html`` or ``markdown``.

    Raises:
        UnknownNameError: there is no such format.
    """
    return _renderer(_DOCUMENTS, format)(document)


def rendered_table(table: Table, format: str) -> str:  # noqa: A002
    """A table as ``text``, ``html`` or ``markdown``.

    Raises:
        UnknownNameError: there is no such format.
    """
    return _renderer(_TABLES, format)(table)


def _renderer(renderers: dict[str, Callable[[T], str]], format: str) -> Callable[[T], str]:  # noqa: A002
    if format not in renderers:
        raise unknown_name("format", format, renderers)
    return renderers[format]


def _wrapped(text: str, first: str, rest: str) -> str:
    return fill(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _document_text(document: Document) -> str:
    lines = [f"{document.title}: {document.status_text}", _wrapped(document.lead, "  ", "  ")]
    for section in document.sections:
        lines += ["", section.heading]
        for entry in section.entries:
            label = f" {entry.label}:" if entry.label else ""
            lines.append(_wrapped(f"{_MARKS[entry.mark]}{label} {entry.text}", "  ", "    "))
            lines += [_wrapped(note, "      ", "      ") for note in entry.notes]
    return "\n".join([*lines, "", document.footer])


def _document_markdown(document: Document) -> str:
    lines = [f"### {_plain_markdown(document.title)}: {document.status_text}", "", _plain_markdown(document.lead)]
    for section in document.sections:
        lines += ["", f"**{section.heading}**", ""]
        for entry in section.entries:
            label = f"`{entry.label}`: " if entry.label else ""
            mark = f"{_MARKS[entry.mark]} " if entry.mark != "plain" else ""
            lines.append(f"- {mark}{label}{_plain_markdown(entry.text)}")
            lines += [f"  - *{_plain_markdown(note)}*" for note in entry.notes]
    return "\n".join([*lines, "", f"<sub>{escape(document.footer)}</sub>"])


def _plain_markdown(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\`*_[]<>|" else character for character in text)


def _document_html(document: Document) -> str:
    colour = COLOURS[document.status]
    parts = [
        '<div style="font-family: system-ui, sans-serif; max-width: 52em; line-height: 1.45">',
        f'<div style="font-size: 1.15em"><strong>{escape(document.title)}</strong> ',
        f'<span style="{_STATUS}; background: {colour}">',
        f"{escape(document.status_text)}</span></div>",
        f'<div style="opacity: .75">{escape(document.lead)}</div>',
    ]
    for section in document.sections:
        parts.append(f'<div style="margin-top: .8em; font-weight: 600">{escape(section.heading)}</div>')
        parts.append('<ul style="list-style: none; margin: .2em 0; padding-left: .5em">')
        for entry in section.entries:
            label = f"<code>{escape(entry.label)}</code>: " if entry.label else ""
            mark = f'<span style="{_BADGE}; background: {_MARK_COLOURS[entry.mark]}">{_MARKS[entry.mark]}</span>'
            notes = "".join(f'<div style="opacity: .7; font-size: .9em">{escape(note)}</div>' for note in entry.notes)
            text = f"<div>{label}{escape(entry.text)}{notes}</div>"
            parts.append(f'<li style="display: flex; gap: .6em; align-items: baseline">{mark}{text}</li>')
        parts.append("</ul>")
    parts.append(f'<div style="opacity: .6; font-size: .85em; margin-top: .8em">{escape(document.footer)}</div></div>')
    return "".join(parts)


def _lines(value: Cell) -> tuple[str, ...]:
    """A cell as lines of plain text."""
    match value:
        case tuple():
            return value
        case str():
            return (value,)
        case Status(text=text):
            return (text,)
        case _:
            return ("✓" if value else "",)


def _cell_html(value: Cell) -> str:
    if isinstance(value, Status):
        return f'<span style="{_STATUS}; background: {COLOURS[value.key]}">{escape(value.text)}</span>'
    return "<br>".join(map(escape, _lines(value)))


def _ticks(table: Table) -> list[bool]:
    """Which columns hold ticks."""
    rows = [row for _, group in table.groups for row in group]
    return [isinstance(cell, bool) for cell in (rows or [table.header])[0]]


def _table_text(table: Table) -> str:
    rows = [row for _, group in table.groups for row in group]
    widths = [
        max(len(line) for cell in column for line in _lines(cell)) for column in zip(table.header, *rows, strict=True)
    ]
    ticks = _ticks(table)

    def lines(row: tuple[Cell, ...]) -> Iterator[str]:
        for cells in zip_longest(*map(_lines, row), fillvalue=""):
            columns = zip(cells, widths, ticks, strict=True)
            yield "  " + "  ".join(cell.center(width) if tick else cell.ljust(width) for cell, width, tick in columns)

    found = [table.title, "", *lines(table.header)]
    for heading, group in table.groups:
        found += [*(("", heading) if heading else ()), *(line for row in group for line in lines(row))]
    return "\n".join([*map(str.rstrip, found), "", table.footer])


def _table_markdown(table: Table) -> str:
    header = f"| {' | '.join(map(_plain_markdown, table.header))} |"
    below = "|".join(":-:" if tick else "---" for tick in _ticks(table))
    lines = [f"### {_plain_markdown(table.title)}", "", header, f"|{below}|"]
    for heading, group in table.groups:
        if heading:
            lines.append(f"| **{_plain_markdown(heading)}** |{' |' * (len(table.header) - 1)}")
        lines += [f"| {' | '.join(_cell_markdown(cell) for cell in row)} |" for row in group]
    return "\n".join([*lines, "", f"<sub>{escape(table.footer)}</sub>"])


def _cell_markdown(value: Cell) -> str:
    return "<br>".join(map(_plain_markdown, _lines(value)))


def _table_html(table: Table) -> str:
    style = "padding: .25em .8em .25em .4em; border-bottom: 1px solid #8883; vertical-align: top; text-align: {}"
    left, *_ = styles = [style.format("center" if tick else "left") for tick in _ticks(table)]
    parts = [
        '<div style="font-family: system-ui, sans-serif; overflow-x: auto">',
        f'<div style="font-size: 1.15em; font-weight: 600">{escape(table.title)}</div>',
        '<table style="border-collapse: collapse; table-layout: auto; margin: .4em 0"><thead><tr>',
        *(f'<th style="{look}">{escape(cell)}</th>' for look, cell in zip(styles, table.header, strict=True)),
        "</tr></thead><tbody>",
    ]
    for heading, group in table.groups:
        if heading:
            parts.append(f'<tr><th colspan="{len(table.header)}" style="{left}">{escape(heading)}</th></tr>')
        for row in group:
            cells = (
                f'<td style="{look}; {_width(cell)}">{_cell_html(cell)}</td>'
                for look, cell in zip(styles, row, strict=True)
            )
            parts.append(f"<tr>{''.join(cells)}</tr>")
    parts.append(f'</tbody></table><div style="opacity: .6; font-size: .85em">{escape(table.footer)}</div></div>')
    return "".join(parts)


def _width(value: Cell) -> str:
    """Short texts stand on one line, long ones have room."""
    return "white-space: nowrap" if all(len(line) <= _SHORT for line in _lines(value)) else "min-width: 12em"


_DOCUMENTS: dict[str, Callable[[Document], str]] = {
    "text": _document_text,
    "html": _document_html,
    "markdown": _document_markdown,
}
_TABLES: dict[str, Callable[[Table], str]] = {
    "text": _table_text,
    "html": _table_html,
    "markdown": _table_markdown,
}
