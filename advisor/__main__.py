"""The command ``tunewise``."""

from __future__ import annotations

import sys

from advisor.cli.main import run


def main() -> None:
    """Run the command line; without a command on a terminal, open the application."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
