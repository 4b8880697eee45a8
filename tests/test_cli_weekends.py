"""The command line of weekends: planned, booked in a ledger, cancelled, and proved from its history."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from conftest import ROOT, bundled, on_a_terminal

Command = Callable[..., tuple[int, str, str]]
CONTRACT = {
    "id": "C-1",
    "package": "elite",
    "start": "2026-03-01",
    "until": "2029-03-01",
    "timezone": "Europe/Amsterdam",
}
REQUEST = {
    "id": "W-1",
    "saturday": "2026-12-12",
    "submitted_at": "2026-11-20T09:00:00+01:00",
    "products": [{"id": "ledger", "standard": True}],
    "accepts_english": True,
    "implementation_consulting": False,
}
BOOKED = {"id": "b-1", "contract_id": "C-1", "saturday": "2026-12-19", "status": "booked"}
TABLE = "id,contract_id,saturday,status\nb-1,C-1,2026-12-19,booked\n"
LEDGER = ("--ledger", "ledger.db")
BEFORE, AFTER = ("--at", "2026-12-01T09:00:00Z"), ("--at", "2026-12-12T09:00:00Z")


def write(name: str, contract: dict[str, Any] | None = None, weekend: dict[str, Any] | None = None, **more: Any) -> str:
    """Write facts to a file; JSON is YAML too."""
    facts = {"contract": {**CONTRACT, **(contract or {})}, "weekend": {**REQUEST, **(weekend or {})}, **more}
    Path(name).write_text(json.dumps(facts))
    return name


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with requests: one that is granted, one for the week after, and a contract about which little is known."""
    monkeypatch.chdir(tmp_path)
    write("request.yaml")
    write("second.yaml", weekend={"id": "W-2", "saturday": "2026-12-19"})
    write("late.yaml", weekend={"id": "W-3", "submitted_at": "2026-12-01T09:00:00+01:00"})
    write("open.yaml", weekend={"id": "W-4", "accepts_english": None})
    Path("contract.yaml").write_text(json.dumps({"contract": CONTRACT}))
    Path("bookings.yaml").write_text(json.dumps({"bookings": [BOOKED]}))
    Path("bookings.csv").write_text(TABLE)


def saturdays(out: str) -> dict[str, dict[str, Any]]:
    return {item["saturday"]: item for item in json.loads(out)["weekends"]}


