"""Intake: files of a ticketing system become facts as of a moment, and what cannot comes out beside them."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from conftest import ROOT, bundled
from hypothesis import given
from hypothesis import strategies as st

import xtreme_rules as xr
from xtreme_rules.intake.contracts import Contracts, read_bookings, read_contracts
from xtreme_rules.intake.incidents import Intake, read_incidents
from xtreme_rules.intake.mapping import MappingError, read_mapping
from xtreme_rules.intake.rows import MissingExtraError, TableError
from xtreme_rules.intake.tables import open_table

SCHEMA = bundled().rules.schema
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CONTRACT = xr.Contract(
    id="C-1", package="elite", start=date(2026, 1, 1), until=date(2029, 1, 1), timezone="Europe/Amsterdam"
)
CONTRACTS = Contracts({"C-1": CONTRACT})
NINE = "2026-03-02T09:00Z"

#: A mapping of a foreign table, and the section that makes a log of it.
FOREIGN = """\
columns:
  incident.id: number
  incident.severity: priority
  incident.submitted_at: opened
  contract.id: site
moments: "%d-%m-%Y %H:%M"
timezone: Europe/Amsterdam
unknown: ["?"]
values:
  incident.severity: {1 - Critical: 1, 2 - High: 2}
"""
LOG = f"""{FOREIGN}\
log:
  state: state
  since: updated
  open: [New]
  responded: [Active, Asked]
  paused: [Waiting, Asked]
  closed: [Closed]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that messages name files in, without its own name."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def take(
    content: str | bytes,
    name: str = "i.csv",
    mapping: str | None = None,
    at: datetime = AT,
    contracts: Contracts = CONTRACTS,
    **rest: Any,
) -> Intake:
    """Read a table of incidents from a file of this content, by a mapping file of that."""
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    if mapping is not None:
        Path("m.yaml").write_text(mapping, encoding="utf-8")
    known = None if mapping is None else read_mapping("m.yaml", SCHEMA)
    return read_incidents(name, contracts, SCHEMA, at, known, **rest)


def table(*rows: str) -> str:
    return "\n".join(("id,severity,submitted_at,contract", *rows, ""))


def foreign(*rows: str) -> str:
    return "\n".join(("number,priority,opened,site", *rows, ""))


def log(*rows: str) -> str:
    """A log of incidents on one contract, all of them submitted at 09:00 in Amsterdam: `id, state, clock`."""
    cells = (row.split(", ") for row in rows)
    lines = (f"{id_},?,02-03-2026 09:00,C-1,{state},02-03-2026 {clock}" for id_, state, clock in cells)
    return "\n".join(("number,priority,opened,site,state,updated", *lines, ""))


def clock(text: str) -> datetime:
    """A time of 2 March 2026 in Amsterdam."""
    return datetime.fromisoformat(f"2026-03-02T{text}").replace(tzinfo=AMSTERDAM).astimezone(UTC)


def said(intake: Any) -> list[str]:
    return [line for row in intake.bad for line in str(row).splitlines()]


MAPPED = "say what it means under `values` of the mapping file, for `incident.severity`"
FORM = "`moments` of the mapping file gives their form"
MOMENT = "expected a moment such as 2026-12-01T09:30:00+01:00"

BAD_ROWS: dict[str, tuple[str | bytes, list[str]]] = {
    "too few fields": (
        table(f"I1,1,{NINE}"),
        ["i.csv:2: has 3 fields, the first line has 4; leave unknown fields empty"],
    ),
    "too many fields": (
        table(f"I1,1,{NINE},C-1,x"),
        ["i.csv:2: has 5 fields, the first line has 4; put quotes around a field that holds `,`"],
    ),
    "a severity that is no number": (
        table(f"I1,5 - Odd,{NINE},C-1"),
        [f"i.csv:2: severity: expected a whole number, got `5 - Odd`; {MAPPED}"],
    ),
    "a severity that is not declared": (
        table(f"I1,7,{NINE},C-1"),
        ["i.csv:2: severity: unknown severity `7`; choose from `1`, `2`, `3`, `4`"],
    ),
    "two wrong cells": (
        table("I1,high,soon,C-1"),
        [
            f"i.csv:2: severity: expected a whole number, got `high`; {MAPPED}",
            f"i.csv:2: submitted_at: {MOMENT}, got `soon`; {FORM}",
        ],
    ),
    "no id": (table(f",1,{NINE},C-1"), ["i.csv:2: id: must be given"]),
    "a moment without a time zone": (
        table("I1,1,2026-03-02 09:00,C-1"),
        [
            "i.csv:2: submitted_at: `2026-03-02 09:00` has no time zone; end it with `Z` or an offset such as `+01:00`, "
            "or name the zone under `timezone` of the mapping file"
        ],
    ),
    "a day for a moment": (
        table("I1,1,2026-03-02,C-1"),
        [f"i.csv:2: submitted_at: {MOMENT}, got `2026-03-02`; {FORM}"],
    ),
    "a moment that does not exist": (
        table("I1,1,2026-03-32T09:00Z,C-1"),
        [f"i.csv:2: submitted_at: {MOMENT}, got `2026-03-32T09:00Z`; {FORM}"],
    ),
    "a moment out of range": (
        table("I1,1,1816-03-02T09:00Z,C-1"),
        ["i.csv:2: submitted_at: 1816-03-02 is out of range; use a day between 1900-01-01 and 2999-12-31"],
    ),
    "a contract that is not there": (
        table(f"I1,1,{NINE},C-2"),
        ["i.csv:2: contract: no contract `C-2`; did you mean `C-1`?"],
    ),
    "a contract that is like none": (table(f"I1,1,{NINE},East"), ["i.csv:2: contract: no contract `East`"]),
    "no contract": (
        table(f"I1,1,{NINE},"),
        ["i.csv:2: contract: must be given; it is the contract that says what is covered"],
    ),
    "submitted before the contract starts": (
        table("I1,1,2025-12-31T22:59Z,C-1"),
        ["i.csv:2: submitted_at: 2025-12-31 lies before the contract `C-1` starts (2026-01-01)"],
    ),
    "two problems of facts": (
        table("I1,7,2025-12-31T22:59Z,C-1"),
        [
            "i.csv:2: severity: unknown severity `7`; choose from `1`, `2`, `3`, `4`",
            "i.csv:2: submitted_at: 2025-12-31 lies before the contract `C-1` starts (2026-01-01)",
        ],
    ),
    "a response before the submission": (
        f"id,submitted_at,responded_at,contract\nI1,{NINE},2026-03-01T00:00Z,C-1\n",
        ["i.csv:2: responded_at: 2026-03-01 00:00:00Z lies before submitted_at (2026-03-02 09:00:00Z)"],
    ),
    "a component of which all is known but the id": (
        "id,component,component.standard,contract\nI1,,true,C-1\n",
        ["i.csv:2: component: must be given; expected a text"],
    ),
    "a component without a column for its id": (
        "id,component.standard,contract\nI1,true,C-1\n",
        ["i.csv:2: incident.component.id: must be given; expected a text"],
    ),
    "a truth that is none": (
        "id,component,component.standard,contract\nI1,P,yes,C-1\n",
        [
            "i.csv:2: component.standard: expected true or false, got `yes`; say what it means under `values` of the "
            "mapping file, for `incident.component.standard`"
        ],
    ),
    "a nested list in a text": (
        "id,pauses,contract\nI1,[],C-1\n",
        ["i.csv:2: pauses: expected a list of Pause, got `[]`; only JSON lines can hold one"],
    ),
    "an incident that stands twice": (
        table(f"I1,1,{NINE},C-1", f"I2,1,{NINE},C-1", f"I1,x,{NINE},C-1", f"I1,1,{NINE},C-1"),
        [
            "i.csv:2: id: `I1` stands on line 4 too; keep one row for each",
            f"i.csv:4: severity: expected a whole number, got `x`; {MAPPED}",
            "i.csv:4: id: `I1` stands on line 2 too; keep one row for each",
            "i.csv:5: id: `I1` stands on line 2 too; keep one row for each",
        ],
    ),
    "bytes that are no UTF-8": (
        table().encode() + b"I1,1,\xff,C-1\n",
        ["i.csv:2: is not UTF-8; save the file as UTF-8"],
    ),
    "a NUL": (table("I1,1,\0,C-1"), ["i.csv:2: holds a NUL byte; save the file as UTF-8"]),
    "a carriage return": (
        table("I1,1,a\rb,C-1"),
        ["i.csv:2: holds a carriage return outside quotes; put quotes around a field of several lines"],
    ),
    "a quote in a quoted field": (
        table('I1,1,"a"b,C-1'),
        ["i.csv:2: a closing quote stands within a field; double a quote that is part of the text"],
    ),
    "a field that is too long": (
        table(f"I1,1,{'x' * 200_000},C-1"),
        ["i.csv:2: a field is too long; is a quote left open?"],
    ),
    "a row that is too long": (
        table(f"I1,1,{'x' * 10_000_000},C-1"),
        ["i.csv:2: the row is longer than 1,000,000 bytes; is a quote left open, or a line end missing?"],
    ),
    "a quote that is left open": (
        table('I1,1,"2026,C-1', f"I2,1,{NINE},C-1", "I3", ""),
        [
            "i.csv:2: a quote is opened and not closed; by its quotes it runs up to line 5",
            "i.csv:4: has 1 field, the first line has 4; leave unknown fields empty",
        ],
    ),
    "a quote that is left open on the last line": (
        table(f"I2,1,{NINE},C-1", 'I1,1,"2026,C-1'),
        ["i.csv:3: a quote is opened and not closed; close it, or double a quote that is part of the text"],
    ),
    "quotes that swallow a row": (
        table('I1,1,"2026,C-1', 'I3,1,"2026,C-1', f"I2,1,{NINE},C-1"),
        [
            "i.csv:2: a closing quote stands within a field; by its quotes it runs up to line 3",
            "i.csv:3: a quote is opened and not closed; close it, or double a quote that is part of the text",
        ],
    ),
    "an escape character": (
        table(f"I1,\x1b[2J,{NINE},C-1"),
        [f"i.csv:2: severity: expected a whole number, got `\\x1b[2J`; {MAPPED}"],
    ),
    "a text that is too long to say": (
        table(f"I1,{'9' * 100},{NINE},C-1"),
        [f"i.csv:2: severity: expected a whole number, got `{'9' * 60}…`; {MAPPED}"],
    ),
}


