"""What a scan is connected with: a session, the caller, the client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from bedaudit.aws.catalogue import Catalogue
from bedaudit.aws.client import Client, Identity
from bedaudit.aws.clients import Clients
from bedaudit.aws.credentials import Caller
from bedaudit.aws.fast.transport import FastTransport
from bedaudit.aws.paging import pages
from bedaudit.aws.problems import problem
from bedaudit.aws.progress import Progress
from bedaudit.aws.session import caller_session, configured_region, shared_session
from bedaudit.aws.settings import Settings
from bedaudit.aws.threads import Threads
from bedaudit.aws.transport import BotoTransport, Transport
from bedaudit.model import Raw
from bedaudit.reader import Operation


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything that speaks to AWS, for one scan."""

    settings: Settings
    progress: Progress
    client: Client
    caller: Caller
    catalogue: Catalogue
    region: str | None
    """As configured."""

    async def pages(
        self, who: Identity, operation: Operation, region: str, parameters: Mapping[str, Any]
    ) -> tuple[Raw, ...]:
        """All pages of an operation; raises what botocore raises."""

        async def send(page: Mapping[str, Any]) -> Raw:
            return await self.client.send(who, operation.service, operation.name, region, page)

        return await pages(send, parameters, self.catalogue.pager(operation))


@asynccontextmanager
async def connect(
    settings: Settings, progress: Progress, transport: Transport | None = None
) -> AsyncIterator[Connection]:
    """Reads AWS's configuration, and calls nobody yet; TargetError if it is broken."""
    try:
        session = caller_session(settings.profile)
        shared = shared_session(settings.profile)
        region = configured_region(session)
    except BotoCoreError as error:
        raise problem(error, "sts", "GetCallerIdentity") from error
    used = transport or _transport(shared, settings)
    threads = Threads()
    client = Client(used, progress, settings.concurrency)
    try:
        yield Connection(settings, progress, client, Caller(session, threads), Catalogue(session), region)
    finally:
        await client.close()
        threads.close()


def _transport(session: Session, settings: Settings) -> Transport:
    clients = Clients(session, settings.concurrency, settings.timeouts)
    boto3 = BotoTransport(clients, settings.timeouts)
    return boto3 if settings.transport == "boto3" else FastTransport(clients, boto3, settings.timeouts)
