"""Finding a rulebook: by name among the bundled ones, by path, and by the day on which it must hold."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import attrs

import xtreme_rules.rulebook as here
from xtreme_rules.errors import FactError, Problem, UnknownNameError, unknown_name
from xtreme_rules.rulebook.diagnostics import RulebookError, shown
from xtreme_rules.rulebook.nodes import Mapping, Node, Scalar, read_file

BUNDLED = "xtreme"


@attrs.frozen
class Version:
    """One version of a rulebook: its name, the day from which it holds, and its folder."""

    name: str
    effective_from: date
    folder: Path


def bundled_rules() -> Path:
    """The folder of the rulebooks that come with the library: in the wheel, or beside ``src`` in a checkout."""
    package = Path(here.__file__).parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent.parent / "rules"


def versions(rulebook: str | Path) -> list[Version]:
    """The versions of a rulebook, the oldest first.

    ``rulebook`` is the name of a bundled rulebook (which stands above a folder of that name; write ``./name`` for it),
    or the path of a folder that is one or holds versions of one, a folder each.

    Raises:
        UnknownNameError: there is no such rulebook, or a folder holds versions of several.
        RulebookError: the ``rulebook.yaml`` of a version cannot be read.
    """
    folder = Path(rulebook)
    if isinstance(rulebook, str):
        bundled = [version for version in _versions_in(bundled_rules()) if version.name == rulebook]
        if bundled:
            return bundled
    if not folder.is_dir():
        error = unknown_name("rulebook", str(rulebook), {version.name for version in _versions_in(bundled_rules())})
        raise UnknownNameError(f"{error}; or give the path of a folder that is there".replace("?; or", "? Or"))
    found = _versions_in(folder)
    if not found:
        raise UnknownNameError(f"no rulebook in `{shown(folder)}`; a rulebook is a folder with a `rulebook.yaml`")
    names = sorted({version.name for version in found})
    if len(names) > 1:
        raise UnknownNameError(f"`{shown(folder)}` holds several rulebooks, {', '.join(names)}; name the folder of one")
    for older, newer in pairwise(found):
        if older.effective_from == newer.effective_from:
            both = f"`{shown(older.folder)}` and `{shown(newer.folder)}`"
            raise UnknownNameError(f"{both} both hold from {newer.effective_from}; give one another `effective-from`")
    return found


def _versions_in(folder: Path) -> list[Version]:
    """The rulebook that a folder is, or those that it holds, the oldest first."""
    alone = (folder / "rulebook.yaml").is_file()
    folders = [folder] if alone else [path.parent for path in folder.glob("*/rulebook.yaml")]
    return sorted(map(_version, folders), key=lambda version: (version.effective_from, version.folder))


def find(rulebook: str | Path, on: date | None) -> Path:
    """The folder of the version of a rulebook that holds on a day; without a day, of the latest.

    Raises:
        UnknownNameError: as ``versions``; also if none held on that day.
        FactError: ``on`` is no date.
        RulebookError: as ``versions``.
    """
    if on is not None and type(on) is not date:
        raise FactError([Problem("on", f"expected a date, got {on!r}", "such as date(2026, 12, 12)")])
    known = versions(rulebook)
    holding = [version for version in known if on is None or version.effective_from <= on]
    if not holding:
        first = known[0]
        raise UnknownNameError(
            f"no version of `{first.name}` held on {on}; the first holds from {first.effective_from}"
        )
    return holding[-1].folder


def _version(folder: Path) -> Version:
    """Name and day of effect as ``rulebook.yaml`` has them; what is wrong with them is found when all of it is read."""
    root, problems = read_file(folder / "rulebook.yaml")
    if root is None:
        raise RulebookError(problems)
    try:
        since = date.fromisoformat(_text(root, "effective-from"))
    except ValueError:
        since = date.min
    return Version(_text(root, "name") or folder.name, since, folder)


def _text(root: Node, key: str) -> str:
    node = root.get(key) if isinstance(root, Mapping) else None
    return node.value if isinstance(node, Scalar) else ""
