"""Amazon Resource Names."""

from __future__ import annotations

from typing import NamedTuple


class Arn(NamedTuple):
    """The parts of an ARN; of a text that is none those that it has, and the others empty."""

    prefix: str
    partition: str
    service: str
    region: str
    account: str
    resource: str


def parse(text: str) -> Arn:
    """The parts of an ARN."""
    return Arn(*[*text.split(":", 5), *[""] * 5][:6])
