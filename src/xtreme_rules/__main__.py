"""``python -m xtreme_rules`` is the command line."""

from xtreme_rules.cli import main

main()
