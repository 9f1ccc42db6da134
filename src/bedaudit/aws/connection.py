"""What a scan is connected with: a session, the caller, the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError

from bedaudit.aws.catalogue import Catalogue
from bedaudit.aws.client import Client, Identity
from bedaudit.aws.credentials import Caller
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


@contextmanager
def connect(settings: Settings, progress: Progress, transport: Transport | None = None) -> Iterator[Connection]:
    """Reads AWS's configuration, and calls nobody yet; TargetError if it is broken."""
    try:
        session = caller_session(settings.profile)
        shared = shared_session(settings.profile)
        region = configured_region(session)
    except BotoCoreError as error:
        raise problem(error, "sts", "GetCallerIdentity") from error
    used = transport or BotoTransport(
        shared,
        concurrency=settings.concurrency,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
    )
    threads = Threads()
    client = Client(used, progress, settings.concurrency)
    try:
        yield Connection(settings, progress, client, Caller(session, threads), Catalogue(session), region)
    finally:
        client.close()
        threads.close()
