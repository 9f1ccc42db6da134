"""The WSGI application: who calls what, then faults, then what the account may, then our backend or moto."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_service_model

from bedaudit.sandbox import control, protocol
from bedaudit.sandbox.call import GUARDS, HANDLERS, AwsError, Call, Reply
from bedaudit.sandbox.faults import Dropped, Entry, Faults, Ledger
from bedaudit.sandbox.moto_app import MotoApp
from bedaudit.sandbox.protocol import Answer, Environ, Identified
from bedaudit.sandbox.world import World

_REGION_DISABLED = {"ec2": "AuthFailure", "query": "InvalidClientTokenId", "rest-xml": "InvalidAccessKeyId"}
_DENIED = dict.fromkeys(("cloudwatch", "iam", "s3", "sts"), "AccessDenied") | {
    "sns": "AuthorizationError",
    "ec2": "UnauthorizedOperation",
}
_GLOBAL = frozenset({"iam", "organizations", "account", "ce"})


class Front:
    """Answers every request to the sandbox."""

    def __init__(self, world: World, faults: Faults, ledger: Ledger) -> None:
        self.world, self.faults, self.ledger = world, faults, ledger
        self._moto = MotoApp()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        protocol.buffer_body(environ)
        try:
            answer = self.answer(environ)
        except Dropped:
            drop = environ.get("bedaudit.drop")
            if drop is not None:
                drop()
            answer = Answer(503, {}, b"")
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        headers["Content-Length"] = answer.headers.get("Content-Length", "0") if not body else str(len(body))
        start_response(f"{answer.status} {_reason(answer.status)}", list(headers.items()))
        return [body]

    def answer(self, environ: Environ) -> Answer:
        """The answer to one request; raises `Dropped`."""
        if environ.get("PATH_INFO", "").startswith(control.PREFIX):
            return control.answer(environ, self.faults, self.ledger)
        identified = protocol.identify(environ)
        account = self.world.account_of(identified.access_key)
        entry = (account, identified.region, identified.service, identified.operation)
        self.ledger.record(entry)
        try:
            self.faults.strike(entry)
            self._admit(identified, account)
            self._authorize(identified, entry)
            if not identified.operation:
                return self._moto.answer(environ, account)
            return self._serve(environ, identified, account)
        except AwsError as error:
            return protocol.error(identified.service, error)
        except Dropped:
            raise
        except Exception as error:
            # A bug of ours or of moto's: said to the client, since stderr is not the sandbox's.
            return protocol.error(identified.service, AwsError("InternalFailure", repr(error), 500))

    def _admit(self, identified: Identified, account: str) -> None:
        if identified.service in _GLOBAL or self.world.account(account).enables(identified.region):
            return
        try:
            wire = get_service_model(identified.service).resolved_protocol
        except UnknownServiceError:
            wire = "json"
        code = _REGION_DISABLED.get(str(wire), "UnrecognizedClientException")
        raise AwsError(code, "The security token included in the request is invalid.", 403)

    def _authorize(self, identified: Identified, entry: Entry) -> None:
        if entry in self.world.denials:
            action = f"{identified.service}:{identified.operation}"
            principal = self.world.principal(identified.access_key)
            why = f"because no identity-based policy allows the {action} action"
            message = f"User: {principal} is not authorized to perform: {action} {why}"
            raise AwsError(_DENIED.get(identified.service, "AccessDeniedException"), message, 403)

    def _serve(self, environ: Environ, identified: Identified, account: str) -> Answer:
        handler = HANDLERS.get((identified.service, identified.operation))
        guards = GUARDS.get(identified.service, ())
        if handler is None and not guards:
            return self._moto.answer(environ, account)
        call = Call(
            self.world,
            account,
            identified.region,
            identified.service,
            identified.operation,
            self.world.principal(identified.access_key),
            protocol.parameters(environ, identified),
            self.world.clock(),
            lambda: protocol.understand(identified, self._moto.answer(environ, call.account)),
        )
        for check in guards:
            check(call)
        if handler is None:
            return self._moto.answer(environ, call.account)
        with self.world.lock:
            members: Reply = handler(call)
        return protocol.reply(identified, _set(members))


def _set(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
