"""A tiny HTTP server that answers what a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One reply."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None
    """Answers only when it is set, or after a minute."""
    announced: int | None = None
    """A Content-Length that is not true."""


@dataclass(frozen=True)
class Seen:
    """One request."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """Whose access key signed it."""
        return self.headers["authorization"].split("Credential=")[-1].split("/")[0]


@contextmanager
def serve(answer: Callable[[Seen], Answer]) -> Iterator[str]:
    """The URL at which `answer` answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(self.command, headers["host"], self.path, headers, self.rfile.read(length))
            given = answer(seen) if "authorization" in headers else Answer(status=404)  # whoever else knocks
            if given.wait is not None:
                given.wait.wait(60)
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(given.body) if given.announced is None else given.announced))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(given.body)
            if given.announced is not None:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_HEAD = _any  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
