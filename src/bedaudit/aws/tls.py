"""One TLS context for every connection.

botocore has urllib3 parse the whole CA bundle anew for each connection, which costs ten times what a call does.
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any, Literal

from botocore.httpsession import URLLib3Session, create_urllib3_context, get_cert_path

_HOST_POOLS = 512
"""More than the hosts of one client, as S3 has one a bucket: urllib3 drops the connections of hosts beyond it."""


@cache
def _context(bundle: str) -> ssl.SSLContext:
    context: ssl.SSLContext = create_urllib3_context()
    context.load_verify_locations(bundle)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    return context


def tls(session: SharedTLSSession) -> ssl.SSLContext | Literal[False]:
    """The context of a session's connections; False where the user has certificates go unverified."""
    verify: Any = session._verify  # type: ignore[attr-defined]  # noqa: SLF001
    return _context(get_cert_path(verify)) if verify else False


class SharedTLSSession(URLLib3Session):
    """botocore's HTTP session, but for the context."""

    @classmethod
    def like(cls, session: Any) -> SharedTLSSession:
        """One with the settings of a session that botocore made; it has no public way to say which class to make."""
        certificate = (session._cert_file, session._key_file) if session._cert_file else None  # noqa: SLF001
        timeout: Any = (session._timeout.connect_timeout, session._timeout.read_timeout)  # noqa: SLF001
        return cls(
            verify=session._verify,  # noqa: SLF001
            proxies=session._proxy_config._proxies,  # noqa: SLF001
            proxies_config=session._proxy_config.settings,  # noqa: SLF001
            timeout=timeout,
            max_pool_connections=session._max_pool_connections,  # noqa: SLF001
            socket_options=session._socket_options,  # noqa: SLF001
            client_cert=certificate,
        )

    def _get_ssl_context(self) -> ssl.SSLContext:
        verify: Any = self._verify  # type: ignore[attr-defined]
        return _context(get_cert_path(verify)) if verify else create_urllib3_context()

    def _get_pool_manager_kwargs(self, **extra: Any) -> dict[str, Any]:
        return {**super()._get_pool_manager_kwargs(**extra), "num_pools": _HOST_POOLS}  # type: ignore[misc]

    def _setup_ssl_cert(self, conn: Any, url: str, verify: Any) -> None:
        if verify and url.lower().startswith("https"):
            conn.cert_reqs = "CERT_REQUIRED"
        else:
            super()._setup_ssl_cert(conn, url, verify)  # type: ignore[misc]
