"""Both transports without a network: what they would send, and what they make of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, TypeAlias

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.loaders import Loader
from botocore.session import Session

from bedaudit.aws.clients import Clients
from bedaudit.aws.fast.http import Headers
from bedaudit.aws.fast.transport import FastTransport
from bedaudit.aws.fast.wire import Answer, Outgoing
from bedaudit.aws.gaps import ERRORS
from bedaudit.aws.session import shared_session
from bedaudit.aws.transport import BotoTransport, Request
from bedaudit.sandbox import protocol
from tests.aws.wires import PATIENT

NOW = datetime(2026, 11, 28, 23, 59, 58, tzinfo=UTC)

Sent: TypeAlias = tuple[str, str, Mapping[str, str], bytes]
"""Method, URL, headers, body."""

NOTHING = protocol.Answer(200, {}, b"{}")

LOADER = Loader()
"""Of botocore's models, once for all sessions."""


def session() -> Session:
    made = shared_session(None)
    made.register_component("data_loader", LOADER)
    return made


class Recorder:
    """What was sent, and what is answered to it, the last answer again and again."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.answers: tuple[protocol.Answer, ...] = (NOTHING,)

    def outcome(self, request: Request, *answers: protocol.Answer) -> tuple[list[Sent], dict[str, Any]]:
        """What a request leads to: all that is sent, and the reply, or the exception as text."""
        self.sent, self.answers = [], answers or (NOTHING,)
        try:
            outcome = {**self.ask(request)}
        except ERRORS as error:
            outcome = {"error": type(error).__name__, **getattr(error, "response", {"text": str(error)})}
        for name in ("MaxAttemptsReached", "RetryAttempts"):  # of retries, which are others' work
            outcome.get("ResponseMetadata", {}).pop(name, None)
        return self.sent, outcome

    def ask(self, request: Request) -> Any:
        raise NotImplementedError

    def add(self, method: str, url: str, headers: Mapping[str, Any], body: Any) -> protocol.Answer:
        named = {name.lower(): _text(value) for name, value in headers.items()}
        named.pop("content-length", None)  # the HTTP client's
        assert named.pop("amz-sdk-invocation-id")  # new for every call
        assert named.pop("amz-sdk-request").startswith("attempt=")
        self.sent.append((method, url, named, body.encode() if isinstance(body, str) else body or b""))
        return self.answers[min(len(self.sent), len(self.answers)) - 1]


class Boto(Recorder):
    """What boto3 does."""

    def __init__(self) -> None:
        super().__init__()
        self._clients = Clients(session(), 1, PATIENT)
        self._transport = BotoTransport(self._clients, PATIENT)

    def ask(self, request: Request) -> Any:
        client = self._clients.get(request.service, request.region)
        client.meta.events.register("before-send", self._answer, unique_id="recorder")
        return self._transport._send(request)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        given = self.add(request.method, str(request.url), dict(request.headers.items()), request.body)
        raw: Any = BytesIO(given.body)
        raw.stream = lambda: iter((given.body,))
        headers: Any = _named(given)
        return AWSResponse(str(request.url), given.status, headers, raw)


class Fast(Recorder):
    """What the fast transport does, with nobody to hand a request on to."""

    def __init__(self) -> None:
        super().__init__()
        nobody: Any = None
        self._transport = FastTransport(Clients(session(), 1, PATIENT), nobody, PATIENT, lambda: NOW)
        self._transport._http = _Http(self)  # type: ignore[assignment]

    def ask(self, request: Request) -> Any:
        return asyncio.run(self._transport.send(request))


class _Http:
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def send(self, sent: Outgoing, signature: Mapping[str, str]) -> Answer:
        given = self._recorder.add(sent.method, sent.url, {**sent.headers, **signature}, sent.body)
        return Answer(given.status, _named(given), given.body)


def _named(given: protocol.Answer) -> Headers:
    return Headers({name.lower(): value for name, value in given.headers.items()})


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
