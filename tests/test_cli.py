"""The command line: what it prints, and its exit status."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from conftest import ROOT, on_a_terminal

Command = Callable[..., tuple[int, str, str]]
FACTS = ROOT / "examples" / "facts"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(
    ("option", "facts", "status", "word"),
    [
        ("special-event-weekend", "weekend-granted.yaml", 0, "TOEGEKEND"),
        ("special-event-weekend", "weekend-too-late.yaml", 1, "AFGEWEZEN"),
        ("special-event-weekend", "weekend-incomplete.yaml", 3, "MEER INFORMATIE NODIG"),
        ("phone-support", "phone-on-a-holiday.yaml", 1, "AFGEWEZEN"),
        ("how-to", "how-to-implementation.yaml", 1, "AFGEWEZEN"),
    ],
)
def test_the_exit_status_is_the_outcome(command: Command, option: str, facts: str, status: int, word: str) -> None:
    """0 granted, 1 denied, 3 needs information; the same in every format."""
    for form in ("text", "json", "html", "markdown"):
        code, out, err = command(
            "decide", option, "--facts", f"examples/facts/{facts}", "--lang", "nl", "--format", form
        )
        assert (code, err) == (status, "")
        assert (word in out) == (form != "json")
    code, out, _ = command("decide", option, "--facts", f"examples/facts/{facts}", "--format", "json")
    assert json.loads(out)["option"] == option


def test_facts_come_from_standard_input_too(tmp_path: Path) -> None:
    """``-`` reads facts from standard input, in a real process."""
    run = subprocess.run(
        [sys.executable, "-c", "from xtreme_rules.cli import main; main()", "decide", "phone-support", "--facts", "-"],
        input=b'{"contract": {"id": "\\ud83d\\ude00"}}',
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert run.returncode == 3
    assert run.stderr == b""
    assert "What is missing" in run.stdout.decode()


def test_at_is_now_unless_it_is_given(command: Command) -> None:
    """``--at`` stands above the facts' own ``at``; without either it is now."""
    words = ("decide", "phone-support", "--facts", "examples/facts/phone-on-a-holiday.yaml", "--format", "json")
    own = json.loads(command(*words)[1])["facts"]["at"]
    given = json.loads(command(*words, "--at", "2026-06-02T10:00:00+02:00")[1])
    assert given["facts"]["at"] == "2026-06-02T08:00:00+00:00" != own
    assert given["outcome"] == "granted"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["decide", "special-evnt-weekend", "--facts", "examples/facts/weekend-granted.yaml"], "unknown option `special-evnt-weekend`; did you mean `special-event-weekend`?"),
        (["decide", "phone-support", "--facts", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
        (["decide", "phone-support"], "Missing option '--facts'"),
        (["decide", "phone-support", "--facts", "examples/facts/weekend-granted.yaml", "--at", "noon"], "`noon` is not a moment; write it like 2026-12-12T09:30:00+01:00"),
        (["decide", "phone-support", "--facts", "examples/facts/weekend-granted.yaml", "--at", "2026-01-01T10:00"], "`2026-01-01T10:00` has no time zone; end it with `Z` or an offset such as `+01:00`"),
        (["matrix", "--lang", "fr"], "'fr' is not one of 'nl', 'en'"),
        (["matrix", "--on", "yesterday"], "`yesterday` is not a day; write it like 2026-12-12"),
        (["matrix", "--on", "1999-01-01"], "no version of `xtreme` held on 1999-01-01; the first holds from 2016-01-01"),
        (["matrix", "--rulebook", "nowhere"], "unknown rulebook `nowhere`"),
        (["matrix", "--fact-classes", "nowhere.py"], "`nowhere.py` is no Python file"),
        (["matrix", "--fact-classes", "examples/demo.py"], "has no FACTS; define FACTS = {'name': FactClass}"),
        (["check", "nowhere"], "unknown rulebook `nowhere`"),
        (["chek"], "No such command 'chek'"),
    ],
)  # fmt: skip
def test_wrong_use_says_what_to_do(command: Command, words: list[str], message: str) -> None:
    """Wrong use leaves with status 2, nothing on standard output, and one clear message on standard error."""
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_facts_with_problems_name_every_place(command: Command, tmp_path: Path) -> None:
    """All problems of a facts file come at once, each with file:line:column and the path of its field."""
    file = tmp_path / "facts.yaml"
    file.write_text(
        "contract:\n  id: c\n  until: 2026-01-01\n  start: 2027-01-01\n  timezone: Europe/Amsterdm\n"
        "weekend:\n  id: w\n  saturday: 2026-12-13\n  submited_at: 2026-12-01\n"
    )
    code, out, err = command("decide", "special-event-weekend", "--facts", str(file))
    assert (code, out) == (2, "")
    assert err.replace(str(file), "facts.yaml").splitlines() == [
        "facts.yaml:3:10: contract.until: 2026-01-01 is not after start (2027-01-01);"
        " until is the first day no longer covered",
        "facts.yaml:5:13: contract.timezone: unknown time zone `Europe/Amsterdm`; did you mean `Europe/Amsterdam`?",
        "facts.yaml:9:3: weekend.submited_at: unknown field; did you mean `submitted_at`?",
        "facts.yaml:8:13: weekend.saturday: 2026-12-13 is a Sunday;"
        " a weekend is named by its Saturday, such as 2026-12-12",
    ]


