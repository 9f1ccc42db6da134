"""Both transports, as `connect` makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from bedaudit.aws.clients import Clients
from bedaudit.aws.fast.transport import FastTransport
from bedaudit.aws.session import shared_session
from bedaudit.aws.settings import Timeouts
from bedaudit.aws.transport import BotoTransport, Transport

TRANSPORTS: tuple[Literal["boto3", "fast"], ...] = ("boto3", "fast")

PATIENT = Timeouts(20, 40)


@asynccontextmanager
async def transport(name: str, timeouts: Timeouts = PATIENT) -> AsyncIterator[Transport]:
    clients = Clients(shared_session(None), 64, timeouts)
    boto3 = BotoTransport(clients, timeouts)
    made = boto3 if name == "boto3" else FastTransport(clients, boto3, timeouts)
    try:
        yield made
    finally:
        await made.close()
