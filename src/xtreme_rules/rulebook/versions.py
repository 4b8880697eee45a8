"""Finding a rulebook: by name among the bundled ones, by path, and by the day on which it must hold."""

from datetime import date
from pathlib import Path

import xtreme_rules.rulebook as here
from xtreme_rules.errors import UnknownNameError, did_you_mean
from xtreme_rules.rulebook.diagnostics import RulebookError, shown
from xtreme_rules.rulebook.nodes import Mapping, Scalar, read_file

BUNDLED = "xtreme"


def bundled_rules() -> Path:
    """The folder of the rulebooks that come with the library: in the wheel, or beside ``src`` in a checkout."""
    package = Path(here.__file__).parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent.parent / "rules"


def find(rulebook: str | Path, on: date | None) -> Path:
    """The folder of a rulebook.

    ``rulebook`` is the name of a bundled rulebook, or the path of a folder that is one or holds versions of one, a
    folder each. Of several versions, the one that holds on the day ``on`` is the latest that took effect by then;
    without a day it is the latest.

    Raises:
        UnknownNameError: there is no such rulebook, or none held on that day.
        RulebookError: the ``rulebook.yaml`` of a version cannot be read.
    """
    named = isinstance(rulebook, str) and not Path(rulebook).is_dir()
    folder = bundled_rules() if named else Path(rulebook)
    if not folder.is_dir():
        raise UnknownNameError(f"no rulebook folder `{rulebook}`")
    heads = [folder] if (folder / "rulebook.yaml").is_file() else sorted(p.parent for p in folder.glob("*/rulebook.yaml"))
    versions = [(_head(path), path) for path in heads]
    if named:
        names = {name for (name, _), _ in versions}
        if rulebook not in names:
            near = did_you_mean(str(rulebook), names) or "give the path of its folder"
            raise UnknownNameError(f"unknown rulebook `{rulebook}`; {near}")
        versions = [version for version in versions if version[0][0] == rulebook]
    if not versions:
        raise UnknownNameError(f"no rulebook in `{shown(folder)}`; a rulebook is a folder with a `rulebook.yaml`")
    names = {name for (name, _), _ in versions}
    if len(names) > 1:
        raise UnknownNameError(f"`{shown(folder)}` holds several rulebooks ({', '.join(sorted(names))}); name the folder of one")
    holding = [(since, path) for (_, since), path in versions if on is None or since <= on]
    if not holding:
        first = min(since for (_, since), _ in versions)
        raise UnknownNameError(f"no version of `{names.pop()}` held on {on}; the first holds from {first}")
    return max(holding)[1]


def _head(folder: Path) -> tuple[str, date]:
    """The name and the day of effect of a rulebook; what is wrong beyond them is left to the reading of the rest."""
    root, problems = read_file(folder / "rulebook.yaml")
    if root is None:
        raise RulebookError(problems)
    name = root.get("name") if isinstance(root, Mapping) else None
    since = root.get("effective-from") if isinstance(root, Mapping) else None
    try:
        day = date.fromisoformat(since.value) if isinstance(since, Scalar) else date.min
    except ValueError:
        day = date.min
    return name.value if isinstance(name, Scalar) else folder.name, day
