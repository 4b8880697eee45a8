"""The command line: ``xtreme-rules``."""

import sys


def main() -> None:
    """Run the command line, or say how to install what it needs.

    Exit status: 0 granted (or done), 1 denied (or problems found), 2 wrong use, 3 needs information.
    """
    try:
        import click  # noqa: F401
    except ImportError:
        print("xtreme-rules: the command line needs click; run: pip install 'xtreme-rules[cli]'", file=sys.stderr)
        raise SystemExit(2) from None
    from xtreme_rules.cli.commands import run

    run()
