"""``python -m simpleflow``: the command."""

from simpleflow.cli import main

main()
