"""The embedded AWS, for a command that runs in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bedaudit.sandbox import Sandbox, serve


@pytest.fixture(scope="module")
def organization() -> Iterator[Sandbox]:
    """The demo organisation, for tests that only read."""
    with serve() as served:
        yield served
