"""Diagnostics: what is wrong in a rule file, with file:line:column, the line, a caret, and what to do."""

from collections.abc import Iterable
from pathlib import Path

import attrs

from xtreme_rules.errors import XtremeRulesError


@attrs.frozen(order=True)
class Diagnostic:
    """One thing wrong in a file. ``line`` and ``column`` count from 1; ``length`` is what the caret underlines."""

    file: str
    line: int
    column: int
    message: str
    help: str = ""
    text: str = attrs.field(default="", eq=False)
    length: int = attrs.field(default=1, eq=False)

    def __str__(self) -> str:
        lines = [f"{self.file}:{self.line}:{self.column}: {self.message}"]
        if self.text:
            lines += [f"    {self.text}", f"    {' ' * (self.column - 1)}{'^' * max(1, self.length)}"]
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)


class RulebookError(XtremeRulesError):
    """A rulebook that cannot be used; ``diagnostics`` holds all that is wrong with it, in the order of its files."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> tuple[type["RulebookError"], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


def shown(path: Path) -> str:
    """A path as messages show it: relative to the current folder where it lies in it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
