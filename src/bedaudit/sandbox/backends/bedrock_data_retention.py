"""Bedrock's data retention mode, one an account and region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bedaudit.sandbox.call import Call, Reply, operation


@dataclass(slots=True)
class Retention:
    """The mode of an account and region."""

    mode: str = "inherit"
    """As new accounts have it."""
    updated_at: datetime | None = None


@operation("bedrock", "GetAccountDataRetention")
def get(call: Call) -> Reply:
    """The mode, and when it was set."""
    held = call.here(Retention)
    return {"mode": held.mode, "updatedAt": held.updated_at}


@operation("bedrock", "PutAccountDataRetention")
def put(call: Call) -> Reply:
    """Sets the mode."""
    held = call.here(Retention)
    held.mode, held.updated_at = call.parameters["mode"], call.now
    return get(call)
