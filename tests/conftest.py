"""What holds for every test."""

from __future__ import annotations

import signal

import pytest

from tests.cli.run import end_copies

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts its background jobs deaf to Ctrl-C, and what they start too; tests send it to what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    end_copies()
