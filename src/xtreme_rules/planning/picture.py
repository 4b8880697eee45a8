"""A contract year as a calendar: a row a month, the weekends in it, and why those that are out are out."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

import attrs

from xtreme_rules.decisions.option import Outcome
from xtreme_rules.errors import unknown_name
from xtreme_rules.explain.identity import footer
from xtreme_rules.explain.phrases import MONTHS, checked_language, phrase
from xtreme_rules.explain.render import COLOURS
from xtreme_rules.explain.wording import day_in_words, worded

if TYPE_CHECKING:
    from xtreme_rules.planning.weekends import Weekends

_MARKS = {"booked": "★", "granted": "✓", "needs_information": "?", "denied": "✗"}


@attrs.frozen
class Square:
    """One weekend of the picture: its Saturday, how it stands, and the conditions that are in its way."""

    saturday: date
    status: str
    unmet: tuple[str, ...]

    @property
    def mark(self) -> str:
        """One character for how it stands."""
        return _MARKS[self.status]


@attrs.frozen
class Picture:
    """What there is to draw: months with their squares, and for each condition in the way, what it says."""

    title: str
    lead: str
    months: tuple[tuple[str, tuple[Square, ...]], ...]
    counts: tuple[tuple[str, str, int], ...]
    reasons: Mapping[str, str]
    required: str
    footer: str


def picture(weekends: "Weekends", lang: str) -> Picture:
    """The picture of a contract year in ``nl`` or ``en``.

    Raises:
        UnknownNameError: there is no such language.
    """
    checked_language(lang)
    squares = [
        Square(day, "booked" if weekends.is_booked(day) else item.outcome.value, item.unmet)
        for day, item in zip(weekends.outcomes, weekends, strict=True)
    ]
    months = groupby(squares, lambda square: (square.saturday.year, square.saturday.month))
    reasons = {}
    for decision in weekends:
        for reason in decision.conditions if decision.outcome is Outcome.DENIED else ():
            if reason.truth == "unmet" and reason.condition not in reasons:
                condition = next(c for c in weekends.entitlement.conditions if c.id == reason.condition)
                reasons[reason.condition] = worded(condition.requirement, weekends.rules, decision.facts, lang)
    statuses = [square.status for square in squares]
    year, title = weekends.year, weekends.entitlement.title.in_language(lang).plain
    return Picture(
        f"{title}, {phrase('contract', lang).lower()} {weekends.contract.id}",
        f"{day_in_words(year.start, lang)} {phrase('until', lang)} {day_in_words(year.end, lang)}",
        tuple((f"{MONTHS[lang][month - 1]} {number}", tuple(group)) for (number, month), group in months),
        tuple(
            (status, phrase(f"weekend-{status}", lang), statuses.count(status))
            for status in _MARKS
            if status in statuses
        ),
        reasons,
        phrase("required", lang),
        footer(weekends.rules, lang),
    )


#: What gives a text the look of how a weekend stands.
Paint = Callable[[str, str], str]


def drawn(weekends: "Weekends", lang: str, format: str, paint: Paint) -> str:  # noqa: A002
    """The calendar as ``text`` or ``html``.

    Raises:
        UnknownNameError: there is no such language or format.
    """
    drawing = picture(weekends, lang)
    if format == "text":
        return "\n".join(_lines(drawing, paint))
    if format == "html":
        return _html(drawing)
    raise unknown_name("format", format, ("text", "html"))


def _lines(drawing: Picture, paint: Paint) -> Iterator[str]:
    width = max((len(name) for name, _ in drawing.months), default=0)
    yield drawing.title
    yield f"  {drawing.lead}"
    yield ""
    for name, squares in drawing.months:
        yield f"  {name:>{width}}  " + "  ".join(
            paint(square.status, f"{square.saturday.day:>2} {square.mark}") for square in squares
        )
    yield ""
    yield "  " + ", ".join(
        paint(status, f"{_MARKS[status]} {count} {words}") for status, words, count in drawing.counts
    )
    for condition, text in drawing.reasons.items():
        days = [square.saturday for _, squares in drawing.months for square in squares if condition in square.unmet]
        yield f"  ✗ {condition} ({spans(days)}): {drawing.required}: {text}"
    yield ""
    yield drawing.footer


def spans(saturdays: list[date]) -> str:
    """Saturdays in short: those of weeks one after another as one span."""
    runs: list[list[date]] = []
    for saturday in saturdays:
        if runs and (saturday - runs[-1][-1]).days == 7:
            runs[-1].append(saturday)
        else:
            runs.append([saturday])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} … {run[-1]}" for run in runs)


_SQUARE = (
    "display: inline-block; width: 3.2em; padding: .15em 0; border-radius: .3em; text-align: center; font-size: .85em"
)


def _html(drawing: Picture) -> str:
    parts = [
        '<div style="font-family: system-ui, sans-serif; line-height: 1.45">',
        f'<div style="font-size: 1.15em; font-weight: 600">{escape(drawing.title)}</div>',
        f'<div style="opacity: .75">{escape(drawing.lead)}</div>',
        '<table style="border-collapse: collapse; margin: .6em 0">',
    ]
    for name, squares in drawing.months:
        cells = "".join(_square(square, drawing.reasons) for square in squares)
        head = f'<th style="text-align: right; padding: .1em .8em .1em 0; font-weight: 500">{escape(name)}</th>'
        parts.append(f'<tr>{head}<td style="text-align: left; padding: .1em 0">{cells}</td></tr>')
    parts.append('</table><div style="margin: .4em 0">')
    for status, words, count in drawing.counts:
        parts.append(f'<span style="{_style(status)}">{_MARKS[status]} {count}</span> {escape(words)} &ensp;')
    parts.append('</div><ul style="list-style: none; margin: .2em 0; padding-left: 0">')
    for condition, text in drawing.reasons.items():
        days = [square.saturday for _, squares in drawing.months for square in squares if condition in square.unmet]
        dated = f'<span style="opacity: .7">({escape(spans(days))})</span>'
        parts.append(f"<li>✗ <code>{escape(condition)}</code> {dated}: {escape(drawing.required)}: {escape(text)}</li>")
    parts.append(f'</ul><div style="opacity: .6; font-size: .85em">{escape(drawing.footer)}</div></div>')
    return "".join(parts)


def _square(square: Square, reasons: Mapping[str, str]) -> str:
    why = "; ".join(reasons[condition] for condition in square.unmet if condition in reasons)
    label = f"{square.saturday.day} {square.mark}"
    title = escape(f"{square.saturday}{f': {why}' if why else ''}", quote=True)
    return f'<span title="{title}" style="{_style(square.status)}; margin: 0 .15em">{label}</span>'


def _style(status: str) -> str:
    if status == "denied":
        return f"{_SQUARE}; background: #8882"
    return f"{_SQUARE}; color: white; background: {_COLOUR[status]}"


_COLOUR = {"booked": "#0969da", "granted": COLOURS["granted"], "needs_information": COLOURS["needs_information"]}
