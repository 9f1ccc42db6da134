from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import SSLError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bedaudit.aws.transport import Request
from tests.aws.wires import TRANSPORTS, transport

NOW = dt.datetime.now(dt.UTC)


def certificate(folder: Path, host: str) -> Path:
    """A self-signed certificate for a host, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that refuses the certificate hangs up


@contextmanager
def serve(pem: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def call(name: str) -> None:
    keys = ReadOnlyCredentials("a", "b", "c")

    async def main() -> None:
        async with transport(name) as wire:
            for region in ("us-east-1", "eu-west-1"):
                await wire.send(Request("logs", "DescribeLogGroups", region, {}, keys))

    asyncio.run(main())


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_trusted_server_is_spoken_to_and_its_bundle_read_once(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pem = certificate(tmp_path, "127.0.0.1")
    loaded: list[str] = []

    class Counting(ssl.SSLContext):
        def load_verify_locations(self, cafile: object = None, capath: object = None, cadata: object = None) -> None:
            loaded.append(str(cafile))
            super().load_verify_locations(cafile, capath, cadata)  # type: ignore[arg-type]

    monkeypatch.setattr("urllib3.util.ssl_.SSLContext", Counting)
    monkeypatch.setattr("botocore.httpsession.SSLContext", Counting)
    with serve(pem) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(pem))
        call(name)
    assert loaded == [str(pem)]


@pytest.mark.parametrize("name", TRANSPORTS)
def test_an_unknown_authority_is_refused(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serve(certificate(tmp_path, "127.0.0.1")) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(SSLError, match="self-signed certificate"):
            call(name)


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_certificate_for_another_host_is_refused(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pem = certificate(tmp_path, "127.0.0.9")
    with serve(pem) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(pem))
        with pytest.raises(SSLError, match=r"certificate is not valid for '127\.0\.0\.1'"):
            call(name)
