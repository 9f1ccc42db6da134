"""Calls the sandbox from within its process: what clients do, without the network. Seeding is done so."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote, urlencode

from botocore.serialize import create_serializer
from moto.core.utils import get_service_model

from bedaudit.sandbox import protocol
from bedaudit.sandbox.call import Reply
from bedaudit.sandbox.front import Front
from bedaudit.sandbox.protocol import Environ, Identified
from bedaudit.sandbox.world import access_key


class Invoke:
    """Calls operations as any account."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def __call__(self, account: str, region: str, service: str, operation: str, /, **parameters: Any) -> Reply:
        """The reply; raises `AwsError` where AWS says no."""
        model = get_service_model(service)
        request = _serializer(service).serialize_to_request(parameters, model.operation_model(operation))
        answer = self._front.answer(_environ(request, account, region, model.signing_name))
        return protocol.understand(Identified(service=service, operation=operation), answer)


@cache
def _serializer(service: str) -> Any:
    return create_serializer(get_service_model(service).resolved_protocol)


def _environ(request: Mapping[str, Any], account: str, region: str, signing_name: str) -> Environ:
    body, query = request["body"], urlencode(request["query_string"], doseq=True) if request["query_string"] else ""
    path, _, in_path = request["url_path"].partition("?")
    if isinstance(body, dict):
        body = urlencode(body)
    if isinstance(body, str):
        body = body.encode()
    environ: Environ = {
        "REQUEST_METHOD": request["method"],
        "PATH_INFO": unquote(path),
        "RAW_URI": path + (f"?{query or in_path}" if query or in_path else ""),
        "QUERY_STRING": query or in_path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={access_key(account)}/20260101/{region}/{signing_name}"
        "/aws4_request, SignedHeaders=host, Signature=0",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request["headers"].items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
