"""An AWS that costs little: recorded replies for any account and region, latency without CPU, and faults.

`python -m tests.bench.stand_in RECORDING SHAPE` serves on a port that it prints; SHAPE is JSON, see `Shape`. A GET of
/stats tells what was asked.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import resource
import ssl
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from tests.bench.keys import ACTIVE, HOME, QUIET, key_of, plain, region_in

PAYER = "100000000000"
ROLES = "roles"
"""Calls about roles, of which each active site has one."""
_SCOPE = re.compile(rb"Credential=[A-Z]{4}(\d{12})[A-Z]*/\d+/([^/]+)/([^/]+)/")
_ONCE = (b"account", b"ce", b"iam", b"organizations", b"sts")
_RESET, _SILENCE = b"reset", b""
_JSON, _XML = "application/x-amz-json-1.1", "text/xml"


@dataclass(frozen=True)
class Shape:
    """The organisation, and how AWS behaves."""

    accounts: int = 20
    regions: tuple[str, ...] = (ACTIVE, QUIET, HOME)
    latency: float = 0.05
    """Seconds a call."""
    active: int = 4
    """One site of so many has something in it."""
    rates: Mapping[str, float] = field(default_factory=dict)
    """Calls a second by `service` or `service:Operation`, an account and region; beyond them AWS throttles."""
    throttled: float = 0.0
    broken: float = 0.0
    reset: float = 0.0
    silent: float = 0.0
    """Shares of the calls that end so."""
    dark: tuple[str, ...] = ()
    """Regions that never answer."""
    denied: tuple[str, ...] = ()
    """Accounts whose role may not be assumed."""
    seed: int = 7
    certificate: str | None = None

    @property
    def ids(self) -> list[str]:
        return [str(int(PAYER) + number) for number in range(self.accounts)]

    def like(self, account: str, region: str) -> str:
        """The recorded region that a site is like: the one with everything, or the quiet one."""
        at = self.regions.index(region) if region in self.regions else 0
        return QUIET if ((int(account) - int(PAYER)) * 17 + at) % self.active else ACTIVE


class StandIn:
    """The replies."""

    def __init__(self, recording: Path, shape: Shape) -> None:
        self.shape = shape
        self.random = random.Random(shape.seed)
        self.calls: Counter[str] = Counter()
        self.about: Counter[str] = Counter()
        """Calls by what their site is like; those of the account itself are with its home region's."""
        self.unknown: Counter[str] = Counter()
        self._tokens: dict[tuple[bytes, bytes, str], tuple[float, float]] = {}
        found: Mapping[str, Mapping[str, Any]] = json.loads(recording.read_text())
        self._replies = {region: {key: _template(kept) for key, kept in each.items()} for region, each in found.items()}
        self._made: Mapping[str, Callable[[bytes, bytes], bytes]] = {
            "ListAccounts": self._accounts,
            "AssumeRole": self._role,
            "ListRegions": self._regions,
        }

    def answer(self, head: bytes, body: bytes) -> bytes | None:
        """The reply to a request, None for none ever."""
        scope = _SCOPE.search(head)
        if scope is None:
            return self._stats()
        account, region, service = scope.groups()
        line = head[: head.index(b"\r\n")].split(b" ")
        target = _target(head)
        operation = _operation(target, body, line[1])
        self.calls[f"{service.decode()}:{operation}"] += 1
        self.about[self._about(account, region, service)] += 1
        fault = self._fault(account, region, service.decode(), operation)
        if fault is not None:
            return None if fault == _SILENCE else fault
        made = self._made.get(operation)
        if made is not None:
            return made(account, body)
        return self._recorded(account, region, service, (line[0], line[1], target, body))

    def _recorded(self, account: bytes, region: bytes, service: bytes, asked: tuple[bytes, ...]) -> bytes:
        method, path, target, body = asked
        key = key_of(method.decode(), service.decode(), path.decode(), target.decode(), body)
        place = region
        tables: tuple[str, ...] = (HOME,)
        if service in _ONCE:
            place = region_in(path + body) or region
        else:
            tables = (self.shape.like(account.decode(), region.decode()), ACTIVE, HOME)
        for table in tables:
            parts = self._replies[table].get(key)
            if parts is not None:
                return _filled(parts, account, place)
        self.unknown[f"{region.decode()} {key}"] += 1
        return _reply(400, _JSON, b'{"__type":"ResourceNotFoundException","message":"not recorded"}')

    def _about(self, account: bytes, region: bytes, service: bytes) -> str:
        if service == b"iam":
            return ROLES
        if service in _ONCE or region.decode() == HOME:
            return HOME
        return self.shape.like(account.decode(), region.decode())

    def _fault(self, account: bytes, region: bytes, service: str, operation: str) -> bytes | None:
        """A faulty reply, empty for silence; None where all is well."""
        if region.decode() in self.shape.dark and service != "sts":
            return _SILENCE
        if operation == "AssumeRole":
            return None
        if self._is_beyond(account, region, service, operation):
            return _error(service, 400, "ThrottlingException")
        shape, drawn = self.shape, self.random.random()
        broken = shape.throttled + shape.broken
        reset = broken + shape.reset
        if drawn < shape.throttled:
            return _error(service, 400, "ThrottlingException")
        if drawn < broken:
            return _error(service, 500, "InternalFailure")
        return _RESET if drawn < reset else _SILENCE if drawn < reset + shape.silent else None

    def _is_beyond(self, account: bytes, region: bytes, service: str, operation: str) -> bool:
        rates = self.shape.rates
        name = f"{service}:{operation}" if f"{service}:{operation}" in rates else service
        rate = rates.get(name)
        if rate is None:
            return False
        now = asyncio.get_running_loop().time()
        left, since = self._tokens.get((account, region, name), (rate, now))
        left = min(rate, left + (now - since) * rate)
        self._tokens[account, region, name] = (left - 1 if left >= 1 else left, now)
        return left < 1

    def _accounts(self, _: bytes, body: bytes) -> bytes:
        """A page of twenty."""
        start = int(json.loads(body).get("NextToken", 0))
        ids = self.shape.ids
        listed = [{"Id": each, "Name": f"account-{each}", "Status": "ACTIVE"} for each in ids[start : start + 20]]
        more = {"NextToken": str(start + 20)} if start + 20 < len(ids) else {}
        return _reply(200, _JSON, json.dumps({"Accounts": listed, **more}).encode())

    def _regions(self, _: bytes, __: bytes) -> bytes:
        listed = [{"RegionName": each, "RegionOptStatus": "ENABLED"} for each in self.shape.regions]
        return _reply(200, "application/json", json.dumps({"Regions": listed}).encode())

    def _role(self, _: bytes, body: bytes) -> bytes:
        named = re.search(rb"%3Aiam%3A%3A(\d{12})%3Arole", body)
        assert named is not None
        account = named[1].decode()
        if account in self.shape.denied:
            return _error("sts", 403, "AccessDenied")
        return _reply(200, _XML, _ROLE.replace("ACCOUNT", account).encode())

    def _stats(self) -> bytes:
        used = resource.getrusage(resource.RUSAGE_SELF)
        told = {"calls": self.calls, "about": self.about, "unknown": self.unknown, "cpu": used.ru_utime + used.ru_stime}
        return _reply(200, "application/json", json.dumps(told).encode())


