"""The command line: what it prints, and its exit status."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

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
    monkeypatch.setattr("xtreme_rules.cli.commands.load", lambda *_, **__: 1 / 0)
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