def test_the_overview_is_printed(command: Command) -> None:
    """``matrix`` prints every option, in both languages and every form."""
    for lang, title in (("nl", "Ondersteuning bij speciale gebeurtenissen"), ("en", "Special event support")):
        for form in ("text", "html", "markdown"):
            code, out, _ = command("matrix", "--lang", lang, "--format", form)
            assert code == 0
            assert title in out
    code, out, _ = command("matrix", "--format", "json")
    assert json.loads(out)["special-event-weekend"] == ["elite"]


def test_check_runs_the_cases_of_every_version(command: Command) -> None:
    """``check`` finds no problem in the bundled rulebook, nor in the versions of the second one."""
    code, out, err = command("check")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].endswith("cases, no problems")
    code, out, err = command("check", "examples/harbour", "--fact-classes", "examples/harbour/facts.py")
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == ["examples/harbour/2025", "examples/harbour/2026"]
    assert command("check", "--overlay", "examples/overlays/extended-hours.yaml")[0] == 0


def test_check_prints_every_diagnostic(command: Command, tmp_path: Path) -> None:
    """A broken rulebook or overlay leaves ``check`` with status 1 and all its diagnostics."""
    (tmp_path / "rulebook.yaml").write_text("name: broken\n")
    code, out, _ = command("check", str(tmp_path))
    assert code == 1
    assert "cannot be read" in out
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("rulebook:\n  calendars:\n    24x8: {holidays: open}\n")
    code, out, _ = command("check", "--overlay", str(overlay))
    assert code == 1
    assert "the rulebook has no `24x8` here" in out
    assert "did you mean `24x7`?" in out


def test_a_missing_extra_is_a_hint(tmp_path: Path) -> None:
    """Without click the command line says in one line how to install it, and leaves with status 2."""
    (tmp_path / "click.py").write_text("raise ImportError('no click here')")
    script = "import sys; sys.path.insert(0, '.'); from xtreme_rules.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", script, "matrix"], capture_output=True, check=False, cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.decode() == "xtreme-rules: the command line needs click; run: pip install 'xtreme-rules[cli]'\n"


