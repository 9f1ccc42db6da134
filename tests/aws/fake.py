"""A transport and an identity without AWS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError

from bedaudit.aws.limits import Limits
from bedaudit.aws.transport import Request
from bedaudit.model import Raw

Script = Callable[[Request], Any]
"""From a request to a reply or an exception."""


def refusal(
    code: str, status: int = 400, message: str = "no", headers: Mapping[str, str] | None = None, operation: str = "Op"
) -> ClientError:
    """What botocore raises when AWS answers with an error."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": dict(headers or {})},
    }
    return ClientError(answer, operation)


class FakeTransport:
    """Answers by script, after a latency, and remembers what it was asked, when, and how much at once."""

    def __init__(self, script: Script, latency: float = 0.05) -> None:
        self.script, self.latency = script, latency
        self.requests: list[Request] = []
        self.times: list[float] = []
        self.flying = 0
        self.most = 0

    @property
    def operations(self) -> list[str]:
        return [f"{request.service}:{request.operation}" for request in self.requests]

    async def send(self, request: Request, /) -> Raw:
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            await asyncio.sleep(self.latency)
        finally:
            self.flying -= 1
        answer = self.script(request)
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, dict)
        return answer

    async def close(self) -> None:
        pass


class FakeIdentity:
    """An account whose keys say whose they are."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.limits = Limits()
        self.renewals = 0

    async def keys(self) -> ReadOnlyCredentials:
        return ReadOnlyCredentials(self.account, "secret", f"token-{self.renewals}")

    async def renewed(self, refused: ReadOnlyCredentials) -> bool:
        if refused.token == f"token-{self.renewals}":
            self.renewals += 1
        return True
