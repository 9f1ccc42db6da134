"""Bedrock's control plane: the invocation logging configuration, one an account and region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bedaudit.sandbox.call import Call, Reply, operation


@dataclass(slots=True)
class Logging:
    """The configuration, if any."""

    config: dict[str, Any] | None = None


@operation("bedrock", "GetModelInvocationLoggingConfiguration")
def get(call: Call) -> Reply:
    """The configuration; the member is absent where there is none."""
    config = call.here(Logging).config
    return {} if config is None else {"loggingConfig": config}


@operation("bedrock", "PutModelInvocationLoggingConfiguration")
def put(call: Call) -> Reply:
    """Replaces the configuration as a whole. AWS tries the destinations at this moment; here they may be broken."""
    call.here(Logging).config = call.parameters["loggingConfig"]
    return {}


@operation("bedrock", "DeleteModelInvocationLoggingConfiguration")
def delete(call: Call) -> Reply:
    """Turns logging off."""
    call.here(Logging).config = None
    return {}