def test_a_poor_terminal_gets_marks_of_its_own() -> None:
    """Marks that the terminal cannot show are replaced, each by another; forms for machines are always UTF-8."""
    words = ["decide", "special-event-weekend", "--facts", "examples/facts/weekend-incomplete.yaml"]
    script = "from xtreme_rules.cli import main; main()"
    for encoding in ("latin-1", "ascii"):
        text, html = (
            subprocess.run(
                [sys.executable, "-c", script, *words, *form],
                capture_output=True,
                check=False,
                env={"PYTHONIOENCODING": encoding},
                cwd=ROOT,
            )
            for form in ([], ["--format", "html"])
        )
        assert (text.returncode, text.stderr) == (3, b"")
        assert b"  ? standard-products:" in text.stdout
        assert b"  + package:" in text.stdout
        assert "✓" in html.stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "fails: ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "fails: SystemExit: 0"),
        ("def (", "fails: SyntaxError: invalid syntax"),
        ("FACTS = {'thing': int}", "thing: `<class 'int'>` is no fact class"),
    ],
)
def test_a_failing_file_of_fact_classes_never_reads_as_an_answer(
    command: Command, tmp_path: Path, source: str, message: str
) -> None:
    """Whatever the user's own file does, the exit status is 2, not one of an outcome."""
    file = tmp_path / "facts.py"
    file.write_text(source)
    code, out, err = command("matrix", "--fact-classes", str(file))
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_mistake_of_the_library_never_reads_as_an_answer(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen exception leaves with status 2 and its traceback."""
    monkeypatch.setattr("xtreme_rules.cli.options.load", lambda *_, **__: 1 / 0)
    code, out, err = command("matrix")
    assert (code, out) == (2, "")
    assert "ZeroDivisionError" in err


def test_the_module_is_the_command_too() -> None:
    """``python -m xtreme_rules`` runs the command line; a reader that has enough ends it quietly."""
    run = subprocess.run(
        [sys.executable, "-m", "xtreme_rules", "--version"], capture_output=True, check=True, text=True
    )
    assert run.stdout.startswith("xtreme-rules, version ")
    pipe = f"{sys.executable} -m xtreme_rules matrix --format html | head -c 1; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", pipe], capture_output=True, check=True, text=True)
    assert run.stderr == ""
    assert run.stdout.startswith("<")


CONTRACTS = """\
id,package,start,until,timezone,holidays
ACME,elite,2026-01-01,2029-01-01,Europe/Amsterdam,NL
Bolt,xtreme,2026-01-01,2029-01-01,Europe/Amsterdam,NL
"""
INCIDENTS = """\
id,contract,severity,component,submitted_at,closed_at
i-1,Bolt,2,ledger,2026-06-05T15:00+02:00,
i-2,ACME,3,ledger,2026-06-05T17:00+02:00,
i-3,ACME,,ledger,2026-06-05T17:00+02:00,
"""
#: Rows 2 to 4 become tickets, then one is closed, one not submitted yet, and the others cannot be read.
MIXED = f"""\
{INCIDENTS}\
i-4,ACME,2,ledger,2026-06-01T17:00+02:00,2026-06-02T17:00+02:00
i-5,ACME,2,ledger,2026-06-08T17:00+02:00,
i-6,Bult,2,ledger,2026-06-05T15:00+02:00,
i-7,ACME,9,ledger,2026-06-05T15:00+02:00,
i-8,ACME,2,ledger,2026-06-05 15:00,
i-9,ACME,2
,ACME,2,ledger,2026-06-05T15:00+02:00,
i-10,ACME,2,ledger,2026-06-05T15:00+02:00,
i-10,ACME,3,ledger,2026-06-05T15:00+02:00,
"""
BAD_LINES = {7, 8, 9, 10, 11, 12, 13}
SATURDAY = "2026-06-06T10:00+02:00"


@pytest.fixture
def triage(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``triage`` in a folder of its own, over a table of incidents of this content."""
    monkeypatch.chdir(tmp_path)
    Path("contracts.csv").write_text(CONTRACTS)

    def run(incidents: str, *words: str) -> tuple[int, str, str]:
        Path("incidents.csv").write_text(incidents)
        return command("triage", "incidents.csv", "--contracts", "contracts.csv", *words)

    return run


def records(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(out)))