def test_weekends_prints_the_year(command: Command) -> None:
    """Every Saturday of the contract year with its mark, what is possible, and why the rest is not."""
    code, out, err = command("weekends", "request.yaml")
    assert (code, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert lines[:2] == ["Special event support, contract C-1", "Sunday 1 March 2026 until Monday 1 March 2027"]
    assert "December 2026   5 ✓  12 ✓  19 ✓  26 ✓" in lines
    assert lines[-4] == "✓ 13 possible, ✗ 39 not possible"
    assert lines[-3].startswith("✗ two-weeks-notice (2026-03-07 … 2026-11-28): required: ")
    assert "\x1b" not in out


def test_weekends_says_the_same_in_every_form(command: Command) -> None:
    """Text, JSON and HTML hold the same weekends; both languages have words of their own."""
    data = json.loads(command("weekends", "request.yaml", "--format", "json")[1])
    text = command("weekends", "request.yaml", "--lang", "nl")[1]
    code, html, err = command("weekends", "request.yaml", "--lang", "nl", "--format", "html")
    assert (code, err) == (0, "")
    outcomes = [item["outcome"] for item in data["weekends"]]
    assert (data["contract"], data["year"]) == ("C-1", {"number": 0, "start": "2026-03-01", "end": "2027-03-01"})
    assert text.count("✓") - 1 == html.count("✓") - 1 == outcomes.count("granted") == 13
    for out in (text, html):
        assert "Ondersteuning bij speciale gebeurtenissen" in out
        assert "zondag 1 maart 2026 tot maandag 1 maart 2027" in out
        assert "mogelijk" in out
    assert html.startswith("<div")


def test_little_needs_to_be_known_to_plan(command: Command) -> None:
    """With a contract alone, weekends that are not out can still be had; the request is submitted now, or when it says."""
    code, out, _ = command("weekends", "contract.yaml", "--submitted-at", "2026-11-20T09:00Z", "--format", "json")
    assert code == 0
    assert {item["outcome"] for item in saturdays(out).values()} == {"needs_information", "denied"}
    assert saturdays(out)["2026-12-05"]["outcome"] == "needs_information"
    _, later, _ = command("weekends", "request.yaml", "--submitted-at", "2026-11-22T09:00Z", "--format", "json")
    assert saturdays(later)["2026-12-05"]["unmet"] == ["two-weeks-notice"]
    assert saturdays(later)["2026-12-12"]["outcome"] == "granted"
    code, now, err = command("weekends", "contract.yaml", "--year", "2")
    assert code in (0, 1)  # as the present day has it
    assert ("March 2028" in now, err) == (True, "")


def test_a_year_is_chosen_by_its_number(command: Command) -> None:
    """Years count from the start of the contract."""
    code, out, _ = command("weekends", "request.yaml", "--year", "1", "--format", "json")
    assert code == 0
    assert json.loads(out)["year"] == {"number": 1, "start": "2027-03-01", "end": "2028-03-01"}
    assert {item["outcome"] for item in saturdays(out).values()} == {"granted"}
    assert list(saturdays(out))[::51] == ["2027-03-06", "2028-02-26"]


@pytest.mark.parametrize("file", ["bookings.yaml", "bookings.csv", "bookings.jsonl", "own"])
def test_a_booked_weekend_uses_the_year(command: Command, file: str) -> None:
    """Bookings come from a table, a file of facts, or the file of the contract; then nothing can be had, and it says so."""
    Path("bookings.jsonl").write_text(json.dumps(BOOKED))
    words = ("--bookings", file) if file != "own" else ()
    asked = write("asked.json", bookings=[BOOKED]) if file == "own" else "request.yaml"
    code, out, err = command("weekends", asked, *words)
    assert (code, err) == (1, "")
    assert "19 ★" in out
    assert "★ 1 booked, ✗ 51 not possible" in out
    assert "one-per-contract-year (2026-03-07 … 2027-02-27)" in out
    booked = [
        day
        for day, item in saturdays(command("weekends", asked, *words, "--format", "json")[1]).items()
        if item["booked"]
    ]
    assert booked == ["2026-12-19"]


@pytest.mark.parametrize("file", ["bookings.yaml", "bookings.csv"])
def test_bookings_of_other_contracts_are_of_no_matter(command: Command, file: str) -> None:
    """A file of all bookings may be given as it is."""
    other = {**BOOKED, "contract_id": "C-2"}
    Path("bookings.yaml").write_text(json.dumps({"bookings": [other]}))
    Path("bookings.csv").write_text(TABLE.replace("C-1", "C-2"))
    assert command("weekends", "request.yaml", "--bookings", file) == command("weekends", "request.yaml")


def test_facts_of_ones_own_count_in_planning(command: Command) -> None:
    """What a rulebook asks of a fact class of one's own, the file of the contract may tell."""
    Path("facts.py").write_text(
        "import attrs\nimport xtreme_rules as xr\n\n\n@attrs.frozen(kw_only=True)\nclass Crew(xr.Fact):\n"
        "    rested: bool | None = None\n\n\nFACTS = {'crew': Crew}\n"
    )
    rules = Path(copytree(bundled().rules.folder, "rules"))
    for file in (rules / "rulebook.yaml", rules / "entitlements.yaml"):
        file.write_text(
            file.read_text(encoding="utf-8").replace("weekend.accepts_english", "crew.rested"), encoding="utf-8"
        )
    words = ("--rulebook", "rules", "--fact-classes", "facts.py", "--format", "json")
    for rested, outcome in ((True, "granted"), (False, "denied"), (None, "needs_information")):
        code, out, err = command("weekends", write("crew.json", crew={"rested": rested}), *words)
        assert (code, err) == (int(rested is False), "")
        assert saturdays(out)["2026-12-12"]["outcome"] == outcome


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("environment", "colours"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_shows_the_year_in_colours(tmp_path: Path, environment: dict[str, str], colours: bool) -> None:
    """A booked weekend is blue and one that is out is grey, but not if colours are not wanted."""
    words = ("weekends", "request.yaml", "--bookings", "bookings.csv")
    code, out, err = on_a_terminal(*words, cwd=tmp_path, **environment)
    assert (code, err) == (1, b"")
    assert ("\x1b[34m19 ★\x1b[0m" in out) == ("\x1b[90m26 ✗\x1b[0m" in out) == colours
    assert ("\x1b" in out) == colours
    assert "19 ★" in out


def test_a_poor_terminal_tells_every_mark_apart() -> None:
    """Marks that the terminal cannot show are replaced, each by another."""
    run = subprocess.run(
        [sys.executable, "-m", "xtreme_rules", "weekends", "request.yaml", "--bookings", "bookings.csv"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (run.returncode, run.stderr) == (1, b"")
    assert "* 1 booked, x 51 not possible" in run.stdout.decode("ascii")
    assert b"?" not in run.stdout


def test_one_weekend_a_year_is_booked(command: Command) -> None:
    """Booked once; the same request gets the same answer; a second one is denied until the first is cancelled in time."""
    code, out, err = command("book", "request.yaml", *LEDGER)
    assert (code, err) == (0, "")
    assert "(special-event-weekend): GRANTED" in out
    assert out.endswith("\nC-1/2026-12-12: booked, 2026-12-12\n")
    code, out, _ = command("book", "request.yaml", *LEDGER)
    assert code == 0
    assert out.endswith("\nC-1/2026-12-12: booked before, 2026-12-12\n")
    code, out, _ = command("book", "second.yaml", *LEDGER)
    assert code == 1
    assert "✗ one-per-contract-year" in out
    assert "cancellation of the booking: C-1/2026-12-12 (Saturday 12 December 2026)" in out
    code, out, err = command("cancel", "C-1/2026-12-12", *LEDGER, *BEFORE)
    assert (code, err) == (0, "")
    assert out == "C-1/2026-12-12: cancelled, 2026-12-12; the weekend of the year is given back\n"
    code, out, _ = command("cancel", "C-1/2026-12-12", *LEDGER, *AFTER)
    assert code == 0
    assert out == "C-1/2026-12-12: cancelled before, 2026-12-12; the weekend of the year is given back\n"
    code, out, _ = command("book", "second.yaml", *LEDGER)
    assert code == 0
    assert out.endswith("\nC-1/2026-12-19: booked, 2026-12-19\n")


def test_a_weekend_that_began_stays_used(command: Command) -> None:
    """Cancelled on its Saturday it is used all the same, and the year's weekend is gone."""
    assert command("book", "request.yaml", *LEDGER)[0] == 0
    code, out, _ = command("cancel", "C-1/2026-12-12", *LEDGER, *AFTER)
    assert code == 0
    assert out == "C-1/2026-12-12: cancelled, 2026-12-12; its weekend had begun and stays used\n"
    assert command("book", "second.yaml", *LEDGER)[0] == 1


@pytest.mark.parametrize(
    ("file", "status", "outcome"),
    [("request.yaml", 0, "granted"), ("late.yaml", 1, "denied"), ("open.yaml", 3, "needs_information")],
)
def test_the_exit_status_of_book_is_the_outcome(command: Command, file: str, status: int, outcome: str) -> None:
    """0 booked, 1 denied, 3 needs information; in JSON too, where a repeated answer is the same decision."""
    code, out, err = command("book", file, *LEDGER, "--format", "json")
    first = json.loads(out)
    assert (code, err, first["decision"]["outcome"]) == (status, "", outcome)
    assert (first["booking"], first["repeated"]) == ("C-1/2026-12-12" if status == 0 else None, False)
    again = json.loads(command("book", file, *LEDGER, "--format", "json")[1])
    assert again["decision"] == {**first["decision"], "facts": again["decision"]["facts"]}
    assert again["repeated"] == (status == 0)
    assert (again["record"] == first["record"]) == (status == 0)


def test_book_explains_in_dutch(command: Command) -> None:
    """All of it, what was booked too."""
    out = command("book", "request.yaml", *LEDGER, "--lang", "nl")[1]
    assert "TOEGEKEND" in out
    assert out.endswith("\nC-1/2026-12-12: geboekt, 2026-12-12\n")
    assert command("book", "request.yaml", *LEDGER, "--lang", "nl")[1].endswith(": eerder geboekt, 2026-12-12\n")


def test_the_moment_of_a_record_is_the_one_given(command: Command) -> None:
    """``--at`` stands above the ``at`` of the facts, and that above the present."""
    command("book", write("at.json", at="2026-11-21T09:00:00Z"), *LEDGER)
    command("book", write("at.json", weekend={"id": "W-2"}, at="2026-11-21T09:00:00Z"), *LEDGER, *BEFORE)
    moments = [record["at"] for record in json.loads(command("history", *LEDGER, "--format", "json")[1])]
    assert moments == ["2026-11-21T09:00:00+00:00", "2026-12-01T09:00:00+00:00"]


def test_facts_of_book_come_from_standard_input_too() -> None:
    """``-`` reads them, in a real process; the next process finds the booking."""
    for said in ("booked", "booked before"):
        run = subprocess.run(
            [sys.executable, "-m", "xtreme_rules", "book", "-", *LEDGER],
            input=Path("request.yaml").read_bytes(),
            capture_output=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, b"")
        assert run.stdout.decode().endswith(f"C-1/2026-12-12: {said}, 2026-12-12\n")


@pytest.fixture
def history(command: Command) -> Command:
    """The history of a ledger with a booking, a denial, a cancellation, an open answer, and another contract."""
    for file in ("request.yaml", "second.yaml"):
        command("book", file, *LEDGER, "--at", "2026-11-20T10:00:00+01:00")
    command("cancel", "C-1/2026-12-12", *LEDGER, *BEFORE)
    command("book", "open.yaml", *LEDGER, *BEFORE)
    command("book", write("other.yaml", contract={"id": "C-2"}), *LEDGER, *BEFORE)

    def run(*words: str) -> tuple[int, str, str]:
        return command("history", *LEDGER, *words)

    return run


def test_history_prints_every_record(history: Command) -> None:
    """Decisions and cancellations in the order in which they were made, with the reason where it was no."""
    code, out, err = history()
    assert (code, err) == (0, "")
    assert [line.split("  ") for line in out.replace("     ", "").splitlines()] == [
        ["1", "2026-11-20 09:00:00Z", "C-1", "W-1", "granted", "C-1/2026-12-12"],
        ["2", "2026-11-20 09:00:00Z", "C-1", "W-2", "denied", "(one-per-contract-year)"],
        ["3", "2026-12-01 09:00:00Z", "C-1", "W-1", "cancelled", "C-1/2026-12-12"],
        ["4", "2026-12-01 09:00:00Z", "C-1", "W-4", "needs_information", "(working-language)"],
        ["5", "2026-12-01 09:00:00Z", "C-2", "W-1", "granted", "C-2/2026-12-12"],
    ]


def test_history_of_one_contract(history: Command) -> None:
    """``--contract`` shows what concerns one, in both forms; of an unknown one there is none."""
    assert history("--contract", "C-2")[1].split()[0] == "5"
    records = json.loads(history("--contract", "C-1", "--format", "json")[1])
    assert [record["number"] for record in records] == [1, 2, 3, 4]
    assert history("--contract", "C-3") == (0, "", "")
    assert json.loads(history("--contract", "C-3", "--format", "json")[1]) == []


def test_history_as_json_holds_everything(history: Command) -> None:
    """What was decided on, by which rulebook, with which data; a cancellation has no outcome."""
    code, out, _ = history("--format", "json")
    first, _, cancelled, _, _ = json.loads(out)
    assert code == 0
    assert first["facts"]["weekend"]["id"] == "W-1"
    assert first["rulebook"]["name"] == "xtreme"
    assert set(first["versions"]) == {"xtreme-rules", "tzdata", "holidays"}
    assert (cancelled["kind"], cancelled["outcome"]) == ("cancellation", None)


def test_replay_gives_every_answer_again(history: Command) -> None:
    """Every decision is the same; a cancellation is none."""
    code, out, err = history("--replay")
    assert (code, err) == (0, "")
    assert [line.endswith("  same answer") for line in out.splitlines()] == [True, True, False, True, True]
    code, out, err = history("--replay", "--format", "json")
    assert (code, err, len(json.loads(out))) == (0, "", 5)


def test_replay_says_which_answer_is_another_one(history: Command) -> None:
    """By another rulebook nothing is the same; the text says so on its line, JSON on standard error; status 1."""
    Path("overlay.yaml").write_text("entitlements: {special-event-weekend: {values: {notice-days: 40}}}\n")
    words = ("--replay", "--overlay", "overlay.yaml")
    code, out, err = history(*words)
    assert (code, err) == (1, "")
    said = [re.search(r"record (\d) was decided by the rulebook `xtreme`", line) for line in out.splitlines()]
    assert [found and found[1] for found in said] == ["1", "2", None, "4", "5"]
    assert "and at hand is `xtreme` of 2016-01-01 with `overlay.yaml`" in out
    code, out, err = history(*words, "--format", "json")
    assert (code, len(json.loads(out)), len(err.splitlines())) == (1, 5, 4)


WRONG: dict[str, tuple[list[str], str]] = {
    "no contract": (["weekends", "bookings.yaml"], "bookings.yaml: holds no `contract`"),
    "no period": (["weekends", "noperiod.yaml"], "contract.until: must be known; contract years need it"),
    "no file": (["weekends", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
    "no such year": (["weekends", "request.yaml", "--year", "3"], "year: the contract has no year 3; its years are 0 to 2"),
    "no number": (["weekends", "request.yaml", "--year", "first"], "'first' is not a valid integer"),
    "no moment": (["weekends", "request.yaml", "--submitted-at", "2026-11-20T09:00"], "`2026-11-20T09:00` has no time zone; end it with `Z` or an offset such as `+01:00`"),
    "no bookings": (["weekends", "request.yaml", "--bookings", "nowhere.csv"], "nowhere.csv: cannot be read: No such file or directory"),
    "no facts of bookings": (["weekends", "request.yaml", "--bookings", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
    "a booking that is none": (["weekends", "request.yaml", "--bookings", "sunday.csv"], "sunday.csv:2: saturday: 2026-12-20 is a Sunday; a weekend is named by its Saturday, such as 2026-12-19"),
    "no form": (["weekends", "request.yaml", "--format", "markdown"], "'markdown' is not one of 'text', 'json', 'html'"),
    "book no contract": (["book", "bookings.yaml", *LEDGER], "bookings.yaml: holds no `contract` and no `weekend`"),
    "book no weekend": (["book", "contract.yaml", *LEDGER], "contract.yaml: holds no `weekend`"),
    "bookings twice": (["book", "booked.yaml", *LEDGER], "booked.yaml: holds `bookings`; those of the ledger count, so leave them out"),
    "book no file": (["book", "nowhere.yaml", *LEDGER], "nowhere.yaml: No such file or directory"),
    "book no ledger": (["book", "request.yaml"], "Missing option '--ledger'"),
    "book at noon": (["book", "request.yaml", *LEDGER, "--at", "noon"], "`noon` is not a moment; write it like 2026-12-12T09:30:00+01:00"),
    "book in no folder": (["book", "request.yaml", "--ledger", "nowhere/ledger.db"], "name a file that you may write, in a folder that is there"),
    "book in a folder": (["book", "request.yaml", "--ledger", "."], "name a file that you may write, in a folder that is there"),
    "book in no ledger": (["book", "request.yaml", "--ledger", "bookings.csv"], "cannot be used: file is not a database; name one that this library made"),
    "book in no database": (["book", "request.yaml", "--ledger", "mysql://host/db"], "a ledger cannot be kept in `mysql`; use a path, `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`"),
    "book in memory": (["book", "request.yaml", "--ledger", "sqlite://"], "`sqlite://` is in memory, and would be gone at once; name a file"),
    "a newer ledger": (["book", "request.yaml", "--ledger", "newer.db"], "has schema 99, and this library knows schema 1; upgrade xtreme-rules"),
    "cancel the unknown": (["cancel", "C-1/2026-12-21", "--ledger", "booked.db"], "unknown booking `C-1/2026-12-21`; did you mean `C-1/2026-12-12`?"),
    "cancel in no ledger": (["cancel", "C-1/2026-12-12", "--ledger", "nowhere.db"], "--ledger: there is no file `nowhere.db`"),
    "cancel at noon": (["cancel", "C-1/2026-12-12", "--ledger", "booked.db", "--at", "2026-12-01T12:00"], "has no time zone"),
    "history of no ledger": (["history", "--ledger", "nowhere.db"], "--ledger: there is no file `nowhere.db`"),
    "history of a table": (["history", "--ledger", "bookings.csv"], "file is not a database"),
    "no weekends to plan": (["weekends", "request.yaml", "--rulebook", "bare"], "the rulebook `bare` has no option for weekends; add `weekends:`"),
    "no weekends to book": (["book", "request.yaml", *LEDGER, "--rulebook", "bare"], "the rulebook `bare` has no option for weekends; add `weekends:`"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_says_what_to_do(command: Command, words: list[str], message: str) -> None:
    """Wrong use leaves with status 2, nothing on standard output, one clear message, and no ledger that was not there."""
    write("noperiod.yaml", contract={"start": None, "until": None})
    write("booked.yaml", bookings=[BOOKED])
    Path("sunday.csv").write_text(TABLE.replace("-19", "-20"))
    for name in ("booked.db", "newer.db"):
        assert command("book", "request.yaml", "--ledger", name)[0] == 0
    with sqlite3.connect("newer.db") as database:
        database.execute("UPDATE ledger_schema SET version = 99")
    database.close()
    bare("bare")
    before = set(Path().iterdir())
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert {file for file in Path().iterdir() if file.suffix == ".db"} <= before


def bare(folder: str) -> None:
    """A small rulebook that knows no weekends."""
    rules = Path(copytree(ROOT / "tests" / "broken" / "sound", folder)) / "rulebook.yaml"
    packages = "  elite: {title: {nl: Elite, en: Elite}, coverage: office-hours}\nseverities:"
    rules.write_text(rules.read_text().replace("name: sound", "name: bare").replace("severities:", packages))


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may write all")
def test_a_ledger_that_cannot_be_written_says_so(command: Command) -> None:
    """What is booked must be kept."""
    assert command("book", "request.yaml", *LEDGER)[0] == 0
    Path("ledger.db").chmod(0o444)
    code, out, err = command("book", "second.yaml", *LEDGER)
    assert (code, out) == (2, "")
    assert "name a file that you may write" in err


def test_a_missing_extra_is_a_hint() -> None:
    """Who only plans needs no database; who books is told what to install."""
    Path("sqlalchemy.py").write_text("raise ImportError('no database here')")
    for words, status in ((["weekends", "request.yaml"], 0), (["book", "request.yaml", *LEDGER], 2)):
        run = subprocess.run(
            [sys.executable, "-m", "xtreme_rules", *words], capture_output=True, check=False, text=True
        )
        assert run.returncode == status
        assert run.stderr.count("\n") == (status == 2)
    assert "run: pip install 'xtreme-rules[ledger]'" in run.stderr


def test_weekends_of_a_ledger_are_booked(command: Command) -> None:
    """The calendar over a ledger shows what was booked in it, and the year as used."""
    assert command("book", "request.yaml", *LEDGER, *BEFORE)[0] == 0
    code, out, _ = command("weekends", "request.yaml", *LEDGER, "--format", "json")
    assert code == 1
    assert [day for day, item in saturdays(out).items() if item["booked"]] == ["2026-12-12"]
