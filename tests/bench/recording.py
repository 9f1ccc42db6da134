"""What AWS answers to a scan of one account with one active and one quiet region, for a stand-in to repeat.

Recorded from the sandbox's healthy account, with account, regions and times taken out of requests and replies.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bedaudit.aws.clients import Clients
from bedaudit.aws.connection import connect
from bedaudit.aws.engine import scan
from bedaudit.aws.fast.http import Http
from bedaudit.aws.fast.transport import FastTransport
from bedaudit.aws.fast.wire import Answer, Outgoing
from bedaudit.aws.progress import Progress
from bedaudit.aws.session import shared_session
from bedaudit.aws.settings import Settings, Timeouts
from bedaudit.aws.targets import targets
from bedaudit.aws.threads import Threads
from bedaudit.aws.transport import BotoTransport
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from tests.bench.keys import ACTIVE, HOME, QUIET, RECORDED, key_of

_KEPT = ("content-type", "x-amz-bucket-region")


class _Recorder(Http):
    def __init__(self, timeouts: Timeouts) -> None:
        super().__init__(timeouts, Threads())
        self.found: dict[str, dict[str, Any]] = {ACTIVE: {}, QUIET: {}, HOME: {}}

    async def send(self, sent: Outgoing, signature: Mapping[str, str]) -> Answer:
        answer = await super().send(sent, signature)
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", signature["Authorization"])
        assert scope is not None
        path = sent.url.partition("://")[2].partition("/")[2]
        key = key_of(sent.method, scope[2], f"/{path}", sent.headers.get("X-Amz-Target", ""), sent.body or b"")
        headers = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
        kept = {"status": answer.status, "headers": headers, "body": b64encode(answer.body).decode()}
        self.found[scope[1]].setdefault(key, kept)
        return answer


@contextmanager
def _sandbox() -> Iterator[Mapping[str, str]]:
    """Its environment. In a process of its own, as moto would listen to the clients of this one."""
    command = [sys.executable, "-m", "bedaudit", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        assert serving.stdout is not None
        try:
            told: dict[str, str] = {}
            while not {"AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY"} <= told.keys():
                name, _, value = serving.stdout.readline().strip().removeprefix("export ").partition("=")
                told[name] = value
            yield told
        finally:
            serving.terminate()


def record(path: Path) -> None:
    """Writes the recording."""
    with _sandbox() as environment:
        os.environ |= {**environment, "AWS_REGION": HOME}
        found = asyncio.run(_record())
    path.write_text(json.dumps(found))


async def _record() -> Mapping[str, Any]:
    settings = Settings("bench", accounts=(RECORDED,), role="BedauditReadOnly", regions=(ACTIVE, QUIET))
    clients = Clients(shared_session(None), 64, settings.timeouts)
    wire = FastTransport(clients, BotoTransport(clients, settings.timeouts), settings.timeouts)
    recorder = wire._http = _Recorder(settings.timeouts)
    async with connect(settings, Progress(), wire) as aws:
        rules = Rules(load(["builtin:all"]))
        await scan(aws, await targets(aws), rules, on_record=lambda record: None)
    return recorder.found


if __name__ == "__main__":
    record(Path(sys.argv[1]))
