"""A table of decisions to look at: its first rows, the outcome of each, and the reasons in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import narwhals as nw

from xtreme_rules.decisions.option import Outcome
from xtreme_rules.errors import FactError, Problem, did_you_mean
from xtreme_rules.explain.conditions import open_in_words, unmet_in_words
from xtreme_rules.explain.document import Cell, Status, Table
from xtreme_rules.explain.identity import footer
from xtreme_rules.explain.phrases import checked_language, phrase
from xtreme_rules.explain.render import COLOURS, rendered_table
from xtreme_rules.explain.wording import question_for, scalar_in_words
from xtreme_rules.facts.types import DATE
from xtreme_rules.frames.opening import Opened, opened
from xtreme_rules.rulebook.model import Entitlement, RuleSet

_WHAT, _PROBLEM, _STANDING = "the frame", "problem", "standing"
_NEEDED = ("outcome", "unmet", "unknown")
#: What is shown in words, or not at all, unless it is asked for.
_ANSWERS = (*_NEEDED, "reasons", "missing", "key", _PROBLEM)


class DecisionTable:
    """The first rows of a table of decisions. It prints as a table, and a notebook shows it as HTML.

    Raises:
        FactError: (when it is made) the option is not decided in the frame, or it has no such column to show.
        UnknownNameError: (when it is made) there is no such language.
    """

    def __init__(
        self,
        rules: RuleSet,
        option: Entitlement,
        decided: Any,
        columns: Iterable[str] | Mapping[str, str] | None,
        rows: int,
        lang: str,
    ) -> None:
        self._rules, self._option, self._lang = rules, option, checked_language(lang)
        table, self._of = _first(decided, rows + 1)
        prefix = f"{option.id}." if f"{option.id}.outcome" in table.schema else ""
        answers = {name: f"{prefix}{name}" for name in _NEEDED} | {_PROBLEM: _PROBLEM}
        self._headings = _headings(rules, table, columns)
        _check(table, answers.values(), self._headings)
        if f"{prefix}missing" in table.schema:
            answers["missing"] = f"{prefix}missing"
        found = _read(table, [*dict.fromkeys([*self._headings, *answers.values()])])
        self._more = len(found) > rows
        self._rows = [(row, {name: row[column] for name, column in answers.items()}) for row in found[:rows]]

    def show(self, lang: str | None = None, format: str = "text") -> str:  # noqa: A002
        """The rows in ``nl`` or ``en`` (default: as asked for at first), as ``text``, ``html`` or ``markdown``.

        Raises:
            UnknownNameError: there is no such language or format.
        """
        lang = checked_language(self._lang if lang is None else lang)
        header = (*self._headings.values(), phrase("outcome", lang), phrase("why-or-missing", lang))
        rows = tuple(
            (*(self._cell(name, row[name], lang) for name in self._headings), *self._answer(answer, lang))
            for row, answer in self._rows
        )
        title = f"{self._option.title.in_language(lang).plain} ({self._option.id})"
        below = footer(self._rules, lang)
        if self._more:
            below = f"{self._extent(lang)}. {below}"
        return rendered_table(Table(title, header, (("", rows),), below), format)

    def _extent(self, lang: str) -> str:
        count = f"{len(self._rows)}" if self._of is None else f"{len(self._rows)} {phrase('of', lang)} {self._of}"
        return f"{phrase('first', lang).capitalize()} {count} {phrase('rows', lang)}"

    def _cell(self, column: str, value: Any, lang: str) -> Cell:
        kind = self._rules.schema.type_at(column)
        match value:
            case str() if column == _STANDING and value in COLOURS:
                return Status(value, phrase(value, lang))
            case datetime() if kind != DATE:
                return f"{value:%Y-%m-%d %H:%M %Z}".rstrip()
            case date():
                return f"{value:%Y-%m-%d}"
            case _ if kind is not None and kind.record is None:
                return scalar_in_words(value, kind, self._rules, {}, lang)
            case bool():
                return phrase("yes" if value else "no", lang)
        return "" if value is None else str(value)

    def _answer(self, answer: Mapping[str, Any], lang: str) -> tuple[Cell, Cell]:
        """The outcome; and what is not met, or missing, or why nothing could be decided."""
        if answer[_PROBLEM] is not None:
            return Status("not_decided", phrase("not_decided", lang)), (answer[_PROBLEM],)
        outcome, rules, conditions = Outcome(answer["outcome"]), self._rules, self._option.conditions
        badge = Status(outcome.value, phrase(outcome.value, lang))
        if outcome is Outcome.NEEDS_INFORMATION and answer.get("missing") is not None:
            return badge, tuple(question_for(rules, path, lang) for path in answer["missing"].split(", "))
        name, said = ("unmet", unmet_in_words) if outcome is Outcome.DENIED else ("unknown", open_in_words)
        return badge, tuple(
            said(condition, rules, lang)
            for place, condition in enumerate(conditions)
            if outcome is not Outcome.GRANTED and answer[name] >> place & 1
        )

    def __repr__(self) -> str:
        return f"<DecisionTable of {self._option.id}: {len(self._rows)} row{'s'[: len(self._rows) != 1]}>"

    def __str__(self) -> str:
        return self.show()

    def _repr_html_(self) -> str:
        return self.show(format="html")


def _headings(rules: RuleSet, table: Opened, columns: Iterable[str] | Mapping[str, str] | None) -> dict[str, str]:
    """What stands above each column that is shown."""
    if columns is None:
        prefixes = ("", *(f"{name}." for name in rules.entitlements))
        answers = {f"{prefix}{name}" for prefix in prefixes for name in _ANSWERS}
        columns = [name for name in table.schema if name not in answers]
    columns = [columns] if isinstance(columns, str) else columns
    return dict(columns) if isinstance(columns, Mapping) else {name: name for name in columns}


def _check(table: Opened, answers: Iterable[str], shown: Iterable[str]) -> None:
    absent = [name for name in answers if name not in table.schema]
    if absent:
        help_ = "give what `decide_all_frame` gave, or what `decide_frame` gave and its option"
        raise FactError([Problem(_WHAT, f"has no column `{absent[0]}`", help_)])
    absent = [name for name in shown if name not in table.schema]
    if absent:
        near = (did_you_mean(name, table.schema) for name in absent)
        raise FactError(
            Problem(_WHAT, f"has no column `{name}`", help_) for name, help_ in zip(absent, near, strict=True)
        )


def _first(native: Any, count: int) -> tuple[Opened, int | None]:
    """The first rows of a frame; and how many there are in all, if it is at hand."""
    if nw.dependencies.is_dask_dataframe(native):
        return opened(native.head(count, npartitions=-1), _WHAT), None
    opened(native, _WHAT)
    frame: Any = nw.from_native(native)
    head = opened(frame.head(count).to_native(), _WHAT)
    return head, len(frame) if isinstance(frame, nw.DataFrame) else None


def _read(table: Opened, columns: list[str]) -> list[dict[str, Any]]:
    """Some columns of a frame as Python has them, by row."""
    frame, whole = table.worked_on(columns)
    names = [table.names[name] for name in columns]
    at_hand = frame.lazy().select(names).collect("pyarrow") if whole is None else whole.select(names)
    return [dict(zip(columns, row, strict=True)) for row in at_hand.iter_rows()]
