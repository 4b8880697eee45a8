"""Mapping files: how a foreign table of incidents says what the facts are.

All sections are optional. With ``columns``, only the columns that it names are read. ::

    columns:                       # fact path: column
      incident.id: number
      incident.severity: priority
      incident.submitted_at: opened_at
      contract.id: location
    moments: "%d-%m-%Y %H:%M"      # the strptime form of moments; default: ISO 8601
    timezone: Europe/Amsterdam     # of moments that name none
    unknown: ["?"]                 # texts that stand for "not known", as the empty text always does
    values:                        # by fact path: what a text means; other texts stand for themselves
      incident.severity: {1 - Critical: 1, 2 - High: 2}
    log:                           # the table has a row for each change of state, not for each incident
      state: incident_state        # column
      since: sys_updated_at        # column: from when on the state held
      open: [New]                  # every state of the table stands in a list
      responded: [Active]          # support has responded; such a state may stand under `paused` too
      paused: [Awaiting User Info] # the incident waits for the customer
      closed: [Resolved, Closed]   # no longer in the queue; counts as a response
"""

import re
import warnings
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import attrs

from xtreme_rules.errors import clipped, did_you_mean
from xtreme_rules.facts.standard import Incident
from xtreme_rules.facts.types import Type
from xtreme_rules.intake.cells import cell_reader
from xtreme_rules.intake.columns import CLOSED, CONTRACT, ID, PAUSES, RESPONDED, incident_paths
from xtreme_rules.intake.dialect import CellError, Dialect
from xtreme_rules.intake.rows import Table
from xtreme_rules.intake.states import State
from xtreme_rules.language.schema import Schema
from xtreme_rules.rulebook.diagnostics import Diagnostic, RulebookError
from xtreme_rules.rulebook.nodes import Mapping as MappingNode
from xtreme_rules.rulebook.nodes import Node, Scalar, diagnostic, read_file
from xtreme_rules.rulebook.reader import Reader

_KINDS = ("open", "paused", "responded", "closed")
_FROM_LOG = (RESPONDED, PAUSES, CLOSED)
_SAMPLE = datetime(2016, 12, 31, 23, 58, tzinfo=UTC)


class MappingError(RulebookError):
    """A mapping file that cannot be used, or does not fit its table; ``diagnostics`` holds all that is wrong."""


@attrs.frozen
class Log:
    """The columns of a table of changes of state, and what each state means."""

    state: Scalar
    since: Scalar
    states: Mapping[str, State]


@attrs.frozen
class TableMapping:
    """What a mapping file says. Columns are nodes of that file, so that a mistake can be shown where it stands."""

    columns: Mapping[str, Scalar] | None = None
    dialect: Dialect = attrs.Factory(lambda: Dialect(mapped=True))
    values: Mapping[str, Mapping[str, Any]] = attrs.Factory(dict)
    log: Log | None = None

    def check_columns(self, table: Table) -> None:
        """See that a table has every column that is named here.

        Raises:
            MappingError: it lacks some.
        """
        log = [] if self.log is None else [self.log.state, self.log.since]
        named = [*(self.columns or {}).values(), *log]
        if table.columns and (absent := [node for node in named if node.value.strip() not in table.columns]):
            raise MappingError(
                diagnostic(
                    node,
                    f"`{clipped(table.name)}` has no column `{node.value}`",
                    did_you_mean(node.value, table.columns),
                )
                for node in absent
            )


def read_mapping(path: str | Path, schema: Schema) -> TableMapping:
    """Read a mapping file; ``schema`` knows which severities there are.

    Raises:
        MappingError: with every mistake.
    """
    root, problems = read_file(Path(path))
    reader = _MappingReader(schema, problems)
    try:
        mapping = TableMapping() if root is None else reader.mapping(root)
    except RulebookError as error:  # too many mistakes to go on
        raise MappingError(error.diagnostics) from None
    if reader.problems:
        raise MappingError(reader.problems)
    return mapping


