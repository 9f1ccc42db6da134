"""Evaluates what a snapshot holds by all policies: `python -m tests.bench.evaluating SNAPSHOT` prints the seconds."""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

from bedaudit.evaluate import Evaluation
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.snapshot import open_snapshot


def evaluated(snapshot: Path) -> float:
    """Seconds of CPU, without reading the snapshot and the policies."""
    records = list(open_snapshot(snapshot)[1])
    evaluation = Evaluation(Rules.of(load(["builtin:all"]), Config()))
    gc.freeze()  # the records are there for the measurement alone
    began = time.process_time()
    for record in records:
        evaluation.add(record)
    return time.process_time() - began


if __name__ == "__main__":
    print(evaluated(Path(sys.argv[1])))  # noqa: T201