def test_triage_prints_the_queue(triage: Command) -> None:
    """The first to be handled comes first, with its standing, deadline, rest and cover; in both languages."""
    code, out, err = triage(INCIDENTS, "--at", SATURDAY)
    assert (code, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[2:5] == [
        "1 i-1 Bolt 2 (high) at risk 2026-06-08 09:00 CEST 1 h / 4 h from 2026-06-08 08:00 CEST",
        "2 i-2 ACME 3 (medium) Xtreme Elite safe 2026-06-08 15:00 CEST 7 h / 8 h from 2026-06-08 08:00 CEST",
        "3 i-3 ACME Xtreme Elite needs information ? incident.severity",
    ]
    assert lines[6] == "3 in the queue: 1 at risk, 1 safe, 1 needs information; 0 closed, 0 not submitted yet"
    code, out, _ = triage(INCIDENTS, "--at", SATURDAY, "--lang", "nl")
    assert code == 0
    assert "dreigt te laat" in out
    assert "3 te behandelen" in out
    assert "Regelboek xtreme" in out


def test_triage_says_the_same_in_every_format(triage: Command) -> None:
    """Text, JSON and CSV hold the same tickets in the same order, and the key of each sorts as they stand."""
    text = triage(MIXED, "--at", SATURDAY)[1]
    data = json.loads(triage(MIXED, "--at", SATURDAY, "--format", "json")[1])
    rows = [row for row in records(triage(MIXED, "--at", SATURDAY, "--format", "csv")[1]) if row["place"]]
    assert re.findall(r"^\d+ +(\S+)  ", text, re.MULTILINE) == ["i-1", "i-2", "i-3"]
    assert [ticket["incident"] for ticket in data["tickets"]] == ["i-1", "i-2", "i-3"]
    assert [row["incident"] for row in rows] == ["i-1", "i-2", "i-3"]
    keys = [ticket["key"] for ticket in data["tickets"]]
    assert keys == sorted(keys) == [row["key"] for row in rows]
    assert [ticket["deadline"]["due"] or "" for ticket in data["tickets"]] == [row["due"] for row in rows]
    assert [row["missing"] for row in rows] == ["", "", "incident.severity"]
    assert data["rulebook"]["name"] == "xtreme"


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_triage_loses_no_row(triage: Command, form: str) -> None:
    """Every row comes out exactly once: as a ticket, as a bad row with its reason, or counted as left out."""
    code, out, err = triage(MIXED, "--at", SATURDAY, "--format", form)
    assert (code, err) == (1, "")
    if form == "text":
        bad = [int(line) for line in re.findall(r"^incidents\.csv:(\d+): ", out, re.MULTILINE)]
        assert "; 1 closed, 1 not submitted yet" in out
        assert "Rows that could not be read (7)" in out
    elif form == "json":
        data = json.loads(out)
        bad = [row["line"] for row in data["bad"]]
        assert all(row["problems"] and row["file"] == "incidents.csv" for row in data["bad"])
        assert (data["closed"], data["not_yet"], len(data["tickets"])) == (1, 1, 3)
    else:
        rows = [row for row in records(out) if row["standing"] == "bad_row"]
        bad = [int(row["line"]) for row in rows]
        assert all(row["problem"] and json.loads(row["cells"]) and not row["place"] for row in rows)
        assert [row["incident"] for row in rows] == ["i-6", "i-7", "i-8", "", "", "i-10", "i-10"]
    assert sorted(bad) == sorted(BAD_LINES)


def test_rows_of_every_table_that_cannot_be_read_come_out(triage: Command) -> None:
    """A bad contract takes its incidents with it, and both say so; so does a booking that names no contract."""
    Path("contracts.csv").write_text(CONTRACTS.replace("Bolt,xtreme", "Bolt,xtrme"))
    Path("bookings.csv").write_text("id,contract_id,saturday,status\nb-1,Nobody,2026-06-06,booked\n")
    code, out, _ = triage(INCIDENTS, "--at", SATURDAY, "--bookings", "bookings.csv")
    assert code == 1
    assert out.splitlines()[-3:] == [
        "contracts.csv:3: package: unknown package `xtrme`; did you mean `xtreme`?",
        "bookings.csv:2: contract_id: no contract `Nobody`",
        "incidents.csv:2: contract: the contract `Bolt` is a bad row; mend contracts.csv:3",
    ]


def test_a_booked_weekend_covers_every_severity(triage: Command) -> None:
    """On the Saturday of a booked weekend an incident of severity 3 is covered, and its time has run since midnight."""
    Path("bookings.csv").write_text("id,contract_id,saturday,status\nb-1,ACME,2026-06-06,booked\n")
    words = ("--at", SATURDAY, "--format", "csv")
    (without,) = [row for row in records(triage(INCIDENTS, *words)[1]) if row["incident"] == "i-2"]
    assert (without["covered_by"], without["covered_from"]) == ("", "2026-06-08T06:00:00+00:00")
    booked = records(triage(INCIDENTS, *words, "--bookings", "bookings.csv")[1])
    (row,) = [row for row in booked if row["incident"] == "i-2"]
    assert (row["covered_by"], row["due"]) == ("special-event-weekend", "2026-06-06T05:00:00+00:00")
    assert (row["standing"], row["used_seconds"]) == ("breached", "39600.0")


def test_first_shortens_the_table_only(triage: Command) -> None:
    """``--first`` shows the head of the queue and says how much more there is; what is counted stays."""
    code, out, _ = triage(INCIDENTS, "--at", SATURDAY, "--first", "1")
    assert code == 0
    assert "i-1" in out
    assert "i-2" not in out
    assert "… 2 more" in out
    assert "3 in the queue" in out
    assert "more" not in triage(INCIDENTS, "--at", SATURDAY, "--first", "3")[1]


def test_explain_says_everything_of_an_incident(triage: Command) -> None:
    """``--explain`` prints the incidents that it names in full, with what each comes after, and why."""
    code, out, err = triage(INCIDENTS, "--at", SATURDAY, "--explain", "i-2", "--explain", "i-1")
    assert (code, err) == (0, "")
    assert out.startswith("Incident i-2, contract ACME: SAFE\n")
    assert "#2: i-1 (severity 2 (high)) comes before i-2 (severity 3 (medium))\n\nIncident i-1" in out
    assert out.endswith("#1\n")
    out = triage(INCIDENTS, "--at", SATURDAY, "--explain", "i-2", "--lang", "nl")[1]
    assert out.endswith("#2: i-1 (urgentie 2 (hoog)) gaat voor i-2 (urgentie 3 (gemiddeld))\n")


def test_an_empty_queue_is_a_queue(triage: Command) -> None:
    """A table with no rows, or with none that is open, is no mistake."""
    for form in ("text", "json", "csv"):
        code, out, err = triage(INCIDENTS.splitlines()[0], "--at", SATURDAY, "--format", form)
        assert (code, err) == (0, "")
        assert ("0 in the queue; 0 closed" in out) == (form == "text")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["triage", "nowhere.csv", "--contracts", "contracts.csv"], "nowhere.csv: cannot be read: No such file or directory"),
        (["triage", "incidents.csv", "--contracts", "nowhere.csv"], "nowhere.csv: cannot be read: No such file or directory"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--bookings", "nowhere.csv"], "nowhere.csv: cannot be read: No such file or directory"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--mapping", "nowhere.yaml"], "nowhere.yaml:1:1: cannot be read: No such file or directory"),
        (["triage", "incidents.xlsx", "--contracts", "contracts.csv"], "incidents.xlsx: no table ends in `.xlsx`; choose from `.csv`, `.jsonl`, `.ndjson`, `.parquet`, `.tsv`"),
        (["triage", "incidents.csv", "--contracts", "contracts"], "choose from `.csv`, `.jsonl`, `.ndjson`, `.parquet`, `.tsv`"),
        (["triage", "incidents.csv"], "Missing option '--contracts'"),
        (["triage"], "Missing argument 'INCIDENTS'"),
        (["triage", "contracts.csv", "--contracts", "contracts.csv"], "contracts.csv: has no column `contract.id` or `contract`"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--at", "2026-06-06T10:00"], "`2026-06-06T10:00` has no time zone; end it with `Z` or an offset such as `+01:00`"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--at", "1850-01-01T00:00Z"], "at: 1850-01-01 is out of range"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--first", "0"], "0 is not in the range x>=1"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--format", "html"], "'html' is not one of 'text', 'json', 'csv'"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--at", SATURDAY, "--explain", "i-11"], "unknown incident in the queue `i-11`; did you mean `i-1`?"),
        (["triage", "incidents.csv", "--contracts", "contracts.csv", "--at", SATURDAY, "--overlay", "nowhere.yaml"], "nowhere.yaml:1:1: cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_wrong_use_of_triage_says_what_to_do(triage: Command, command: Command, words: list[str], message: str) -> None:
    """Wrong use leaves with status 2, nothing on standard output, and one clear message on standard error."""
    triage(INCIDENTS, "--at", SATURDAY)
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_mistakes_of_a_mapping_file_come_all_at_once(triage: Command) -> None:
    """Each with its place and what to do; and a column that the table has not is shown in the mapping file."""
    Path("mapping.yaml").write_text(
        "columns: {incident.id: id, contract.id: contract, incident.severty: sev}\n"
        'moments: "%d-%m"\n'
        "timezone: Europe/Amsterdm\n"
        "log: {state: state, since: since, open: [New], closed: [New]}\n"
    )
    code, out, err = triage(INCIDENTS, "--mapping", "mapping.yaml")
    assert (code, out) == (2, "")
    assert [line for line in err.splitlines() if line.startswith("mapping.yaml")] == [
        "mapping.yaml:1:51: unknown key `incident.severty` in columns",
        "mapping.yaml:2:11: `%d-%m` is no form of moments",
        "mapping.yaml:3:11: unknown time zone `Europe/Amsterdm`",
        "mapping.yaml:4:57: `New` stands under `open` and `closed`",
    ]
    Path("mapping.yaml").write_text("columns: {incident.id: id, contract.id: contrct}\n")
    code, out, err = triage(INCIDENTS, "--mapping", "mapping.yaml")
    assert (code, out) == (2, "")
    assert "mapping.yaml:1:41: `incidents.csv` has no column `contrct`" in err
    assert "did you mean `contract`?" in err


def test_a_rulebook_without_response_times_says_so(triage: Command) -> None:
    """Triage takes a rulebook that promises response times."""
    rulebook = ROOT / "examples" / "harbour"
    Path("contracts.csv").write_text(CONTRACTS.replace("elite", "ocean").replace("xtreme", "bay"))
    words = ("--rulebook", str(rulebook), "--fact-classes", str(rulebook / "facts.py"), "--on", "2025-06-06")
    code, out, err = triage(INCIDENTS, "--at", SATURDAY, *words)
    assert (code, out) == (2, "")
    assert err == "the rulebook `harbour` has no response times; add `response-times.yaml`\n"


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_a_reader_that_has_gone_is_no_answer(triage: Command, tmp_path: Path, form: str) -> None:
    """A closed pipe leaves no traceback, and the status of a program whose reader has gone."""
    triage(INCIDENTS, "--at", SATURDAY)
    words = ["triage", "incidents.csv", "--contracts", "contracts.csv", "--at", SATURDAY, "--format", form]
    command = [sys.executable, "-m", "xtreme_rules", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.stderr is not None
        assert run.stderr.read() == b""
    assert run.returncode == 141


@pytest.mark.parametrize("package", ["click", "rich"])
def test_a_missing_part_of_the_extra_is_a_hint(triage: Command, tmp_path: Path, package: str) -> None:
    """``triage`` needs more than click; whatever is missing, the hint is one line."""
    triage(INCIDENTS, "--at", SATURDAY)
    (tmp_path / f"{package}.py").write_text(f"raise ImportError('no {package} here')")
    words = ["triage", "incidents.csv", "--contracts", "contracts.csv", "--at", SATURDAY]
    run = subprocess.run(
        [sys.executable, "-m", "xtreme_rules", *words], capture_output=True, check=False, cwd=tmp_path, text=True
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert f"needs {package}; run: pip install 'xtreme-rules[cli]'" in run.stderr


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_triage_prints_what_a_poor_terminal_cannot_show(triage: Command, tmp_path: Path, form: str) -> None:
    """Text is shown as best it can be; forms for machines are always UTF-8."""
    Path("contracts.csv").write_text(CONTRACTS.replace("ACME", "Café"), encoding="utf-8")
    Path("incidents.csv").write_text(INCIDENTS.replace("ACME", "Café"), encoding="utf-8")
    words = ["triage", "incidents.csv", "--contracts", "contracts.csv", "--at", SATURDAY, "--format", form]
    run = subprocess.run(
        [sys.executable, "-m", "xtreme_rules", *words, *(["--first", "2"] if form == "text" else [])],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert ("Caf?" if form == "text" else "Café") in run.stdout.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("environment", "colours"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_shows_the_queue_in_its_width(
    triage: Command, tmp_path: Path, environment: dict[str, str], colours: bool
) -> None:
    """No line is wider than a narrow terminal; there are colours, but not if they are not wanted."""
    triage(INCIDENTS, "--at", SATURDAY)
    words = ("triage", "incidents.csv", "--contracts", "contracts.csv", "--at", SATURDAY)
    code, out, err = on_a_terminal(*words, cwd=tmp_path, **{"COLUMNS": "60", **environment})
    assert (code, err) == (0, b"")
    assert ("\x1b[32m" in out) == colours
    lines = re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()
    assert max(map(len, lines)) <= 60
    assert any(line.startswith("3 in the queue") for line in lines)