@pytest.mark.parametrize(("content", "problems"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_says_where_and_what(folder: Path, content: str | bytes, problems: list[str]) -> None:
    """What is wrong with a row names its line, its column and its cell, and says what would do."""
    assert said(take(content)) == problems


BAD_LINES: dict[str, tuple[str, list[str]]] = {
    "no object": ("[1]", ["i.jsonl:2: expected an object, got `[1]`; write one object a line"]),
    "not JSON": ('{"id": x}', ["i.jsonl:2: not JSON: Expecting value (column 8); write one object a line"]),
    "a name twice": ('{"id": "I1", "id": "I2"}', ["i.jsonl:2: `id` stands twice in one object; keep one"]),
    "a name twice, in two forms": (
        '{"a": {"b": 1}, "a.b": 2}',
        ["i.jsonl:2: `a.b` stands twice in one object; keep one"],
    ),
    "too deep": ("[" * 100_000, ["i.jsonl:2: nested too deep; flatten it"]),
    "too many digits": (
        f'{{"id": {"9" * 5_000}}}',
        ["i.jsonl:2: a number has too many digits; put quotes around it, if it is an identifier"],
    ),
    "nothing": ("{}", ["i.jsonl:2: id: must be given"]),
    "an object for a text": ('{"id": {}}', ["i.jsonl:2: id: expected a text, got `{}`"]),
    "a truth for a number": (
        '{"id": "I1", "severity": true, "contract": "C-1"}',
        [f"i.jsonl:2: severity: expected a whole number, got `true`; {MAPPED}"],
    ),
    "wrong pauses": (
        '{"id": "I1", "contract": "C-1", "pauses": [{"start": "x", "stop": 1}, {"end": null}, 3]}',
        [
            "i.jsonl:2: pauses[0].stop: unknown field; choose from `end`, `start`",
            f"i.jsonl:2: pauses[0].start: {MOMENT}, got `x`; {FORM}",
            "i.jsonl:2: pauses[1].start: must be given",
            "i.jsonl:2: pauses[2]: expected an object, got `3`",
        ],
    ),
    "a pause that ends before it starts": (
        f'{{"id": "I1", "contract": "C-1", "pauses": [{{"start": "{NINE}", "end": "2026-03-02T08:00Z"}}]}}',
        ["i.jsonl:2: pauses[0].end: 2026-03-02 08:00:00Z lies before start (2026-03-02 09:00:00Z)"],
    ),
    "bytes that are no UTF-8": ('{"id": "\udcff"}', ["i.jsonl:2: is not UTF-8; save the file as UTF-8"]),
}


@pytest.mark.parametrize(("line", "problems"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_of_json_says_where_and_what(folder: Path, line: str, problems: list[str]) -> None:
    """As with CSV; the lines before and after are read."""
    good = ['{"id": "G1", "contract": "C-1", "severity": 1, "pauses": []}', '{"id": "G2", "contract": "C-1"}']
    intake = take("\n".join([good[0], line, "", good[1]]).encode(errors="surrogateescape"), "i.jsonl")
    assert said(intake) == problems
    assert [incident.id for _, incident in intake.pairs] == ["G1", "G2"]


BAD_TABLES: dict[str, tuple[str, str | bytes, str]] = {
    "nothing": ("i.csv", "", "i.csv:1: is empty; the first line must name the columns"),
    "a blank first line": ("i.csv", "\nid\n", "i.csv:1: is empty; the first line must name the columns"),
    "another encoding": ("i.csv", "id,contract\n".encode("utf-16"), "i.csv:1: is not UTF-8; save the file as UTF-8"),
    "another encoding without its mark": (
        "i.csv",
        "id,contract\n".encode("utf-16-le"),
        "i.csv:1: holds a NUL byte; save the file as UTF-8",
    ),
    "a quote left open in the first line": (
        "i.csv",
        'id,"contract\n',
        "i.csv:1: a quote is opened and not closed; close it, or double a quote that is part of the text",
    ),
    "a first line without an end": (
        "i.csv",
        "x" * 10_000_000,
        "i.csv:1: the row is longer than 1,000,000 bytes; is a quote left open, or a line end missing?",
    ),
    "columns of one name": (
        "i.csv",
        "id,contract,id, contract\n",
        "i.csv: two columns are named `id`; rename one\ni.csv: two columns are named `contract`; rename one",
    ),
    "no column for the id": (
        "i.csv",
        "nr,contract\n",
        "i.csv: has no column `incident.id` or `id`; choose from `contract`, `nr`",
    ),
    "no column for anything": (
        "i.csv",
        "incidentid,contrct\n",
        "i.csv: has no column `incident.id` or `id`; did you mean `incidentid`?\n"
        "i.csv: has no column `contract.id` or `contract`; did you mean `contrct`?",
    ),
    "no ending": (
        "incidents",
        "",
        "incidents: its name has no ending that says what it is; "
        "choose from `.csv`, `.jsonl`, `.ndjson`, `.parquet`, `.tsv`",
    ),
    "an ending that is near": ("i.json", "", "i.json: no table ends in `.json`; did you mean `.jsonl`?"),
    "an ending that is not": (
        "i.xlsx",
        "",
        "i.xlsx: no table ends in `.xlsx`; choose from `.csv`, `.jsonl`, `.ndjson`, `.parquet`, `.tsv`",
    ),
}


@pytest.mark.parametrize(("name", "content", "message"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_table_that_cannot_be_read_at_all_is_one_error(
    folder: Path, name: str, content: str | bytes, message: str
) -> None:
    """Where no row could be read rightly, nothing is."""
    with pytest.raises(TableError) as caught:
        take(content, name)
    assert str(caught.value) == message


def test_a_file_that_is_not_there_is_an_error(folder: Path) -> None:
    """As is a folder."""
    (folder / "folder.csv").mkdir()
    for name, reason in {"none.jsonl": "No such file or directory", "folder.csv": "Is a directory"}.items():
        with pytest.raises(TableError) as caught:
            open_table(name)
        assert str(caught.value) == f"{name}: cannot be read: {reason}"


@pytest.mark.parametrize(
    ("name", "separator", "mark"),
    [("i.csv", ",", ""), ("i.csv", ";", "\ufeff"), ("i.csv", "\t", ""), ("i.tsv", "\t", "")],
)
def test_the_separator_is_told_by_the_first_line(folder: Path, name: str, separator: str, mark: str) -> None:
    """Whatever it is, with a byte order mark or without; others within quotes do not count."""
    rows = [["id", "severity", "submitted_at", "contract", "a,;\tb,;\tc"], ["I1", " 1 ", NINE, "C-1", 'a "b",;\t\nc']]
    quoted = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    intake = take(mark + "\r\n".join(quoted), name)
    expected = xr.Incident(id="I1", severity=1, submitted_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert (intake.pairs, intake.bad) == (((CONTRACT, expected),), ())


def test_rows_know_their_lines(folder: Path) -> None:
    """A row of several lines stands on its first; blank lines are no rows."""
    Path("t.csv").write_text('a,b\n1,"x\ny"\n\n2,\n', encoding="utf-8")
    Path("t.jsonl").write_text('{"a": 1, "b": "x\\ny"}\n\n{"a": 2}\n', encoding="utf-8")
    assert [tuple(row) for row in open_table("t.csv").rows()] == [
        (2, {"a": "1", "b": "x\ny"}, None),
        (5, {"a": "2", "b": ""}, None),
    ]
    assert [tuple(row) for row in open_table("t.jsonl").rows()] == [
        (1, {"a": 1, "b": "x\ny"}, None),
        (3, {"a": 2}, None),
    ]


def test_a_bad_row_keeps_what_stood_there(folder: Path) -> None:
    """The cells as they were, or the line where it could not be taken apart; of a line without an end the beginning."""
    rows = [b"I1,high,,C-1", b"I2,1,\xff,C-1", b"I3,1", b"I4," + b"x" * 10_000_000]
    intake = take(table().encode() + b"\n".join(rows))
    assert [(row.line, row.id, row.row) for row in intake.bad[:3]] == [
        (2, "I1", {"id": "I1", "severity": "high", "submitted_at": "", "contract": "C-1"}),
        (3, "I2", {"id": "I2", "severity": "1", "submitted_at": "\\xff", "contract": "C-1"}),
        (4, None, {"": "I3,1"}),
    ]
    assert intake.bad[3].row == {"": f"I4,{'x' * 9_997}…"}


def test_progress_is_told(folder: Path) -> None:
    """From time to time, up to the whole."""
    told: list[tuple[int, int]] = []
    content = table(*(f"I{number},1,{NINE},C-1" for number in range(2_500)))
    intake = take(content, progress=lambda done, whole: told.append((done, whole)))
    assert (len(intake.pairs), len(told)) == (2_500, 3)
    assert sorted(told) == told
    assert told[-1] == (len(content), len(content))


def test_the_moment_must_have_a_time_zone(folder: Path) -> None:
    """As every moment must."""
    with pytest.raises(xr.FactError, match=r"^at: 2026-03-02T12:00:00 has no time zone"):
        take(table(), at=AT.replace(tzinfo=None))


WRONG_MAPPINGS = {
    "no mapping": ("x", ["m.yaml:1:1: the mapping file must be keys with values"]),
    "nothing": ("", ["m.yaml:1:1: is empty"]),
    "an unknown section": (
        "colums: {}",
        ["m.yaml:1:1: unknown key `colums` in the mapping file", "did you mean `columns`?"],
    ),
    "an unknown fact": (
        "columns: {incident.id: a, contract.id: b, incdent.severity: c}",
        ["m.yaml:1:43: unknown key `incdent.severity` in columns", "did you mean `incident.severity`?"],
    ),
    "no contract": ("columns: {incident.id: a}", ["m.yaml:1:10: columns lacks `contract.id`", "add `contract.id:`"]),
    "a column without a name": (
        "columns: {incident.id: [a], contract.id: ''}",
        ["m.yaml:1:24: the name of a column must be a text", "m.yaml:1:43: the name of a column must be a text"],
    ),
    "columns that come from the log": (
        "columns: {incident.id: a, contract.id: b, incident.pauses: c, closed_at: d}\nlog: {state: a, since: b}",
        [
            "m.yaml:1:60: `incident.pauses` comes from the log",
            "remove it",
            "m.yaml:1:74: `closed_at` comes from the log",
            "remove it",
        ],
    ),
    **{
        f"the form {form}": (
            f"moments: '{form}'",
            [
                f"m.yaml:1:11: `{form}` is no form of moments",
                'a form says year, month, day, hour and minute, such as "%d-%m-%Y %H:%M", and a zone by `%z` if at all',
            ],
        )
        for form in ("%Y-%m-%d", "%d-%m %H:%M", "%Y-%m-%d %I:%M", "%Q", "%d%d", "%Y-%m-%d %H:%M %Z")
    },
    "no form": ("moments: []", ["m.yaml:1:10: moments must be a text"]),
    "no time zone": ("timezone: []", ["m.yaml:1:11: timezone must be a text"]),
    "a time zone that is near one": (
        "timezone: Europe/Amsterdm",
        ["m.yaml:1:11: unknown time zone `Europe/Amsterdm`", "did you mean `Europe/Amsterdam`?"],
    ),
    "a time zone that is a path": (
        "timezone: ../etc/passwd",
        ["m.yaml:1:11: unknown time zone `../etc/passwd`", "use an IANA name, such as `Europe/Amsterdam`"],
    ),
    "no texts": ("unknown: [[a]]", ["m.yaml:1:11: unknown must be a list of texts"]),
    "values of nothing": (
        "values: {incident.sev: {a: 1}}",
        ["m.yaml:1:10: unknown key `incident.sev` in values", "did you mean `incident.severity`?"],
    ),
    "values of a fact without a column": (
        "columns: {incident.id: a, contract.id: b}\nvalues: {incident.severity: {a: 1}}",
        ["m.yaml:2:10: unknown key `incident.severity` in values", "did you mean `incident.id`?"],
    ),
    "values without meanings": (
        "values: {incident.severity: [a]}",
        [
            "m.yaml:1:29: the values of `incident.severity` must be texts with what they mean",
            "write `{text: meaning}`",
        ],
    ),
    "wrong meanings": (
        "values: {incident.severity: {a: x, b: 9, c: [1]}}",
        [
            "m.yaml:1:33: expected a whole number, got `x`",
            "m.yaml:1:39: unknown severity `9`",
            "choose from `1`, `2`, `3`, `4`",
            "m.yaml:1:45: a value must be a text",
        ],
    ),
    "a log without a column": ("log: {state: a}", ["m.yaml:1:6: log lacks `since`", "add `since:`"]),
    "a log that is none": ("log: x", ["m.yaml:1:6: log must be keys with values"]),
    "states in two lists": (
        "log: {state: a, since: b, open: [New, Old], closed: [Old], paused: [Asked], responded: [Asked], opn: []}",
        [
            "m.yaml:1:54: `Old` stands under `open` and `closed`",
            "keep it in one of the lists",
            "m.yaml:1:97: unknown key `opn` in log",
            "did you mean `open`?",
        ],
    ),
}


@pytest.mark.parametrize(("text", "problems"), WRONG_MAPPINGS.values(), ids=WRONG_MAPPINGS)
def test_a_mistake_in_a_mapping_is_shown_where_it_stands(folder: Path, text: str, problems: list[str]) -> None:
    """All of them at once, by line and column, with what would do."""
    with pytest.raises(MappingError) as caught:
        take(table(), mapping=text)
    told = [line for d in caught.value.diagnostics for line in (f"{d.file}:{d.line}:{d.column}: {d.message}", d.help)]
    assert [line for line in told if line] == problems


def test_a_mapping_of_nothing_but_mistakes_is_given_up(folder: Path) -> None:
    """After a few hundred of them."""
    with pytest.raises(MappingError, match=r"and [0-9]+ more; mend these first"):
        take(table(), mapping=f"columns: {{{', '.join(f'k{number}: v' for number in range(300))}}}")


def test_columns_that_the_table_has_not_are_one_error(folder: Path) -> None:
    """The mapping and the table do not belong together, so no row is read."""
    with pytest.raises(MappingError) as caught:
        take("nmber,priority,opened,site,updated\n", mapping=LOG)
    assert [(d.line, d.message, d.help) for d in caught.value.diagnostics] == [
        (2, "`i.csv` has no column `number`", "did you mean `nmber`?"),
        (12, "`i.csv` has no column `state`", "did you mean `site`?"),
    ]


def test_a_mapping_says_what_foreign_cells_mean(folder: Path) -> None:
    """Columns, moments on a wall clock, values, what is unknown; other columns are left alone, other texts as they are."""
    content = foreign(
        "I1,1 - Critical,02-03-2026 09:00,C-1",
        "I2,3,?,C-1",
        "I3,5 - Odd,02-03-2026 09:00,C-1",
        f"I4,?,{NINE},C-1",
    )
    intake = take(content.replace("site", "site,severity").replace("C-1", "C-1,9"), mapping=FOREIGN)
    assert [incident for _, incident in intake.pairs] == [
        xr.Incident(id="I1", severity=1, submitted_at=clock("09:00")),
        xr.Incident(id="I2", severity=3),
    ]
    assert said(intake) == [
        f"i.csv:4: priority: expected a whole number, got `5 - Odd`; {MAPPED}",
        f"i.csv:5: opened: expected a moment in the form `%d-%m-%Y %H:%M`, got `{NINE}`; {FORM}",
    ]


def test_a_mapping_without_columns_leaves_their_names_alone(folder: Path) -> None:
    """Then columns go by their facts, as without a mapping; a value goes before what is unknown."""
    content = "incident.id,id,severity,component,contract\nI1,x,low,P,?\n"
    intake = take(content, mapping="unknown: ['?']\nvalues: {incident.severity: {low: 4}, contract.id: {'?': C-1}}")
    assert intake.pairs == ((CONTRACT, xr.Incident(id="I1", severity=4, component=xr.Component(id="P"))),)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("29-03-2026 01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("29-03-2026 02:00", None),
        ("29-03-2026 02:59", None),
        ("29-03-2026 03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("25-10-2026 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("25-10-2026 03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_wall_clock_that_is_changed(folder: Path, text: str, at: datetime | None) -> None:
    """The hour that is skipped does not exist; of the hour that comes twice, the first is meant."""
    intake = take(foreign(f"I1,1,{text},C-1"), mapping=FOREIGN, at=datetime(2027, 1, 1, tzinfo=UTC))
    if at is None:
        problem = f"i.csv:2: opened: `{text}` does not exist: the clock of Europe/Amsterdam skips that hour"
        assert said(intake) == [problem]
    else:
        assert [incident.submitted_at for _, incident in intake.pairs] == [at]


def test_a_form_may_name_the_zone(folder: Path) -> None:
    """Then the time zone of the mapping does not count."""
    intake = take(
        "id,submitted_at,contract\nI1,2026-03-02 09:00 -0500,C-1\n",
        mapping="moments: '%Y-%m-%d %H:%M %z'\ntimezone: Europe/Amsterdam",
        at=AT + timedelta(days=1),
    )
    assert intake.pairs[0][1].submitted_at == datetime(2026, 3, 2, 14, tzinfo=UTC)


def test_what_is_later_has_not_happened_yet(folder: Path) -> None:
    """As of a moment, in a table with a row an incident: submission, closing, response, pauses, ends of pauses."""
    before, after = "2026-03-02T11:00Z", "2026-03-02T13:00Z"
    rows: list[dict[str, Any]] = [
        {"id": "later", "submitted_at": after},
        {"id": "now", "submitted_at": AT.isoformat()},
        {"id": "closed", "submitted_at": before, "closed_at": AT.isoformat()},
        {"id": "closes", "submitted_at": before, "closed_at": after},
        {"id": "responded", "submitted_at": before, "responded_at": before},
        {"id": "responds", "submitted_at": before, "responded_at": after},
        {"id": "pauses", "pauses": [{"start": before, "end": after}, {"start": after}]},
    ]
    intake = take("\n".join(json.dumps({**row, "contract": {"id": "C-1"}}) for row in rows), "i.jsonl")
    early = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert [incident for _, incident in intake.pairs] == [
        xr.Incident(id="now", submitted_at=AT),
        xr.Incident(id="closes", submitted_at=early),
        xr.Incident(id="responded", submitted_at=early, responded_at=early),
        xr.Incident(id="responds", submitted_at=early),
        xr.Incident(id="pauses", pauses=[xr.Pause(start=early)]),
    ]
    assert (intake.bad, intake.closed, intake.not_yet) == ((), 1, 1)


#: Changes of state of one incident, submitted at 09:00; when support responded, the pauses.
LOGS: dict[str, tuple[list[str], str | None, list[tuple[str, str | None]]]] = {
    "nothing happens": (["New 09:10"], None, []),
    "a response": (["New 09:10", "Active 09:20", "Active 09:30"], "09:20", []),
    "a closing is a response": (["New 09:10", "Closed 09:20", "New 09:30", "Active 09:40"], "09:20", []),
    "a pause that goes on": (["New 09:10", "Waiting 09:20"], None, [("09:20", None)]),
    "a pause that ended": (["Waiting 09:20", "Active 09:30"], "09:30", [("09:20", "09:30")]),
    "rows of one pause": (["Waiting 09:20", "Waiting 09:30", "Active 09:40"], "09:40", [("09:20", "09:40")]),
    "two paused states": (["Waiting 09:20", "Asked 09:30", "New 09:40"], "09:30", [("09:20", "09:40")]),
    "two pauses": (
        ["Waiting 09:20", "New 09:30", "Waiting 09:40"],
        None,
        [("09:20", "09:30"), ("09:40", None)],
    ),
    "out of order": (["Active 09:30", "New 09:10", "Waiting 09:20"], "09:30", [("09:20", "09:30")]),
    "two rows in a minute": (["New 09:20", "Waiting 09:20", "Active 09:30"], "09:30", [("09:20", "09:30")]),
    "a pause of no time": (["Waiting 09:20", "New 09:20"], None, []),
    "a state of no time in a pause": (["Waiting 09:20", "New 09:30", "Waiting 09:30"], None, [("09:20", None)]),
    "a pause from before the submission": (["Waiting 08:00", "New 09:30"], None, [("09:00", "09:30")]),
    "a pause before the submission": (["Waiting 08:00", "New 08:30"], None, []),
    "a response before the submission": (["Active 08:00"], "09:00", []),
    "rows that are later": (["New 09:10", "Waiting 13:01", "Active 13:02"], None, []),
}


@pytest.mark.parametrize(("rows", "responded", "waits"), LOGS.values(), ids=LOGS)
def test_a_log_tells_pauses_and_the_response(
    folder: Path, rows: list[str], responded: str | None, waits: list[tuple[str, str | None]]
) -> None:
    """From the states that an incident was in, as of 13:00 in Amsterdam."""
    intake = take(log(*(f"I1, {row.replace(' ', ', ')}" for row in rows)), mapping=LOG)
    assert intake.bad == ()
    [(_, incident)] = intake.pairs
    assert incident == xr.Incident(
        id="I1",
        submitted_at=clock("09:00"),
        responded_at=None if responded is None else clock(responded),
        pauses=[xr.Pause(start=clock(start), end=None if end is None else clock(end)) for start, end in waits],
    )


def test_a_log_tells_what_is_closed_and_what_is_not_there(folder: Path) -> None:
    """The latest row that is seen decides; a row of after the moment is not seen, whatever it holds."""
    content = log(
        *("closed, New, 09:10", "closed, Closed, 13:00", "closed, New, 13:01"),
        *("reopened, Closed, 09:10", "reopened, New, 09:10"),
        *("closes, New, 09:10", "closes, Closed, 13:01"),
        *("later, New, 13:01", "later, Odd, 13:02"),
    )
    intake = take(content + "tomorrow,?,03-03-2026 09:00,C-1,Closed,02-03-2026 09:00\n", mapping=LOG)
    assert [incident.id for _, incident in intake.pairs] == ["reopened", "closes"]
    assert (intake.bad, intake.closed, intake.not_yet) == ((), 1, 2)


def test_of_rows_that_contradict_each_other_the_latest_counts(folder: Path) -> None:
    """In every cell, what is unknown included; of rows of the same moment the last."""
    rows = ["1,02-03-2026 09:30,C-1,New,02-03-2026 09:40", "?,02-03-2026 09:00,C-1,New,02-03-2026 09:10"]
    for order, severity, opened in [(rows, 1, "09:30"), (rows[::-1], 1, "09:30")]:
        content = "number,priority,opened,site,state,updated\n" + "".join(f"I1,{row}\n" for row in order)
        [(_, incident)] = take(content, mapping=LOG).pairs
        assert (incident.severity, incident.submitted_at) == (severity, clock(opened))
        [(_, incident)] = take(content.replace("09:40", "09:10"), mapping=LOG).pairs
        assert incident.severity == (None if order is rows else 1)


def test_a_bad_row_of_a_log_spoils_its_incident(folder: Path) -> None:
    """What a history that lacks a row says may be wrong, so the incident is in no pair; others are."""
    content = log(
        *("I1, New, 09:10", "I1, Actve, 09:20", "I1, Closed, 09:30"),
        *("I2, Odd, 09:10", "I3, , 09:10", "I4, New, ", ", New, 09:10", "I5, New, 09:10", "I6, New, 09:10"),
    )
    content = content.replace("I5,?,02-03-2026 09:00,C-1", "I5,?,02-03-2026 09:00,C-9")
    intake = take(content.encode() + b"I6,\xff,02-03-2026 09:00,C-1,New,02-03-2026 09:20\n", mapping=LOG)
    assert (intake.pairs, intake.closed, intake.not_yet) == ((), 0, 0)
    assert said(intake) == [
        "i.csv:3: state: unknown state `Actve`; did you mean `Active`?",
        "i.csv:5: state: unknown state `Odd`; list it under `log` of the mapping file",
        "i.csv:6: state: must be given",
        f"i.csv:7: updated: expected a moment in the form `%d-%m-%Y %H:%M`, got `02-03-2026`; {FORM}",
        "i.csv:8: number: must be given",
        "i.csv:9: site: no contract `C-9`; did you mean `C-1`?",
        "i.csv:11: is not UTF-8; save the file as UTF-8",
    ]
    assert [row.id for row in intake.bad] == ["I1", "I2", "I3", "I4", None, "I5", "I6"]


def test_contracts_are_read_by_id(folder: Path) -> None:
    """An empty cell is not known; one that stands twice with the same content counts once."""
    columns = ["id", "package", "start", "until", "timezone", "holidays", "customer"]
    rows = [
        columns,
        ["A", "elite", "2026-01-01", "2027-01-01", "Europe/Amsterdam", "NL", "x"],
        ["B"] + [""] * 6,
        ["A", "elite", "2026-01-01", "2027-01-01", "Europe/Amsterdam", "NL", "y"],
    ]
    Path("c.csv").write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    contract = attrs.evolve(CONTRACT, id="A", until=date(2027, 1, 1), holidays="NL")
    assert read_contracts("c.csv", SCHEMA) == Contracts({"A": contract, "B": xr.Contract(id="B")})


def test_contracts_of_json_lines_hold_their_changes(folder: Path) -> None:
    """As a nested list; the contract may stand as an object of its own, as in a file of facts."""
    line = {"id": "A", "package": "xtreme", "package_changes": [{"day": "2026-05-01", "package": "elite"}]}
    contract = xr.Contract(
        id="A", package="xtreme", package_changes=[xr.PackageChange(day=date(2026, 5, 1), package="elite")]
    )
    for form in (line, {"contract": line}):
        Path("c.jsonl").write_text(json.dumps(form), encoding="utf-8")
        assert read_contracts("c.jsonl", SCHEMA) == Contracts({"A": contract})


def test_a_bad_contract_says_where_and_what(folder: Path) -> None:
    """It comes out beside the good ones, and an incident that names it says so."""
    rows = [
        "id,package,start,until,timezone,holidays",
        "A,elit,2026-01-01,2027-01-01,UTC,NL",
        "B,elite,2026-01-01,2025-01-01,Mars,XX",
        "C,elite,1-1-2026,2026-02-30,,",
        "D,elite,,,,",
        "D,premium,,,,",
        "D,elite,,,,",
        ",elite,,,,",
        "C-1,elite,,,,",
    ]
    Path("c.csv").write_text("\n".join(rows), encoding="utf-8")
    contracts = read_contracts("c.csv", SCHEMA)
    assert said(contracts) == [
        "c.csv:2: package: unknown package `elit`; did you mean `elite`?",
        "c.csv:3: until: 2025-01-01 is not after start (2026-01-01); until is the first day no longer covered",
        "c.csv:3: timezone: unknown time zone `Mars`; use an IANA name, such as `Europe/Amsterdam`",
        "c.csv:3: holidays: no public holidays are known for `XX`; use an ISO 3166 code, such as `NL` or `DE-BY`",
        "c.csv:4: start: expected a date such as 2026-12-12, got `1-1-2026`",
        "c.csv:4: until: expected a date such as 2026-12-12, got `2026-02-30`",
        "c.csv:5: id: `D` stands on line 6 too; keep one row for each",
        "c.csv:6: id: `D` stands on line 5 too; keep one row for each",
        "c.csv:7: id: `D` stands on line 5 too; keep one row for each",
        "c.csv:8: id: must be given",
    ]
    assert list(contracts.by_id) == ["C-1"]
    intake = take(table("I1,1,,D", "I2,1,,C-1"), contracts=contracts)
    assert said(intake) == ["i.csv:2: contract: the contract `D` is a bad row; mend c.csv:7"]
    assert [incident.id for _, incident in intake.pairs] == ["I2"]


def test_bad_changes_of_a_contract_say_which(folder: Path) -> None:
    """By their place in the list."""
    lines = [
        {"id": "A", "package_changes": [{"day": "2026-05-01", "package": "elit"}]},
        {"id": "B", "package_changes": [{"day": "May", "package": "elite"}, {"package": "elite"}]},
    ]
    Path("c.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert said(read_contracts("c.jsonl", SCHEMA)) == [
        "c.jsonl:1: package_changes[0].package: unknown package `elit`; did you mean `elite`?",
        "c.jsonl:2: package_changes[0].day: expected a date such as 2026-12-12, got `May`",
        "c.jsonl:2: package_changes[1].day: must be given",
    ]


def test_bookings_are_read_by_contract(folder: Path) -> None:
    """A bad one says what is wrong, one of a contract that is not there included."""
    rows = [
        "id,contract_id,saturday,status,cancelled_at",
        "B1,C-1,2026-03-07,booked,",
        "B2,C-1,2026-03-14,cancelled,2026-03-01T10:00+01:00",
        "B3,C-2,2026-03-07,booked,",
        "B4,C-1,2026-03-08,booked,",
        "B5,C-1,2026-03-07,reserved,",
        "B6,C-1,2026-03-07,cancelled,2026-03-01 10:00",
        "B7,C-1,,booked,",
    ]
    Path("b.csv").write_text("\n".join(rows), encoding="utf-8")
    bookings = read_bookings("b.csv", CONTRACTS)
    assert bookings.by_contract == {
        "C-1": (
            xr.Booking(id="B1", contract_id="C-1", saturday=date(2026, 3, 7), status="booked"),
            xr.Booking(
                id="B2",
                contract_id="C-1",
                saturday=date(2026, 3, 14),
                status="cancelled",
                cancelled_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
            ),
        )
    }
    assert said(bookings) == [
        "b.csv:4: contract_id: no contract `C-2`; did you mean `C-1`?",
        "b.csv:5: saturday: 2026-03-08 is a Sunday; a weekend is named by its Saturday, such as 2026-03-07",
        "b.csv:6: status: `reserved` is not one of `booked`, `cancelled`",
        "b.csv:7: cancelled_at: `2026-03-01 10:00` has no time zone; end it with `Z` or an offset such as `+01:00`",
        "b.csv:8: saturday: must be given",
    ]
    Path("b.csv").write_text("id,saturdy\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_bookings("b.csv", CONTRACTS)
    assert str(caught.value).splitlines() == [
        "b.csv: has no column `booking.contract_id` or `contract_id`; choose from `id`, `saturdy`",
        "b.csv: has no column `booking.saturday` or `saturday`; did you mean `saturdy`?",
        "b.csv: has no column `booking.status` or `status`; did you mean `saturdy`?",
    ]


def test_a_table_of_no_rows_has_no_incidents(folder: Path) -> None:
    """Which is no mistake; JSON lines that cannot be read are bad rows."""
    for content, name in ((table(), "i.csv"), ("", "i.jsonl")):
        assert take(content, name) == Intake((), (), 0, 0)
    assert said(take("x\n{}\n", "i.jsonl")) == [
        "i.jsonl:1: not JSON: Expecting value (column 1); write one object a line",
        "i.jsonl:2: incident.id: must be given",
    ]
    assert said(take("x\n", "i.jsonl", mapping=LOG)) == said(take("x\n", "i.jsonl"))


EXAMPLE = ROOT / "examples" / "incidents"
NOON_OF_1_MARCH = datetime(2016, 3, 1, 12, tzinfo=AMSTERDAM)


@pytest.mark.parametrize("hours", [-100, 0, 3, 24, 100, 1_000, 10_000])
def test_the_real_log(hours: int) -> None:
    """At each moment, counts and pauses are those of a few lines that know nothing of facts."""
    at = NOON_OF_1_MARCH + timedelta(hours=hours)
    contracts = read_contracts(EXAMPLE / "contracts.csv", SCHEMA)
    mapping = read_mapping(EXAMPLE / "mapping.yaml", SCHEMA)
    intake = read_incidents(EXAMPLE / "incident_log.csv", contracts, SCHEMA, at, mapping)

    known: dict[str, list[tuple[datetime, datetime, dict[str, str]]]] = {}
    with (EXAMPLE / "incident_log.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            since, opened = (
                datetime.strptime(row[column], "%d-%m-%Y %H:%M").replace(tzinfo=AMSTERDAM)
                for column in ("sys_updated_at", "opened_at")
            )
            rows = known.setdefault(row["number"], [])
            if max(since, opened) <= at:
                rows.append((since, max(since, opened), row))
    queue, closed = {}, 0
    for number, rows in known.items():
        rows.sort(key=lambda entry: entry[0])
        closed += bool(rows) and rows[-1][2]["incident_state"] in ("Resolved", "Closed")
        if rows and rows[-1][2]["incident_state"] not in ("Resolved", "Closed"):
            queue[number] = rows
    assert (intake.bad, intake.closed, len(known)) == ((), closed, 560)
    assert intake.not_yet == 560 - closed - len(queue)
    assert [incident.id for _, incident in intake.pairs] == list(queue)

    for contract, incident in intake.pairs:
        rows = queue[incident.id]
        latest = rows[-1][2]
        assert contract.id == latest["location"].replace("?", "Location unknown")
        assert incident.severity == int(latest["priority"][0])
        assert incident.component == (None if latest["category"] == "?" else xr.Component(id=latest["category"]))
        ends = [began for _, began, _ in rows[1:]] + [at]
        waited = [
            end.astimezone(UTC) - began.astimezone(UTC)
            for (_, began, row), end in zip(rows, ends, strict=True)
            if row["incident_state"] == "Awaiting User Info"
        ]
        spans = [(pause.end or at) - pause.start for pause in incident.pauses]
        assert sum(spans, timedelta()) == sum(waited, timedelta())
        waits = [pause.end for pause in incident.pauses][-1:] == [None]
        assert waits == (latest["incident_state"] == "Awaiting User Info")
        answers = [began for _, began, row in rows if row["incident_state"] not in ("New", "Awaiting User Info")]
        assert incident.responded_at == (answers[0] if answers else None)


def test_the_real_log_at_the_moment_of_the_demonstration() -> None:
    """What its page says."""
    at = datetime(2016, 3, 1, 15, tzinfo=AMSTERDAM)
    contracts = read_contracts(EXAMPLE / "contracts.csv", SCHEMA)
    mapping = read_mapping(EXAMPLE / "mapping.yaml", SCHEMA)
    intake = read_incidents(EXAMPLE / "incident_log.csv", contracts, SCHEMA, at, mapping)
    page = " ".join((EXAMPLE / "README.md").read_text(encoding="utf-8").split())
    told = (
        f"{len(intake.pairs)} incidents were in the queue, {intake.closed} were closed, and {intake.not_yet} of the log"
    )
    assert told in page
    assert Counter(contract.package for contract, _ in intake.pairs).keys() == {"xtreme", "premium", "elite"}


#: Cells of tables drawn at random, some of them wrong.
CELLS: dict[str, list[str]] = {
    "id": ["I1", "I2", "I3", "I4", ""],
    "severity": ["1", "4", "", "x", "9"],
    "submitted_at": ["2026-03-02T11:00Z", "2026-03-02T11:30Z", "2026-03-02T12:30Z", "", "soon"],
    "contract": ["C-1", "C-1", "C-1", "", "C-9"],
    "closed_at": ["", "", "2026-03-02T11:45Z", "2026-03-02T12:45Z"],
}
CHANGES: dict[str, list[str]] = {
    "number": ["I1", "I2", "I3", ""],
    "priority": ["1 - Critical", "2 - High", "3", "?", "x"],
    "opened": ["02-03-2026 09:00", "02-03-2026 10:00", "02-03-2026 14:00", "?", "soon"],
    "site": ["C-1", "C-1", "C-1", "?", "C-9"],
    "state": ["New", "Active", "Waiting", "Asked", "Closed", "Odd", ""],
    "updated": [*(f"02-03-2026 {hour:02}:{minute}" for hour in range(9, 15) for minute in (10, 40)), "soon", ""],
}


def drawn_rows(cells: Mapping[str, list[str]], most_wrong: int = 1) -> st.SearchStrategy[list[dict[str, str]]]:
    """Rows of a table; the first cell of each column is right, and drawn more often."""
    columns = {column: st.sampled_from(texts[:1] * most_wrong + texts) for column, texts in cells.items()}
    return st.lists(st.fixed_dictionaries(columns), max_size=8)


def written(folder: str, rows: list[dict[str, str]], columns: Mapping[str, object], name: str) -> Path:
    """A file of these rows, with a mapping that makes a log of it beside it."""
    path = Path(folder) / name
    (Path(folder) / "m.yaml").write_text(LOG, encoding="utf-8")
    with path.open("w", encoding="utf-8", newline="") as stream:
        if path.suffix == ".jsonl":
            stream.writelines(f"{json.dumps(row)}\n" for row in rows)
        else:
            writer = csv.DictWriter(stream, list(columns))
            writer.writeheader()
            writer.writerows(rows)
    return path


def law_of_one_place(intake: Intake, ids: list[str]) -> None:
    pairs = [incident.id for _, incident in intake.pairs]
    bad = {row.id for row in intake.bad if row.id is not None}
    assert len(set(pairs)) == len(pairs)
    assert not bad & set(pairs)
    assert bad | set(pairs) <= set(ids)
    assert len(pairs) + len(bad) + intake.closed + intake.not_yet == len(set(ids))
    assert len({row.line for row in intake.bad}) == len(intake.bad)


@given(drawn_rows(CELLS, 3))
def test_every_incident_of_a_table_is_in_one_place(rows: list[dict[str, str]]) -> None:
    """It is a pair, or on bad rows, or closed, or not submitted yet; and a row without an id is a bad row."""
    with TemporaryDirectory() as folder:
        intake = read_incidents(written(folder, rows, CELLS, "i.csv"), CONTRACTS, SCHEMA, AT)
        assert read_incidents(written(folder, rows, CELLS, "i.jsonl"), CONTRACTS, SCHEMA, AT).pairs == intake.pairs
    law_of_one_place(intake, [row["id"] for row in rows if row["id"]])
    assert [row.line for row in intake.bad if row.id is None] == [
        line for line, row in enumerate(rows, 2) if not row["id"]
    ]
    assert all(row.row == rows[row.line - 2] for row in intake.bad)


@given(drawn_rows(CHANGES, 3), st.integers(9 * 60, 15 * 60))
def test_every_incident_of_a_log_is_in_one_place(rows: list[dict[str, str]], minute: int) -> None:
    """As in a table; and what comes after the moment changes nothing but how much is yet to come."""
    at = clock("00:00") + timedelta(minutes=minute)
    with TemporaryDirectory() as folder:
        path = written(folder, rows, CHANGES, "i.csv")
        mapping = read_mapping(Path(folder) / "m.yaml", SCHEMA)
        intake = read_incidents(path, CONTRACTS, SCHEMA, at, mapping)
        later = f"02-03-2026 {minute // 60:02}:{minute % 60:02}"
        seen = [row for row in rows if row["updated"] in ("soon", "") or row["updated"] <= later or not row["number"]]
        before = read_incidents(written(folder, seen, CHANGES, "i.csv"), CONTRACTS, SCHEMA, at, mapping)
    law_of_one_place(intake, [row["number"] for row in rows if row["number"]])
    assert (set(before.pairs), before.closed) == (set(intake.pairs), intake.closed)
    assert [(row.id, row.problems) for row in before.bad] == [(row.id, row.problems) for row in intake.bad]
    for _, incident in intake.pairs:
        assert all(pause.end is None or pause.start < pause.end for pause in incident.pauses)


@given(drawn_rows(CHANGES, 3).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_a_log_may_be_in_any_order(orders: tuple[list[dict[str, str]], list[dict[str, str]]]) -> None:
    """If no two rows of an incident are of the same moment, their order says nothing."""
    rows, others = orders
    moments = [(row["number"], row["updated"]) for row in rows]
    distinct = [row for row in rows if moments.count((row["number"], row["updated"])) == 1]
    with TemporaryDirectory() as folder:
        found = []
        for order in (distinct, [row for row in others if row in distinct]):
            path = written(folder, order, CHANGES, "i.csv")
            mapping = read_mapping(Path(folder) / "m.yaml", SCHEMA)
            intake = read_incidents(path, CONTRACTS, SCHEMA, clock("14:00"), mapping)
            bad = sorted((str(row.row), row.problems) for row in intake.bad)
            found.append((set(intake.pairs), bad, intake.closed, intake.not_yet))
    assert found[0] == found[1]


@given(st.sampled_from(["i.csv", "i.tsv", "i.jsonl"]), st.sampled_from([b"", b"id,contract\n"]), st.binary())
def test_whatever_a_file_holds_is_read_or_refused(name: str, head: bytes, content: bytes) -> None:
    """By an error of this library, and every problem fits a line of a terminal."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(head + content)
        try:
            told = said(read_incidents(path, CONTRACTS, SCHEMA, AT))
        except TableError as error:
            told = str(error).splitlines()
    assert all(line.isprintable() for line in told)


HOSTILE = {
    "quotes that never end": table(*['x","'] * 40_000),
    "quotes alone": table(*['"'] * 40_001),
    "rows of one incident": table(*["I1,1,,C-1"] * 10_000),
    "a contract of its own for each": table(*(f"I{number},1,,X{number}" for number in range(10_000))),
    "lines of nothing": table(*[""] * 100_000),
    "many columns": ",".join(["id", "contract", *map(str, range(100_000))]) + "\n1\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_table_costs_no_more_than_its_size(folder: Path, content: str) -> None:
    """Each row is read twice at most, and kept once."""
    intake = take(content)
    assert intake.pairs == ()
    assert len(intake.bad) < 50_000
    assert sum(len(cell) for row in intake.bad for cell in row.row.values()) <= len(content)


def parquet() -> Any:
    """The modules that write Parquet files."""
    reason = "reading Parquet takes pyarrow, which is not installed here"
    return pytest.importorskip("pyarrow", reason=reason), pytest.importorskip("pyarrow.parquet", reason=reason)


def test_a_parquet_file_says_the_same_as_csv(folder: Path) -> None:
    """With texts in its columns, or with values of types of their own."""
    arrow, files = parquet()
    rows = [["I1", "1", NINE, "7"], ["I2", "4", "2026-03-02T10:00Z", "7"], ["I3", "x", "", "7"], ["I3", "1", "", "8"]]
    contracts = Contracts({"7": attrs.evolve(CONTRACT, id="7")})
    expected = take(table(*map(",".join, rows)), contracts=contracts)
    columns = dict(zip(["id", "severity", "submitted_at", "contract"], map(list, zip(*rows, strict=True)), strict=True))
    files.write_table(arrow.table(columns), "i.parquet")
    intake = read_incidents("i.parquet", contracts, SCHEMA, AT)
    assert (intake.pairs, intake.closed, intake.not_yet) == (expected.pairs, 0, 0)
    assert [(row.problems[0], row.row) for row in intake.bad] == [(row.problems[0], row.row) for row in expected.bad]

    moments = [datetime.fromisoformat(text) if text else None for text in columns["submitted_at"]]
    for unit, zone in (("us", "UTC"), ("ns", "Asia/Kolkata"), ("ms", "+02:00")):
        typed = {
            "id": columns["id"],
            "severity": [1, 4, 1, 1],
            "submitted_at": arrow.array(moments, arrow.timestamp(unit, zone)),
            "contract": [7, 7, 7, 8],
        }
        files.write_table(arrow.table(typed), "i.parquet")
        intake = read_incidents("i.parquet", contracts, SCHEMA, AT)
        assert intake.pairs == expected.pairs
        assert [row.line for row in intake.bad] == [3, 4]


def test_a_parquet_file_holds_contracts_and_pauses(folder: Path) -> None:
    """Days, also as midnights, moments on a wall clock, nested lists, fractions as they would be written."""
    arrow, files = parquet()
    contract = {
        "id": ["A"],
        "package": ["xtreme"],
        "start": [date(2026, 1, 1)],
        "until": [datetime(2029, 1, 1)],
        "package_changes": [[{"day": date(2026, 5, 1), "package": "elite"}]],
    }
    files.write_table(arrow.table(contract), "c.parquet")
    contracts = read_contracts("c.parquet", SCHEMA)
    changes = [xr.PackageChange(day=date(2026, 5, 1), package="elite")]
    expected = xr.Contract(
        id="A", package="xtreme", start=date(2026, 1, 1), until=date(2029, 1, 1), package_changes=changes
    )
    assert contracts == Contracts({"A": expected})

    nine, ten = datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 10)
    incidents = {
        "id": ["I1", "I2", "I3"],
        "submitted_at": [nine, nine, datetime(9999, 12, 31)],
        "severity": [1.5, None, None],
        "contract": ["A", "A", "A"],
        "pauses": [None, [{"start": nine, "end": ten}], None],
    }
    files.write_table(arrow.table(incidents), "i.parquet")
    Path("m.yaml").write_text("timezone: Europe/Amsterdam", encoding="utf-8")
    mapping = read_mapping("m.yaml", SCHEMA)
    intake = read_incidents("i.parquet", contracts, SCHEMA, AT, mapping)
    pause = xr.Pause(start=clock("09:00"), end=clock("10:00"))
    assert intake.pairs == ((expected, xr.Incident(id="I2", submitted_at=clock("09:00"), pauses=[pause])),)
    assert said(intake) == [
        f"i.parquet:1: severity: expected a whole number, got `1.5`; {MAPPED}",
        "i.parquet:3: submitted_at: 9999-12-31 is out of range; use a day between 1900-01-01 and 2999-12-31",
    ]
    told: list[tuple[int, int]] = []
    rows = list(open_table("i.parquet").rows(lambda done, whole: told.append((done, whole))))
    assert ([row.line for row in rows], told) == ([1, 2, 3], [(3, 3)])


def test_cells_of_a_parquet_file_that_cannot_be_read(folder: Path) -> None:
    """Bytes that are no text and moments that Python has not make a bad row; the others of the file are read."""
    arrow, files = parquet()
    broken = arrow.array([b"1", b"\xff", b"1"], arrow.binary())
    texts = arrow.Array.from_buffers(arrow.string(), 3, broken.buffers())
    moments = arrow.array([0, 0, 2**60], arrow.timestamp("us", "UTC"))
    columns = {"id": ["I1", "I2", "I3"], "severity": texts, "at": moments, "contract": ["C-1"] * 3}
    files.write_table(arrow.table(columns), "i.parquet")
    intake = read_incidents("i.parquet", CONTRACTS, SCHEMA, AT)
    assert [incident.id for _, incident in intake.pairs] == ["I1"]
    assert [(row.line, row.id, row.row["severity"]) for row in intake.bad] == [(2, "I2", "\\xff"), (3, "I3", "1")]
    assert said(intake)[0].startswith("i.parquet:2: severity: cannot be read: 'utf-8' codec can't decode byte 0xff")
    assert said(intake)[1].startswith("i.parquet:3: at: cannot be read: ")


def test_a_file_that_is_no_parquet_is_refused(folder: Path) -> None:
    """Whatever is broken in it, and if its columns cannot be told apart."""
    arrow, files = parquet()
    files.write_table(arrow.table({"id": ["x"] * 1_000, "contract": list(range(1_000))}), "good.parquet")
    good = Path("good.parquet").read_bytes()
    for content in (b"", b"PAR1 nothing", good[:20] + b"\7" * 280 + good[300:], good[:-200] + b"\7" * 192 + good[-8:]):
        with pytest.raises(TableError, match=r"^i\.parquet: cannot be read as Parquet: "):
            take(content, "i.parquet")
    twice = arrow.Table.from_arrays([arrow.array([1]), arrow.array([2])], names=["id", "id"])
    files.write_table(twice, "twice.parquet")
    with pytest.raises(TableError, match=r"^twice\.parquet: two columns are named `id`; rename one$"):
        open_table("twice.parquet")


def test_without_pyarrow_a_parquet_file_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError) as caught:
        take(b"", "i.parquet")
    assert str(caught.value) == (
        "i.parquet: a Parquet file takes the package pyarrow; install it with `pip install 'xtreme-rules[parquet]'`"
    )
