"""The package itself: what it exports, what it loads, and that it needs nothing around it."""

import subprocess
import sys
from importlib.metadata import version

import xtreme_rules as xr


def loaded_after(statements: str) -> set[str]:
    script = f"import sys; {statements}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True, cwd="/")
    return set(run.stdout.split())


def test_heavy_things_load_when_first_used() -> None:
    """Importing and loading a rulebook loads neither holidays nor dateutil nor click nor hypothesis."""
    modules = loaded_after("import xtreme_rules; xtreme_rules.load()")
    assert not modules & {"holidays", "dateutil", "click", "hypothesis", "difflib"}


def test_all_is_sorted_and_true() -> None:
    """``__all__`` is sorted, names only what is there, and the version is that of the distribution."""
    assert xr.__all__ == sorted(xr.__all__)
    assert all(hasattr(xr, name) for name in xr.__all__)
    assert version("xtreme-rules") == xr.__version__
