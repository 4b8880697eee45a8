"""Every notebook of the examples runs from the top, needs no network, and says nothing that it should not."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def notebooks() -> ModuleType:
    """What the documentation runs them with."""
    spec = importlib.util.spec_from_file_location("_notebooks", ROOT / "docs" / "_notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", NOTEBOOKS, ids=of)
def test_it_is_stored_without_what_it_shows(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)


@pytest.mark.skipif(sys.platform == "win32", reason="its kernel listens on a socket in a folder")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=of)
def test_it_runs_without_a_warning_and_shows_tables_and_pictures(path, notebooks):
    outputs = [output for cell in notebooks.executed(path).cells for output in cell.get("outputs", ())]
    shown = {kind for output in outputs for kind in output.get("data", ())}
    assert {"text/html", "image/svg+xml"} <= shown
    assert not {kind for kind in shown if "vega" in kind or "javascript" in kind}, "a picture needs scripts"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=of)
def test_every_picture_has_a_description(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if "alt.Chart(" in cell.source:
            assert cell.metadata["mystnb"]["image"]["alt"]
