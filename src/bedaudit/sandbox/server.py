"""Serves the embedded AWS over HTTP.

    with serve() as sandbox:
        os.environ.update(sandbox.environment())
        boto3.client("bedrock").get_model_invocation_logging_configuration()

Any AWS client works that honours `AWS_ENDPOINT_URL`. Access keys carry the account that they belong to; those that
AssumeRole issues do too. Faults and the ledger can be reached in process (`sandbox.faults`, `sandbox.ledger`) and over
HTTP (`bedaudit.sandbox.control`).
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from bedaudit.errors import SandboxError
from bedaudit.sandbox import backends, moto_app, organization
from bedaudit.sandbox.faults import Faults, Ledger, Rule
from bedaudit.sandbox.front import Front
from bedaudit.sandbox.invoke import Invoke
from bedaudit.sandbox.world import World, access_key

HOST = "127.0.0.1"
SECRET = "sandbox"  # noqa: S105 - nobody checks it

_serving = threading.Lock()


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that is being served."""

    url: str
    world: World
    faults: Faults
    ledger: Ledger
    role: str
    """The name of the role that the auditor assumes in the demo organisation's member accounts."""
    invoke: Invoke
    """Calls the sandbox in process, as any account."""

    def environment(self, account: str | None = None, region: str = "us-east-1") -> dict[str, str]:
        """The environment in which AWS clients call the sandbox, as the management account or another."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": access_key(account or self.world.management),
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }

    def reset(self, seed: Callable[[World, Invoke], None] | None = None) -> None:
        """Forget everything, faults and ledger included, and seed anew."""
        moto_app.reset()
        self.world.reset()
        self.faults.clear()
        if seed is not None:
            seed(self.world, self.invoke)
        self.ledger.clear()


class _Handler(MotoRequestHandler):
    disable_nagle_algorithm = True

    def make_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().make_environ()
        environ["bedaudit.drop"] = lambda: _close(self.connection)
        return environ

    def log(self, *_: object, **__: object) -> None:
        """Say nothing: stderr is the product's."""


class _Server(ThreadedWSGIServer):
    """Knows its open connections, so that stopping leaves neither thread nor socket behind."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, application: Callable[..., Any]) -> None:
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__(HOST, port, application, handler=_Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is a bug and must be seen."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        super().server_close()
        for connection, thread in list(self._open.items()):
            _close(connection)
            thread.join(timeout=5)


def _close(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def serve(
    port: int = 0,
    *,
    faults: Iterable[Rule] = (),
    seed: Callable[[World, Invoke], None] | None = organization.seed,
) -> Iterator[Sandbox]:
    """Serves a sandbox in the background until the end of the block; by default with the demo organisation in it.

    Raises:
        SandboxError: the port is taken, or this process serves a sandbox already (moto's state is the process's).
    """
    if not _serving.acquire(blocking=False):
        raise SandboxError("this process serves a sandbox already")
    try:
        with moto_app.quick_and_quiet():
            backends.load()
            world, rules, ledger = World(), Faults(), Ledger()
            front = Front(world, rules, ledger)
            server = _bind(port, front)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
            sandbox = Sandbox(
                f"http://{HOST}:{server.server_port}", world, rules, ledger, organization.ROLE, Invoke(front)
            )
            try:
                sandbox.reset(seed)
                rules.add(*faults)
                thread.start()
                yield sandbox
            finally:
                rules.clear()
                _stop(server, thread)
    finally:
        _serving.release()


def _bind(port: int, front: Front) -> _Server:
    try:
        return _Server(port, front)
    except (OSError, SystemExit) as error:
        raise SandboxError(f"cannot serve on port {port}: {error}") from error


def _stop(server: _Server, thread: threading.Thread) -> None:
    if thread.is_alive():
        server.shutdown()
        thread.join()
    server.server_close()
    moto_app.reset()


def serve_forever(port: int, started: Callable[[Sandbox], None]) -> None:
    """Serves the demo organisation until interrupted; `started` is told once it answers."""
    with serve(port) as sandbox:
        started(sandbox)
        threading.Event().wait()
