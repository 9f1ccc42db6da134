"""One operation: its requests and what its replies mean, by botocore's models, serializers and parsers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from botocore.awsrequest import prepare_request_dict
from botocore.model import OperationModel

from bedaudit.aws.clients import USER_AGENT, without_prefix
from bedaudit.aws.fast.endpoints import Endpoints, rules_of
from bedaudit.aws.fast.handlers import Handlers, handlers
from bedaudit.aws.fast.wire import Answer, Outgoing

_REFUSED_BUCKETS = ("arn:", "--x-s3", "--xa-s3")
"""Access points and S3 Express have ways of their own."""


_MOST = 256
"""Requests remembered of one operation: what is asked first is what is asked everywhere."""


class FastOperation:
    """Makes requests and reads replies of one operation, for every account and region."""

    def __init__(self, client: Any, model: OperationModel, customised: Handlers, endpoints: Endpoints) -> None:
        self.model = model
        self._client, self._customised = client, customised
        self._requests: dict[tuple[str, str], Outgoing] = {}
        self._endpoints = endpoints
        self._serializer = client._serializer  # noqa: SLF001 - the one of its protocol
        self._parser = client._endpoint._response_parser_factory.create_parser(  # noqa: SLF001 - with its timestamps
            model.service_model.resolved_protocol
        )

    def request(self, asked: Mapping[str, Any], region: str) -> Outgoing | None:
        """The request, None if it is not one for the fast way; raises what botocore raises on wrong parameters.

        It says nothing of who asks: what is asked of every account is made once a region.
        """
        key = (region, repr(asked))
        made = self._requests.get(key) or self._request(asked, region)
        if made is not None and len(self._requests) < _MOST:
            self._requests[key] = made
        return made

    def _request(self, asked: Mapping[str, Any], region: str) -> Outgoing | None:
        if any(mark in str(asked.get("Bucket", "")) for mark in _REFUSED_BUCKETS):
            return None
        client, model, parameters = self._client, self.model, dict(asked)
        context: dict[str, Any] = {"client_region": region, "client_config": client.meta.config}
        for handler in self._customised.parameters:
            handler(params=parameters, model=model, context=context)
        endpoint = self._endpoints.resolve(region, parameters)
        if endpoint is None:
            return None
        made: Any = self._serializer.serialize_to_request(parameters, model)
        made["headers"].update(endpoint.headers)
        prepare_request_dict(made, endpoint.url, context, USER_AGENT)
        for handler in self._customised.call:
            handler(model=model, params=made, context=context)
        url = without_prefix(made["url"], endpoint.local) if endpoint.local else made["url"]
        return Outgoing(made["method"], url, made["headers"], _bytes(made["body"]), endpoint)

    def reply(self, answer: Answer) -> tuple[Any, int]:
        """The reply as botocore parses and mends it, and the status that it takes it for."""
        model, context = self.model, {"operation_name": self.model.name}
        response = {
            "headers": answer.headers,
            "status_code": answer.status,
            "body": answer.body,
            "context": context,
        }
        extra: dict[str, Any] = {}
        for handler in self._customised.parse:
            handler(operation_model=model, response_dict=response, customized_response_dict=extra)
        parsed = self._parser.parse(response, model.output_shape)
        parsed.update(extra)
        if answer.status >= 300:
            self._client._endpoint._add_modeled_error_fields(response, parsed, model, self._parser)  # noqa: SLF001
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        raw = SimpleNamespace(status_code=response["status_code"], content=answer.body, raw=answer.body)
        for handler in self._customised.done:
            handler(http_response=raw, parsed=parsed, model=model, context=context)
        return parsed, raw.status_code

    def error(self, parsed: Any) -> Exception:
        """The exception for a reply that is an error."""
        code = parsed.get("Error", {}).get("Code")
        error: Exception = self._client.exceptions.from_code(code)(parsed, self.model.name)
        return error


def fast_operation(client: Any, name: str, known: dict[Hashable, Endpoints]) -> FastOperation | None:
    """The operation, None if it has something that is not known here; `known` are the endpoints of its service."""
    model = client.meta.service_model.operation_model(name)
    special = (
        model.has_streaming_input,
        model.has_streaming_output,
        model.has_event_stream_output,
        model.idempotent_members,
        model.http_checksum,
        model.request_compression,
        model.operation_context_parameters,
        model.endpoint_discovery,
        model.unsigned_payload,
    )
    customised = handlers(client, model)
    if any(special) or customised is None:
        return None
    endpoints = known.setdefault(rules_of(client, model), Endpoints(client, model))
    return FastOperation(client, model, customised, endpoints)


def _bytes(body: Any) -> bytes | None:
    """A body as botocore sends it."""
    if isinstance(body, dict):
        body = urlencode([(_utf8(name), _utf8(value)) for name, value in body.items()], doseq=True)
    return (body.encode() if isinstance(body, str) else body) or None


def _utf8(text: Any) -> Any:
    return text.encode() if isinstance(text, str) else text
