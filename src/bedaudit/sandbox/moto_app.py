"""Moto behind WSGI, without the habits that cost it most of its time, and without its output."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import moto.backends
import moto.core.loaders
import moto.core.responses
import moto.core.utils
import moto.iam.models
import moto.kms.models
import moto.kms.utils
import moto.moto_server.werkzeug_app
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from bedaudit.sandbox.call import AwsError
from bedaudit.sandbox.protocol import Answer, Environ

_NOISY = ("werkzeug", "moto", "flask.app")
_ABSENT = object()


def reset() -> None:
    """Empties every backend of moto; the identifiers that it makes up begin anew."""
    BackendDict.reset()
    reset_model_data()
    mock_random.seed(0)


@contextmanager
def quick_and_quiet() -> Iterator[None]:
    """Moto's slow spots patched and its loggers silenced, until the end of the block."""
    modules = frozenset(moto.backends.list_of_moto_modules())
    methods = moto.core.utils.method_names_from_class
    replacements: tuple[tuple[object, str, object], ...] = (
        (moto.backends, "list_of_moto_modules", lambda: modules),
        (moto.core.responses, "method_names_from_class", cache(lambda cls: frozenset(methods(cls)))),
        (moto.iam.models, "mark_account_as_visited", lambda **_: None),
        (moto.moto_server.werkzeug_app, "print", lambda *_, **__: None),
        # Otherwise each service looks for its model in all of botocore's.
        (moto.core.utils, "create_loader", cache(moto.core.loaders.create_loader)),
        # Every KMS key makes an RSA key pair, for tens of milliseconds, and symmetric ones do not use it.
        (moto.kms.models, "generate_private_key", _private_key),
    )
    with ExitStack() as stack:
        for module, name, replacement in replacements:
            stack.enter_context(_replaced(module, name, replacement))
        for name in _NOISY:
            stack.enter_context(_replaced(logging.getLogger(name), "disabled", replacement=True))
        yield


@contextmanager
def _replaced(owner: object, name: str, replacement: object) -> Iterator[None]:
    before = vars(owner).get(name, _ABSENT)
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        if before is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


class MotoApp:
    """Answers requests with moto."""

    def __init__(self) -> None:
        self._application: Callable[..., Any] = DomainDispatcherApplication(_create)

    def answer(self, environ: Environ, account: str) -> Answer:
        """Moto's answer to a request, on behalf of the account."""
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        environ["wsgi.input"].seek(0)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
            started.extend((int(status.split(maxsplit=1)[0]), dict(headers)))

        try:
            chunks = self._application(environ, start_response)
        except (NotImplementedError, ModuleNotFoundError) as error:
            raise _not_implemented() from error
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = started
        if status in (404, 500) and body[:14].lower() == b"<!doctype html":
            raise _not_implemented()
        return Answer(status, headers, body)


def _private_key(key_spec: str) -> Any:
    return None if key_spec == "SYMMETRIC_DEFAULT" else moto.kms.utils.generate_private_key(key_spec)


def _create(service: Any) -> Any:
    if service is None:
        raise _not_implemented()
    return create_backend_app(service)


def _not_implemented() -> AwsError:
    return AwsError("NotImplemented", "The sandbox does not implement this operation", 501)
