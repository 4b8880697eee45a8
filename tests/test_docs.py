"""Every example in the documentation does what its page says.

The examples of a page run in their order, in a folder of the page's own with a copy of ``examples`` in it:

- a ``python`` block runs in one session a page; each statement behind ``>>>`` must print what stands
  below it;
- a ``console`` block runs in a shell, and each command behind ``$`` must print what stands below it;
- a block with a caption is the text of the file that the caption names.

``...`` stands for any output. Blanks at the end of a line do not count.
"""

import os
import re
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from doctest import ELLIPSIS, OutputChecker
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import xtreme_rules

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").rglob("*.md")} - {*(ROOT / "docs" / "generated").glob("*.md")})
BLOCK = re.compile(r"^```(?:\{code-block\} )?(\w+)\n(?::caption: (\S+)\n\n?)?(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPTS = {"python": (">>> ", "..."), "console": ("$ ", ">")}


class Session:
    """What the examples of one page share: a folder, the names of the Python session, the environment of the shell."""

    def __init__(self, folder: Path, commands: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.environment = os.environ | {
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(Path(xtreme_rules.__file__).parent.parent),
            "PYTHONUTF8": "1",
            "COLUMNS": "80",
        }

    def python(self, statement: str) -> str:
        printed = StringIO()
        with redirect_stdout(printed):
            try:
                exec(compile(statement, "<example>", "single"), self.names)
            except Exception:
                traceback.print_exc(file=printed)
        return printed.getvalue()

    def console(self, command: str) -> str:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
        return subprocess.run(command, shell=True, cwd=self.folder, env=self.environment, **streams).stdout


@pytest.fixture
def session(tmp_path, monkeypatch):
    folder, commands = tmp_path / "page", tmp_path / "bin"
    shutil.copytree(ROOT / "examples", folder / "examples")
    commands.mkdir()
    command = commands / "xtreme-rules"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from xtreme_rules.cli import main; main()" "$@"\n')
    command.chmod(0o755)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    return Session(folder, commands)


def steps(language: str, text: str) -> Iterator[tuple[str, str]]:
    """The statements or commands of a block, each with the output that it must have."""
    first, more = PROMPTS[language]
    for chunk in re.split(f"^{re.escape(first)}", text, flags=re.MULTILINE)[1:]:
        source, *rest = chunk.splitlines()
        while rest and (rest[0] == more or rest[0].startswith(f"{more} ")):
            source += "\n" + rest.pop(0)[len(more) + 1 :]
        yield source + "\n", "\n".join(rest).rstrip() + "\n"


@pytest.mark.skipif(sys.platform == "win32", reason="the examples are for a POSIX shell")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_examples_of_a_page_do_what_it_says(page, session):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"^[ \t]+```(python|console)", text, re.MULTILINE), "an indented block would not be run"
    for block in BLOCK.finditer(text):
        language, file, body = block.groups()
        if file is not None:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text(body, encoding="utf-8")
        elif language == "python" and not body.startswith(">>> "):
            exec(compile(body, "<example>", "exec"), session.names)
        elif language in PROMPTS:
            for source, expected in steps(language, body):
                got = session.python(source) if language == "python" else session.console(source)
                got = "\n".join(line.rstrip() for line in got.rstrip().splitlines()) + "\n"
                same = OutputChecker().check_output(expected, got, ELLIPSIS)
                assert same, f"{source}\nexpected:\n{expected}\ngot:\n{got}"