_ROLE = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>'
    "<AssumedRoleId>AROA:s</AssumedRoleId><Arn>arn:aws:sts::ACCOUNT:assumed-role/r/s</Arn></AssumedRoleUser>"
    "<Credentials><AccessKeyId>ASIAACCOUNTABCD</AccessKeyId><SecretAccessKey>secret-of-ACCOUNT</SecretAccessKey>"
    f"<SessionToken>{'A' * 700}</SessionToken><Expiration>2099-11-09T13:34:41Z</Expiration></Credentials>"
    "</AssumeRoleResult></AssumeRoleResponse>"
)


def _template(kept: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """Head without a length, and body."""
    lines = [f"HTTP/1.1 {kept['status']} X", "x-amzn-requestid: 0"]
    lines += [f"{name}: {value}" for name, value in kept["headers"].items()]
    return plain("\r\n".join(lines).encode()), plain(b64decode(kept["body"]))


def _filled(parts: tuple[bytes, bytes], account: bytes, region: bytes) -> bytes:
    head, body = (part.replace(b"ACCOUNT", account).replace(b"REGION", region) for part in parts)
    return b"%s\r\ncontent-length: %d\r\n\r\n%s" % (head, len(body), body)


def _reply(status: int, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _error(service: str, status: int, code: str) -> bytes:
    if service in ("iam", "sns", "sts", "s3", "ec2"):
        body = f"<Error><Code>{code}</Code><Message>m</Message></Error>"
        wrapped = body if service == "s3" else f"<ErrorResponse>{body}</ErrorResponse>"
        return _reply(status, _XML, wrapped.encode())
    return _reply(status, _JSON, json.dumps({"__type": code, "message": "m"}).encode())


def _target(head: bytes) -> bytes:
    found = head.find(b"X-Amz-Target: ")
    return head[found + 14 : head.find(b"\r", found)] if found >= 0 else b""


def _operation(target: bytes, body: bytes, path: bytes) -> str:
    if target:
        return target.rpartition(b".")[2].decode()
    if body.startswith(b"Action="):
        return body[7 : body.find(b"&")].decode()
    return "ListRegions" if path == b"/listRegions" else path.decode()


class Connection(asyncio.Protocol):
    """One request at a time, kept alive."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in, self._loop = stand_in, asyncio.get_running_loop()
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        end = self._rest.find(b"\r\n\r\n")
        if end < 0:
            return
        length = re.search(rb"content-length: (\d+)", self._rest[:end], re.IGNORECASE)
        size = end + 4 + (int(length[1]) if length else 0)
        if len(self._rest) < size:
            return
        head, body, self._rest = self._rest[:end], self._rest[end + 4 : size], self._rest[size:]
        reply = self._stand_in.answer(head, body)
        if reply is not None:
            self._loop.call_later(self._stand_in.shape.latency, self._send, reply)

    def _send(self, reply: bytes) -> None:
        if reply == _RESET:
            self._transport.abort()
        elif not self._transport.is_closing():
            self._transport.write(reply)


async def _serve(recording: Path, shape: Shape) -> None:
    stand_in, context = StandIn(recording, shape), None
    if shape.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(shape.certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(stand_in), "127.0.0.1", 0, ssl=context, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(Path(sys.argv[1]), Shape(**json.loads(sys.argv[2]))))
