"""Broken rulebooks: what is wrong with each folder of ``broken``, word for word.

A folder holds what differs from the rulebook ``broken/sound``: the files that replace its own, an empty
``<file>.absent`` for one that is not there, perhaps an ``overlay.yaml``; and ``expected.txt``, the whole error.
After a change of wording, ``UPDATE_GOLDEN=1 pytest tests/test_broken_rulebooks.py`` rewrites the expectations (and
skips, so that no run both writes and passes); read their diff as a user would.
"""

import os
import shutil
from pathlib import Path

import pytest

import xtreme_rules as xr

BROKEN = Path(__file__).parent / "broken"
SOUND = BROKEN / "sound"
FOLDERS = sorted(path for path in BROKEN.iterdir() if path.is_dir() and path != SOUND)


def error_of(folder: Path, place: Path) -> xr.RulebookError:
    """The error of a broken rulebook, laid out in ``place``: its files in ``rules``, its overlay beside them."""
    rules = Path(shutil.copytree(SOUND, place / "rules"))
    overlays: list[Path] = []
    for file in folder.iterdir():
        if file.stem == "overlay" or file.stem == "overlay.yaml":
            overlays.append(place / "overlay.yaml")
            if file.suffix != ".absent":
                shutil.copy(file, overlays[0])
        elif file.suffix == ".absent":
            (rules / file.stem).unlink()
        elif file.name != "expected.txt":
            shutil.copy(file, rules)
    with pytest.raises(xr.RulebookError) as caught:
        xr.load(rules, overlay=overlays)
    return caught.value


def test_the_sound_rulebook_is_sound(tmp_path: Path) -> None:
    """What the broken ones are broken against has nothing wrong with it, so every diagnostic is of their own making."""
    assert xr.load(SOUND).options == ("urgent-incidents", "phone-support", "product-questions")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_broken_rulebook_says_what_is_wrong(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mistake of every file is reported at once, in the words that the folder expects and in no others."""
    monkeypatch.chdir(tmp_path)
    error = error_of(folder, tmp_path)
    expected = folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        expected.write_text(f"{error}\n", encoding="utf-8")
        pytest.skip("expected.txt was rewritten; read its diff")
    assert expected.is_file(), f"{expected} is absent; UPDATE_GOLDEN=1 writes it"
    assert f"{error}\n" == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_diagnostic_points_into_its_file(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A diagnostic is a sentence on one line, and what its caret underlines stands on the line that it shows."""
    monkeypatch.chdir(tmp_path)
    for diagnostic in error_of(folder, tmp_path).diagnostics:
        assert "\n" not in diagnostic.message + diagnostic.help
        if diagnostic.text:
            lines = Path(diagnostic.file).read_text(encoding="utf-8").split("\n")
            assert lines[diagnostic.line - 1].startswith(diagnostic.text)
            assert 1 <= diagnostic.column <= len(diagnostic.text) + 1
            assert diagnostic.column + diagnostic.length <= len(diagnostic.text) + 2
        else:
            assert (diagnostic.line, diagnostic.column) >= (1, 1)
