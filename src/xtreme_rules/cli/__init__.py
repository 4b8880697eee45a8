"""The command line: ``xtreme-rules``."""

import sys
from importlib import import_module


def main() -> None:
    """Run the command line, or say how to install what it needs.

    Exit status: 0 granted (or done), 1 denied (or problems found), 2 wrong use, 3 needs information.
    """
    for package in ("click", "rich"):
        try:
            import_module(package)
        except ImportError:
            hint = f"xtreme-rules: the command line needs {package}; run: pip install 'xtreme-rules[cli]'"
            print(hint, file=sys.stderr)
            raise SystemExit(2) from None
    from xtreme_rules.cli.commands import run

    run()
