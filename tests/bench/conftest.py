"""The recording and the table of figures, which is printed at the end whatever fell short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.figures import Figures

TABLE = pytest.StashKey[Figures]()


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "replies.json"
    subprocess.run([sys.executable, "-m", "tests.bench.recording", str(path)], check=True)
    return path


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    return request.config.stash.setdefault(TABLE, Figures())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(TABLE, Figures()).told():
        terminalreporter.write_line(line)
