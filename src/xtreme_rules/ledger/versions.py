"""Which data an answer rests on besides the rulebook: the library, the time zones, the public holidays."""

import zoneinfo
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import xtreme_rules


def versions(timezone: str | None) -> dict[str, str | None]:
    """The version of each by its name, that of the time-zone data as IANA names it, such as ``2025b``.

    ``timezone`` is the zone that was used, as its data may come from the system or from the package ``tzdata``.
    ``None`` stands for a version that cannot be told.
    """
    return {
        "xtreme-rules": xtreme_rules.__version__,
        "tzdata": timezone_data(timezone or "UTC", zoneinfo.TZPATH),
        "holidays": _holidays(),
    }


@cache
def timezone_data(zone: str, path: tuple[str, ...]) -> str | None:
    """The version of the data that ``zoneinfo`` takes a zone from: the first folder that has it, else the package."""
    for folder in map(Path, path):
        if (folder / zone).is_file():
            return _version_in(folder)
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except ImportError:
        return None


def _version_in(folder: Path) -> str | None:
    """As ``tzdata.zi`` begins (Debian, Fedora, Alpine), or all of ``+VERSION`` (macOS, BSD)."""
    for name, before in (("tzdata.zi", "# version "), ("+VERSION", "")):
        try:
            with (folder / name).open(encoding="utf-8") as lines:
                first = lines.readline()
        except OSError:
            continue
        if first.startswith(before):
            return first.removeprefix(before).strip()
    return None


@cache
def _holidays() -> str:
    return version("holidays")
