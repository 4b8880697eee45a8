"""Diagnostics: what is wrong in a rule file, with file:line:column, the line, a caret, and what to do."""

from collections.abc import Iterable
from pathlib import Path

import attrs

from xtreme_rules.errors import XtremeRulesError, first_of

#: How many letters of a line a diagnostic shows, and how many diagnostics are found before a file is given up.
MOST_LETTERS = 160
MOST_DIAGNOSTICS = 200


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
            skipped = max(0, self.column - MOST_LETTERS // 2) if len(self.text) > MOST_LETTERS else 0
            shown_text = self.text[skipped : skipped + MOST_LETTERS]
            indent = self.column - 1 - skipped
            lines += [f"    {shown_text}", f"    {' ' * indent}{'^' * max(1, min(self.length, MOST_LETTERS - indent))}"]
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)


class RulebookError(XtremeRulesError):
    """A rulebook that cannot be used; ``diagnostics`` holds all that is wrong with it, in the order of its files."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        super().__init__("\n".join(first_of(self.diagnostics)))

    def __reduce__(self) -> tuple[type["RulebookError"], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


class Diagnostics(list[Diagnostic]):
    """Diagnostics as they are found. A file that has hundreds is given up, so that none can keep a reader busy."""

    def append(self, found: Diagnostic) -> None:
        """Note one more.

        Raises:
            RulebookError: there are too many to go on.
        """
        super().append(found)
        if len(self) > MOST_DIAGNOSTICS:
            raise RulebookError(self)


def shown(path: Path) -> str:
    """A path as messages show it: relative to the current folder where it lies in it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