class _MappingReader(Reader):
    """Reads the sections of a mapping file."""

    def __init__(self, schema: Schema, problems: Iterable[Diagnostic]) -> None:
        super().__init__()
        self.problems.extend(problems)
        self.domains = schema.record_domains(Incident)

    def mapping(self, root: Node) -> TableMapping:
        sections = self.fields(
            root, "the mapping file", (), ("columns", "moments", "timezone", "unknown", "values", "log")
        )
        paths = incident_paths()
        log = self._log(sections.get("log"))
        columns = self._columns(sections.get("columns"), paths, has_log="log" in sections)
        dialect = Dialect(
            moments=self._form(sections.get("moments")),
            zone=self._zone(sections.get("timezone")),
            unknown=frozenset({"", *self._texts(sections.get("unknown"), "unknown")}),
            mapped=True,
        )
        named = {path: kind for path, kind in paths.items() if columns is None or path in columns}
        return TableMapping(columns, dialect, self._values(sections.get("values"), named, dialect), log)

    def _columns(self, node: Node | None, paths: Iterable[str], has_log: bool) -> dict[str, Scalar] | None:
        if node is None:
            return None
        given = self.fields(node, "columns", (ID, CONTRACT), [path for path in paths if path not in (ID, CONTRACT)])
        if has_log:
            for path in set(_FROM_LOG) & set(given):
                self.problem(given[path], f"`{path}` comes from the log", "remove it")
        return {path: name for path, value in given.items() if (name := self._column(value)) is not None}

    def _column(self, node: Node | None) -> Scalar | None:
        name = self.string(node, "the name of a column")
        return node if name is not None and isinstance(node, Scalar) else None

    def _texts(self, node: Node | None, what: str) -> dict[str, Node]:
        """Texts, the empty one too, and where they stand."""
        items = self.one_or_more(node)
        for item in items:
            if not isinstance(item, Scalar):
                self.problem(item, f"{what} must be a list of texts")
        return {item.value.strip(): item for item in items if isinstance(item, Scalar)}

    def _form(self, node: Node | None) -> str | None:
        form = self.string(node, "moments")
        if form is None or node is None:
            return None
        if not _is_whole(form):
            help_ = (
                'a form says year, month, day, hour and minute, such as "%d-%m-%Y %H:%M", and a zone by `%z` if at all'
            )
            self.problem(node, f"`{form}` is no form of moments", help_)
            return None
        return form

    def _zone(self, node: Node | None) -> ZoneInfo | None:
        name = self.string(node, "timezone")
        if name is None or node is None:
            return None
        try:
            return ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            near = did_you_mean(name, available_timezones()) or "use an IANA name, such as `Europe/Amsterdam`"
            self.problem(node, f"unknown time zone `{name}`", near)
            return None

    def _values(self, node: Node | None, paths: Mapping[str, Type], dialect: Dialect) -> dict[str, dict[str, Any]]:
        if node is None:
            return {}
        given = self.fields(node, "values", (), paths)
        return {path: dict(self._meanings(texts, path, paths[path], dialect)) for path, texts in given.items()}

    def _meanings(self, node: Node, path: str, kind: Type, dialect: Dialect) -> Iterable[tuple[str, Any]]:
        if not isinstance(node, MappingNode):
            self.problem(node, f"the values of `{path}` must be texts with what they mean", "write `{text: meaning}`")
            return
        read = cell_reader(kind, attrs.evolve(dialect, unknown=frozenset(), mapped=False))
        declared = self.domains.get(path.removeprefix("incident."))
        for text, (_, meaning) in node.entries.items():
            said = self.string(meaning, "a value")
            if said is None:
                continue
            try:
                value = read(said)
            except CellError as error:
                for problem in error.problems:
                    self.problem(meaning, problem.message, problem.help)
                continue
            if declared is not None and value not in declared:
                known = sorted(str(value) for value in declared if value is not None)
                self.problem(meaning, f"unknown {kind.domain} `{said}`", did_you_mean(said, known))
            yield text.strip(), value

    def _log(self, node: Node | None) -> Log | None:
        if node is None:
            return None
        given = self.fields(node, "log", ("state", "since"), _KINDS)
        lists: dict[str, dict[str, Node]] = {}
        for kind in _KINDS:
            for state, place in self._texts(given.get(kind), kind).items():
                lists.setdefault(state, {})[kind] = place
        for state, kinds in lists.items():
            if len(kinds) > 1 and {*kinds} != {"responded", "paused"}:
                under = " and ".join(f"`{kind}`" for kind in kinds)
                self.problem([*kinds.values()][-1], f"`{state}` stands under {under}", "keep it in one of the lists")
        states = {name: State(*(kind in kinds for kind in _KINDS[1:])) for name, kinds in lists.items()}
        column, since = self._column(given.get("state")), self._column(given.get("since"))
        return None if column is None or since is None else Log(column, since, states)


def _is_whole(form: str) -> bool:
    """Whether a strptime form gives back a moment to the minute that was written in it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a form without a year is refused here anyway
            read = datetime.strptime(_SAMPLE.strftime(form), form)
    except (ValueError, re.error):
        return False
    return "%Z" not in form and read.replace(tzinfo=UTC) == _SAMPLE
