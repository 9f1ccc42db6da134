"""Where a call goes, and how it is signed there, by botocore's rules, each asked once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.request import getproxies

from botocore.model import OperationModel
from botocore.utils import get_environ_proxies

from bedaudit.aws.clients import is_local
from bedaudit.aws.fast.handlers import registered
from bedaudit.aws.fast.wire import Endpoint
from bedaudit.aws.tls import tls

HOME = "us-east-1"
"""The region of the one client of a service, for whose settings S3's global endpoint is resolved as well."""

_SIGNERS = frozenset({"v4", "s3v4"})
_MOST = 256
"""Endpoints remembered of one operation: S3 has one a bucket."""
_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_BUCKET = "a-bucket-that-stands-for-every-other"


class Endpoints:
    """Resolves the endpoints of one operation, or of all of a service to which the same rules apply."""

    def __init__(self, client: Any, model: OperationModel) -> None:
        self._client, self._model = client, model
        self._named = tuple(each.member_name for each in model.context_parameters)
        self._proxied = bool(getproxies())
        self._bucket = self._named.index("Bucket") if "Bucket" in self._named else None
        self._resolve = lru_cache(_MOST)(self._resolved)
        self._ruled = lru_cache(_MOST)(self._follow_rules)

    def resolve(self, region: str, parameters: Mapping[str, Any]) -> Endpoint | None:
        """The endpoint for these parameters, None if it wants another signature than a fast call has."""
        return self._resolve(region, tuple(parameters.get(name) for name in self._named))

    def _resolved(self, region: str, values: tuple[str | None, ...]) -> Endpoint | None:
        """Plain names of buckets are all alike to the rules, which take long."""
        bucket = values[self._bucket] if self._bucket is not None else None
        if bucket is None or not _PLAIN.fullmatch(bucket) or "--" in bucket:
            return self._ruled(region, values)
        alike = tuple(_BUCKET if value == bucket else value for value in values)
        endpoint = self._ruled(region, alike)
        if endpoint is None:
            return None
        url = endpoint.url.replace(_BUCKET, bucket)
        return replace(endpoint, url=url, proxies=self._proxies(url))

    def _proxies(self, url: str) -> Mapping[str, str]:
        """Those of the environment, which is only gone through for each host where it names some."""
        return get_environ_proxies(url) if self._proxied else {}

    def _follow_rules(self, region: str, values: tuple[str | None, ...]) -> Endpoint | None:
        client, model = self._client, self._model
        named = zip(self._named, values, strict=True)
        parameters = {name: value for name, value in named if value is not None}
        context = {"client_region": region, "auth_type": model.resolved_auth_type}
        url, headers, _ = client._resolve_endpoint_ruleset(model, parameters, context)  # noqa: SLF001
        signer = client._request_signer._choose_signer(model.name, "standard", context)  # noqa: SLF001
        if signer not in _SIGNERS:
            return None
        signing: Any = context.get("signing", {})
        return Endpoint(
            url,
            headers,
            signing.get("signing_name") or client._request_signer.signing_name,  # noqa: SLF001
            signing.get("region") or region,
            signer,
            self._proxies(url),
            tls(client._endpoint.http_session),  # noqa: SLF001
            client.meta.endpoint_url if is_local(client.meta.endpoint_url) else None,
        )


def rules_of(client: Any, model: OperationModel) -> Hashable:
    """What is the same for operations that have the same endpoints."""
    if registered(client, "before-endpoint-resolution", model) != (follow_region,):
        return model.name  # botocore has something of its own to say about some operations of the service
    static = ((each.name, each.value) for each in model.static_context_parameters)
    named = ((each.name, each.member_name) for each in model.context_parameters)
    return (model.resolved_auth_type, *static, *named)


def follow_region(builtins: dict[str, Any], context: Mapping[str, Any], **_: Any) -> None:
    """A handler by which a client of one region resolves endpoints of any."""
    builtins["AWS::Region"] = context["client_region"]
