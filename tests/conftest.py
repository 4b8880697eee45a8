"""Fixtures that every test of meaning shares: it takes the engine as a parameter, and runs on all of them."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import xtreme_rules as xr
from xtreme_rules.engines import ENGINES

ROOT = Path(__file__).parent.parent
#: The engines that can be used here.
INSTALLED = sorted(set(ENGINES) - ({"durable"} if importlib.util.find_spec("durable_rules_engine") is None else set()))
HARBOUR = ROOT / "examples" / "harbour"

settings.register_profile(
    "default", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
#: For the built wheel on each Python: that it is the same library; what it answers is tested in the checkout.
settings.register_profile("wheel", settings.get_profile("ci"), max_examples=15)
settings.load_profile("ci" if "CI" in os.environ else "default")  # what decides a landing gives the same result twice


@cache
def bundled(engine: str = "compiled") -> xr.Rulebook:
    return xr.load(engine=engine)


@cache
def harbour_facts() -> dict[str, object]:
    spec = importlib.util.spec_from_file_location("harbour_facts", HARBOUR / "facts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    facts: dict[str, object] = module.FACTS
    return facts


@cache
def harbour(on: date, engine: str = "compiled") -> xr.Rulebook:
    """The invented second rulebook, with a fact class of its own."""
    return xr.load(HARBOUR, on=on, facts=harbour_facts(), engine=engine)


@pytest.fixture(params=sorted(ENGINES), scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The name of each engine in turn."""
    name: str = request.param
    if name not in INSTALLED:
        pytest.skip(f"the engine `{name}` is not installed: it needs durable_rules")
    return name


@pytest.fixture(scope="session")
def rulebook(engine: str) -> xr.Rulebook:
    """The bundled rulebook on each engine in turn."""
    return bundled(engine)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL that runs while the tests do."""
    import databases

    with databases.postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    import databases

    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return databases.fresh_schema(request.getfixturevalue("postgresql"))


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit status, standard output, standard error."""
    from xtreme_rules.cli import main

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["xtreme-rules", *words])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return run


def on_a_terminal(*words: str, cwd: Path, **environment: str) -> tuple[int, str, bytes]:
    """Run the command line on a pseudo-terminal: exit status, what the terminal showed, standard error."""
    import pty

    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "xtreme_rules", *words],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "", "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment},
    )
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 65_536):
            shown += more
    except OSError:  # so Linux says that the other end was closed
        pass
    os.close(ours)
    _, errors = run.communicate()
    return run.returncode, shown.decode(), errors
