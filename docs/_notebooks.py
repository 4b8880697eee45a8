"""The notebooks of ``examples/notebooks``, run: they are stored without what they show.

``conf.py`` calls ``write`` at the start of a build; the pages are then made of what stands in the folder.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

NOTEBOOKS = Path(__file__).parent.parent / "examples" / "notebooks"


def executed(path: Path) -> nbformat.NotebookNode:
    """A notebook with the outputs of its cells, run from the top in its own folder.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell has failed.
        RuntimeError: a cell has printed a warning.
    """
    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder:
        private = Config(KernelManager={"transport": "ipc", "ip": f"{folder}/kernel"})  # no port for others to find
        resources = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, resources=resources, timeout=300, config=private)
        client.execute(env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})  # nothing is left in the folder
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    said = "".join(output.text for output in outputs if output.get("name") == "stderr")
    if said:
        raise RuntimeError(f"{path.name} is not quiet: {said}")
    return notebook


def write(folder: Path) -> None:
    """Write every notebook into ``folder``, run."""
    folder.mkdir(exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        nbformat.write(executed(path), folder / path.name)
