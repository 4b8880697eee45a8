"""Where the value of a path comes from, for all rows: a column, a table that is looked up, or one fact for all."""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import narwhals as nw

from xtreme_rules.engines.frame.codes import Coder, Wrong, code, problem, records_in
from xtreme_rules.engines.frame.given import Given, Table
from xtreme_rules.engines.frame.libraries import Frame
from xtreme_rules.engines.frame.plan import Plan
from xtreme_rules.facts.types import BOOLEAN, Type, fields_of
from xtreme_rules.language.schema import Schema
from xtreme_rules.language.truth import value_at

_PROBLEM = "problem"
#: Lists that are facts by themselves: the field by which each item names what it belongs to, and whose id that is.
OWNERS = {"bookings": "contract_id"}
_OWNING = {"bookings": "contract"}
#: Lists in which no two items have the same value of a field.
_EACH_ONCE = {"contract.package_changes": "day"}


class Sources:
    """The values of paths, as columns of one plan; ``None`` is unknown in every row.

    ``paths`` are all that will be asked for, so that each table is looked up once. ``mark`` tells the columns of one
    plan from those of another in the same frame.
    """

    def __init__(self, schema: Schema, given: Given, paths: Sequence[str], mark: str = "") -> None:
        self.schema = schema
        self.given = given
        self.paths = paths
        self.plan = Plan(given.library, mark)
        self._coder = Coder(self.plan, schema.domains)
        self._values: dict[str, nw.Expr | None] = {}
        self._wrong: dict[str, Wrong] = {}
        self._items: dict[str, Frame | None] = {}
        self._bad_items: dict[str, Frame] = {}

    def value(self, path: str) -> nw.Expr | None:
        """The value of a path."""
        if path not in self._values:
            self._values[path] = self._value(path)
        return self._values[path]

    def problem(self) -> tuple[nw.Expr, nw.Expr]:
        """Whether something is wrong with each row, as far as it was asked for; and what, in words."""
        for name, kind in self.schema.facts.items():
            for path, record in records_in(kind, name):
                fields = {field.rpartition(".")[2]: field for field in self._values if field.rpartition(".")[0] == path}
                if path != name or not set(fields) & set(self._looked_up(name)):
                    known = {field: value for field, at in fields.items() if (value := self._values[at]) is not None}
                    self._coder.check(record, path, known)
        for path, bad in self._bad_items.items():
            name = _OWNING.get(path, path.partition(".")[0])
            if not self._looked_up(name) and (owner := self.value(f"{name}.id")) is not None:
                found = self.plan.look_up(f"bad {path}", {"owner": owner}, [_PROBLEM], partial(_given, bad))
                self.refuse(path, Wrong(~found[_PROBLEM].is_null(), found[_PROBLEM]))
        return problem(self.plan, [*self._coder.wrong, *self._wrong.values()])

    def refuse(self, key: str, wrong: Wrong) -> None:
        """Note what is wrong with some rows, once a key."""
        self._wrong.setdefault(key, wrong)

    def _value(self, path: str) -> nw.Expr | None:
        name, _, field = path.partition(".")
        kind = self.schema.type_at(path)
        if kind is None or kind.record is not None:
            raise AssertionError(path)
        if path in self.given.fixed:
            return self._constant(path, kind, self.given.fixed[path])
        if name in self.given.facts:
            return self._constant(path, kind, value_at(self.given.facts, path))
        if path in self.given.rows.columns:
            column = self.given.rows.columns[path]
            return self._coder.column(path, kind, column, self.given.rows.dtypes[column])
        if field in self._looked_up(name):
            return self._found(name)[field]
        return None

    def _constant(self, path: str, kind: Type, value: Any) -> nw.Expr | None:
        value = code(value, self.schema.domains.get(kind.domain or ""))
        return None if value is None else self.plan.column(f"the one {path}", lambda: nw.lit(value))

    def looked_up(self, name: str, fields: Sequence[str]) -> bool:
        """Whether some fields of a fact all are looked up in a table."""
        return set(fields) <= set(self._looked_up(name))

    def _looked_up(self, name: str) -> Sequence[str]:
        """The fields that are looked up in the table of a fact."""
        table = self.given.tables.get(name)
        if table is None or self.schema.facts[name].name != "record":
            return ()
        own = [path.partition(".")[2] for path in self.paths if path.startswith(f"{name}.")]
        elsewhere = (*self.given.rows.columns, *self.given.fixed)
        return [field for field in own if field in table.columns and f"{name}.{field}" not in elsewhere]

    def _found(self, name: str) -> Mapping[str, nw.Expr]:
        key = self.value(f"{name}.id")
        if key is None:
            raise AssertionError(name)
        fields = self._looked_up(name)
        found = self.plan.look_up(name, {"id": key}, [*fields, _PROBLEM], lambda _: self.lookups[name])
        self.refuse(name, Wrong(~found[_PROBLEM].is_null(), found[_PROBLEM]))
        return found

    @cached_property
    def lookups(self) -> Mapping[str, Frame]:
        """The tables of facts as codes, by name: an ``id`` is there once, its ``problem`` with it."""
        return _Lookups(self)

    def items(self, path: str, fields: Sequence[str]) -> Frame | None:
        """The items of a list as codes, the id of what they belong to as ``owner``; ``None`` if they are not known.

        A list in a fact belongs to that fact, and bookings belong to their contract.
        """
        key = f"{path}: {' '.join(fields)}"
        if key not in self._items:
            self._items[key] = self._coded_items(path, fields)
        return self._items[key]

    def _coded_items(self, path: str, fields: Sequence[str]) -> Frame | None:
        name, nested, _ = path.partition(".")
        kind = self.schema.type_at(path)
        if kind is None or kind.record is None:
            raise AssertionError(path)
        if path in self.given.fixed:
            return None
        if name in self.given.facts:
            return self._constant_items(path, kind.record, fields)
        table = self.given.tables.get(path)
        if table is None:
            return None
        owner = f"{name}.id" if nested else OWNERS[path]
        frame = self.at_hand(table, self.coded(table, kind.record, fields, path, {owner: "owner"}))
        bad = frame.filter(~nw.col(_PROBLEM).is_null()).select("owner", _PROBLEM)
        if (each_once := _EACH_ONCE.get(path)) is not None:
            repeated = frame.group_by("owner", each_once).agg(nw.len().alias("count")).filter(nw.col("count") > 1)
            said = nw.lit(f"{path}.{each_once}: is there more than once").alias(_PROBLEM)
            bad = nw.concat([bad, repeated.select("owner", said)])
        bad = bad.group_by("owner").agg(nw.col(_PROBLEM).min())
        self._bad_items[path] = self.at_hand(table, bad)
        return frame

    def _constant_items(self, path: str, record: type, fields: Sequence[str]) -> Frame:
        name, nested, _ = path.partition(".")
        found = value_at(self.given.facts, path) or ()
        owner = (
            [value_at(self.given.facts, f"{name}.id")] * len(found)
            if nested
            else [getattr(i, OWNERS[path]) for i in found]
        )
        kinds = self.schema.members(Type("record", record=record))
        codes = {
            f: [code(getattr(i, f), self.schema.domains.get(kinds[f].domain or "")) for i in found] for f in fields
        }
        texts = [
            field for field in fields if kinds[field].name == "text" and kinds[field].domain not in self.schema.domains
        ]
        flags = [field for field in fields if kinds[field].name == "boolean"]
        dtypes = {"owner": nw.String(), **dict.fromkeys(texts, nw.String()), **dict.fromkeys(flags, nw.Boolean())}
        return self.given.library.table({"owner": owner, **codes}, dtypes)

    def is_list(self, path: str) -> bool:
        """Whether a path is that of a list."""
        kind = self.schema.type_at(path)
        return kind is not None and kind.name == "records"

    def lacks(self, path: str) -> bool:
        """Whether a list is known of no row."""
        name = path.partition(".")[0]
        return path not in self.given.tables and name not in self.given.facts

    def at_hand(self, table: Table, frame: Frame) -> Frame:
        """What was worked out from a table, worked out now if the table is data at hand: it is used more than once."""
        return frame.collect().lazy() if table.whole is not None and isinstance(frame, nw.LazyFrame) else frame

    def coded(self, table: Table, record: type, fields: Sequence[str], path: str, keys: Mapping[str, str]) -> Frame:
        """A table as codes: some fields of a fact class, further columns as they are, the ``problem`` of each row."""
        plan = Plan(self.given.library)
        coder = Coder(plan, self.schema.domains)
        known = {field.name: field for field in fields_of(record).values()}
        columns = dict[str, nw.Expr]()
        for field in fields:
            if field in table.columns:
                source, at = table.columns[field], f"{path}.{field}"
                columns[field] = coder.column(at, known[field].type, source, table.dtypes[source])
                if not known[field].optional:
                    coder.require(at, source)
            else:
                kind = known[field].type
                text = kind.name == "text" and kind.domain not in self.schema.domains
                columns[field] = nw.lit(None, nw.String if text else nw.Boolean if kind == BOOLEAN else nw.Int64)
        coder.check(record, path, columns)
        _, wrong = problem(plan, coder.wrong)
        kept = [_text(table, key).alias(new) for key, new in keys.items()]
        named = (value.alias(field) for field, value in columns.items())
        return plan.built(table.frame).select(*kept, *named, wrong.alias(_PROBLEM))


