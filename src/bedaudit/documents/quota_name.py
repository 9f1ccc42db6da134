"""Which models' calls count against a quota: AWS says it in the quota's name alone.

https://docs.aws.amazon.com/general/latest/gr/bedrock.html
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Routing: TypeAlias = Literal["on-demand", "cross-region", "global cross-region"]
"""Where calls may be answered: here, in one geography, or anywhere. Each has quotas of its own."""

_PER_MODEL = re.compile(
    r"(?P<routing>on-demand|cross-region|global cross-region) model inference tokens per minute for (?P<model>.+)"
)
_GEOGRAPHY = re.compile(r"(?P<global>global)\.|(?:us-gov|apac|[a-z]{2})\.")
_INCIDENTAL = re.compile(r"\b20\d{6}\b|(?::\d+\w*)+$")
"""The date of a model, and the last part of its version."""
_FIRST_VERSION = re.compile(r"v1$")
_NO_LETTER = re.compile(r"[^a-z0-9]")


def routing_of(model: str) -> Routing:
    """How calls of a model id, or of the id of an inference profile that AWS defines, are routed."""
    found = _GEOGRAPHY.match(model)
    if found is None:
        return "on-demand"
    return "global cross-region" if found["global"] else "cross-region"


def is_of(quota: str, model: str, routing: Routing) -> bool:
    """Whether the quota's name is that of the tokens a minute of a model's calls; no exception of AWS's is guessed."""
    found = _PER_MODEL.fullmatch(quota.lower())
    return found is not None and found["routing"] == routing and _plain(found["model"]) == _plain(_bare(model))


def _bare(model: str) -> str:
    return _GEOGRAPHY.sub("", model, count=1) if _GEOGRAPHY.match(model) else model


def _plain(model: str) -> str:
    """What `anthropic.claude-sonnet-4-5-20250929-v1:0` and "Anthropic Claude Sonnet 4.5 V1" have in common."""
    return _FIRST_VERSION.sub("", _NO_LETTER.sub("", _INCIDENTAL.sub("", model.lower())))
