"""A process that has imported bedaudit, and runs each command that it is told of in a copy of itself.

A short command spends most of its time on imports. It reads jobs from stdin, a line each, and answers with exit codes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bedaudit
from bedaudit.cli import main

SOURCE = Path(bedaudit.__file__).parent
APART = ("bedaudit.__main__", "bedaudit.aws.cluster", "bedaudit.sandbox")
"""What runs, needs an extra, or changes what botocore does."""
TIME = 600
"""Seconds after which a command that does not end is killed."""


def load() -> None:
    for file in sorted(SOURCE.rglob("*.py")):
        name = ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(APART):
            importlib.import_module(name)


def become(job: Mapping[str, Any]) -> None:
    """Takes on what a process is started with."""
    os.chdir(job["at"])
    os.environ.clear()
    os.environ.update(job["env"])
    for number, name in enumerate((os.devnull, job["out"], job["err"])):
        opened = os.open(name, os.O_WRONLY if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
    sys.argv = ["bedaudit", *job["arguments"]]
    signal.alarm(TIME)


def serve() -> None:
    jobs, codes = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    load()
    gc.freeze()
    for line in jobs:
        child = os.fork()
        if not child:
            become(json.loads(line))
            main()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=codes, flush=True)


if __name__ == "__main__":
    serve()
