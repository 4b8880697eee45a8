"""An answer as a small document: a title, a status, sections of marked entries. Every rendering starts from it."""

import attrs


@attrs.frozen
class Entry:
    """One line of a section: ``mark`` is ``met``, ``unmet``, ``unknown`` or ``plain``; ``notes`` stand below it."""

    mark: str
    label: str
    text: str
    notes: tuple[str, ...] = ()


@attrs.frozen
class Section:
    """Entries under a heading."""

    heading: str
    entries: tuple[Entry, ...]


@attrs.frozen
class Document:
    """One answer. ``status`` is the key of an outcome, ``status_text`` its word; ``footer`` says what it rests on."""

    title: str
    status: str
    status_text: str
    lead: str
    sections: tuple[Section, ...]
    footer: str


@attrs.frozen
class Status:
    """A cell that says how something stands: the key of an outcome or a standing, and its word."""

    key: str
    text: str


#: A tuple holds lines, a boolean is shown as a tick or left empty.
Cell = str | tuple[str, ...] | bool | Status


@attrs.frozen
class Table:
    """Rows in groups; a group may have no heading."""

    title: str
    header: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]
    footer: str
