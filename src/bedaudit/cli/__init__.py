"""The command line: the only room that prints, and where the clock and the environment are read.

Importing it costs click and nothing else: every command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """What the `bedaudit` command runs."""
    from bedaudit.cli.run import run

    sys.exit(run(sys.argv[1:]))
