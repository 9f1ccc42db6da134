"""AWS's environment, and nothing of the machine's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from botocore import handlers


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIACALLER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    # Where moto was imported it listens to every botocore client, and the fast transport leaves such clients alone.
    own = [each for each in handlers.BUILTIN_HANDLERS if not type(each[1]).__module__.startswith("moto.")]
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", own)