class _Lookups(dict[str, Frame]):
    """Makes each table when it is first asked for."""

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self.sources = sources

    def __missing__(self, name: str) -> Frame:
        sources = self.sources
        table, fields = sources.given.tables[name], sources._looked_up(name)
        record = sources.schema.facts[name].record
        if record is None:
            raise AssertionError(name)
        frame = sources.coded(table, record, fields, name, {"id": "id"})
        if table.whole is None or "id" not in table.columns or not table.whole[table.columns["id"]].is_unique().all():
            counted = frame.group_by("id").agg(
                nw.len().alias("count"), *(nw.col(field).min() for field in (*fields, _PROBLEM))
            )
            twice = nw.concat_str(
                [nw.lit(f"{name}.id: `"), nw.col("id"), nw.lit(f"` is there more than once in the table `{name}`")]
            )
            frame = counted.with_columns(
                nw.when(nw.col("count") > 1).then(twice).otherwise(nw.col(_PROBLEM)).alias(_PROBLEM)
            ).drop("count")
        for path, bad in sources._bad_items.items():
            if _OWNING.get(path, path.partition(".")[0]) == name:
                found = bad.select(nw.col("owner").alias("id"), nw.col(_PROBLEM).alias("of items"))
                joined = sources.given.library.joined(frame, found, ["id"])
                both = nw.concat_str([nw.col(_PROBLEM), nw.col("of items")], separator="; ", ignore_nulls=True)
                some = ~nw.col(_PROBLEM).is_null() | ~nw.col("of items").is_null()
                frame = joined.with_columns(
                    nw.when(some).then(both).otherwise(nw.lit(None, nw.String)).alias(_PROBLEM)
                ).drop("of items")
        self[name] = frame
        return frame


def _given(table: Frame, _: Frame) -> Frame:
    """A table that does not depend on the frame in which it is looked up."""
    return table


def _text(table: Table, field: str) -> nw.Expr:
    """A column of texts; of nulls, where nothing else is in it."""
    if field not in table.columns:
        return nw.lit(None, nw.String)
    return nw.col(table.columns[field]).cast(nw.String)
