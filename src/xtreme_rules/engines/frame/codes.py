"""Values as engines compare them, in columns: days, moments and the values of a domain are whole numbers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

import attrs
import narwhals as nw

from xtreme_rules.engines.frame.days import number
from xtreme_rules.engines.frame.plan import Plan
from xtreme_rules.engines.frame.zones import microseconds
from xtreme_rules.errors import listing
from xtreme_rules.facts.types import FIRST_DAY, LARGEST_INTEGER, LAST_DAY, Type, fields_of
from xtreme_rules.language.schema import Domain

_FIRST, _LAST = number(FIRST_DAY), number(LAST_DAY)
_FIRST_MOMENT = microseconds(datetime.combine(FIRST_DAY + timedelta(days=1), time(), UTC))
_LAST_MOMENT = microseconds(datetime.combine(LAST_DAY, time(), UTC))


@attrs.frozen(eq=False)
class Wrong:
    """What is wrong with some rows: a column of truths, and a column of texts for those in which it is."""

    rows: nw.Expr
    text: nw.Expr


def code(value: Any, domain: Domain | None) -> Any:
    """A value as it stands in columns."""
    match value:
        case None:
            return None
        case _ if domain is not None:
            return domain.rank(value)
        case datetime():
            return microseconds(value)
        case date():
            return number(value)
        case _:
            return value


class Coder:
    """Makes columns of codes from a frame's own columns, and notes what is wrong with these."""

    def __init__(self, plan: Plan, domains: Mapping[str, Domain]) -> None:
        self.plan = plan
        self.domains = domains
        self.wrong: list[Wrong] = []

    def column(self, path: str, kind: Type, source: str, dtype: nw.dtypes.DType) -> nw.Expr:
        """A column as codes; ``path`` is what messages call it."""
        raw = nw.col(source)
        if kind.name == "text":
            raw = raw.cast(nw.String)  # whatever the library keeps texts in
        domain = None if kind.domain is None else self.domains.get(kind.domain)
        if domain is not None:
            return self._coded(path, domain, raw)
        match kind.name:
            case "boolean":
                return raw
            case "date":
                day = self.plan.day(source)
                if dtype == nw.Datetime:
                    hours = raw != raw.cast(nw.Date).cast(dtype)
                    self._note(path, raw, hours, " has a time of day; give the day alone")
                self._note(
                    path,
                    raw,
                    (day < _FIRST) | (day > _LAST),
                    f" is out of range; use a day from {FIRST_DAY} to {LAST_DAY}",
                )
                return day
            case "moment":
                moment = self.plan.moment(source)
                strange = (moment < _FIRST_MOMENT) | (moment >= _LAST_MOMENT)
                self._note(path, raw, strange, f" is out of range; use a day between {FIRST_DAY} and {LAST_DAY}")
                return moment
            case "integer":
                whole = self.plan.column(f"{path} as a number", lambda: raw.cast(nw.Int64))
                strange = (whole > LARGEST_INTEGER) | (whole < -LARGEST_INTEGER)
                self._note(path, raw, strange, f" is out of range (at most {LARGEST_INTEGER:,} either way)")
                return whole
        text = self.plan.column(f"{path} as text", lambda: raw)
        if kind.choices:
            self._note(path, raw, ~text.is_in(list(kind.choices)), f" is not one of {listing(kind.choices)}")
        else:
            self._note(path, raw, text == "", " is empty; leave it out if it is not known")
        return text

    def check(self, record: type, path: str, columns: Mapping[str, nw.Expr]) -> None:
        """Note what is wrong with the fields of a record together."""
        for field, rows, message in record._column_problems(columns):  # type: ignore[attr-defined]
            self.wrong.append(Wrong(rows, nw.lit(f"{path}.{field}: {message}" if path else f"{field}: {message}")))

    def require(self, path: str, source: str) -> None:
        """Note where a column has no value though it must."""
        self.wrong.append(Wrong(nw.col(source).is_null(), nw.lit(f"{path}: must be given")))

    def _coded(self, path: str, domain: Domain, raw: nw.Expr) -> nw.Expr:
        def codes() -> nw.Expr:
            chosen = nw.lit(None, nw.Int32)
            for rank, value in reversed(list(enumerate(domain.values))):
                chosen = nw.when(raw == value).then(nw.lit(rank, nw.Int32)).otherwise(chosen)
            return chosen

        coded = self.plan.column(f"{path} as a code", codes)
        text = nw.concat_str(
            [
                nw.lit(f"{path}: unknown {domain.name} `"),
                raw.cast(nw.String),
                nw.lit(f"`; declared are {listing(domain.values)}"),
            ]
        )
        self.wrong.append(Wrong(coded.is_null() & ~raw.is_null(), text))
        return coded

    def _note(self, path: str, raw: nw.Expr, rows: nw.Expr, message: str) -> None:
        text = nw.concat_str([nw.lit(f"{path}: `"), raw.cast(nw.String), nw.lit(f"`{message}")])
        self.wrong.append(Wrong(rows, text))


def problem(plan: Plan, wrong: Iterable[Wrong]) -> tuple[nw.Expr, nw.Expr]:
    """Whether something is wrong with each row; and what, in one text, null where nothing is."""
    found = list(wrong)
    no_text = nw.lit(None, nw.String)
    if not found:
        return nw.lit(False), no_text
    rows = [_noted(plan, number, item) for number, item in enumerate(found)]
    some = plan.column("wrong", lambda: reduce(or_, rows))
    texts = [nw.when(wrong_row).then(item.text).otherwise(no_text) for wrong_row, item in zip(rows, found, strict=True)]
    return some, nw.when(some).then(nw.concat_str(texts, separator="; ", ignore_nulls=True)).otherwise(no_text)


def _noted(plan: Plan, number: int, item: Wrong) -> nw.Expr:
    return plan.column(f"wrong {number}", lambda: item.rows.fill_null(False))


def records_in(kind: Type, path: str) -> Iterator[tuple[str, type]]:
    """The fact classes in a fact, each with its path; not those in lists."""
    if kind.name == "record" and kind.record is not None:
        yield path, kind.record
        for field in fields_of(kind.record).values():
            yield from records_in(field.type, f"{path}.{field.name}")
