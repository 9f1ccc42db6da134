"""AWS's wire protocols, both ways: who calls what with which parameters, and replies and errors in the right shape."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from botocore import parsers
from botocore.exceptions import UnknownServiceError
from botocore.validate import ParamValidator
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from bedaudit.sandbox.call import AwsError, Reply

Environ = dict[str, Any]

REQUEST_ID = "00000000-0000-4000-8000-000000000000"

_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_SIGNING_NAMES = {
    "monitoring": ("cloudwatch",),
    "tagging": ("resourcegroupstaggingapi",),
    "servicequotas": ("service-quotas",),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime"),
    "bedrock-agentcore": ("bedrock-agentcore-control", "bedrock-agentcore"),
}


@dataclass(frozen=True, slots=True)
class Identified:
    """What a request says about itself."""

    access_key: str = ""
    region: str = ""
    service: str = ""
    """botocore's name; empty where the request is not signed for a service that botocore knows."""
    operation: str = ""
    path_parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def buffer_body(environ: Environ) -> None:
    """Reads the request's body and puts it back, unzipped, for whoever comes next."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
        body = gzip.decompress(body)
        del environ["HTTP_CONTENT_ENCODING"]
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def identify(environ: Environ) -> Identified:
    """Reads who calls which operation, from the credential scope and the request itself."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return Identified()
    key, region, signing_name = scope.groups()
    for service in _candidates(signing_name, environ):
        if (named := _operation(service, environ)) is not None:
            return Identified(key, region, service, *named)
    return Identified(key, region, signing_name)


def _candidates(signing_name: str, environ: Environ) -> tuple[str, ...]:
    if signing_name == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/"):
        return ("s3control",)
    return _SIGNING_NAMES.get(signing_name, (signing_name,))


def _operation(service: str, environ: Environ) -> tuple[str, Mapping[str, Any]] | None:
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return target.split(".")[-1], {}
    request = Request(dict(environ))
    if action := _form(environ, request).get("Action"):
        return action, {}
    try:
        found, path_parameters = get_service_router(service).match(request)
    except (HTTPException, NotImplementedError, UnknownServiceError):
        return None
    return found.name, path_parameters


def _form(environ: Environ, request: Request) -> Mapping[str, str]:
    form: Mapping[str, str] = {}
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = request.form.to_dict()
        environ["wsgi.input"].seek(0)
    return form


def parameters(environ: Environ, identified: Identified) -> dict[str, Any]:
    """The parameters of the operation, in botocore's names."""
    service = get_service_model(identified.service)
    request = Request(dict(environ))
    protocol = determine_request_protocol(service, request.content_type)
    parsed = PROTOCOL_PARSERS[protocol](service.operation_model(identified.operation)).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.get_data(),
            "url_path": request.path,
            "url_params": dict(identified.path_parameters),
        }
    )
    environ["wsgi.input"].seek(0)
    return dict(parsed)


def reply(identified: Identified, members: Reply) -> Answer:
    """A reply, checked against the output shape first."""
    check(identified.service, identified.operation, members)
    service = get_service_model(identified.service)
    serializer = get_serializer_class(service.service_name, service.resolved_protocol)
    serialized = serializer(operation_model=service.operation_model(identified.operation)).serialize(dict(members))
    headers = {**serialized["headers"], "x-amzn-RequestId": REQUEST_ID}
    body = serialized["body"]
    return Answer(serialized["status_code"], headers, body.encode() if isinstance(body, str) else body)


def check(service: str, operation: str, members: Reply) -> None:
    """Raises `AssertionError` where a reply is not what botocore's model of the operation says."""
    shape = get_service_model(service).operation_model(operation).output_shape
    if shape is None:
        if members:
            raise AssertionError(f"{service}:{operation} has no output")
        return
    report = ParamValidator().validate(dict(members), shape)
    if report.has_errors():
        raise AssertionError(f"{service}:{operation} replies wrongly: {report.generate_report()}")


def understand(identified: Identified, answer: Answer) -> Reply:
    """The members of somebody else's reply; raises `AwsError` where it is an error."""
    service = get_service_model(identified.service)
    # A ResponseParser takes None where an operation has no output, which its stubs deny.
    shape: Any = service.operation_model(identified.operation).output_shape
    parsed = parsers.create_parser(service.resolved_protocol).parse(
        {"status_code": answer.status, "headers": _CaseBlind(answer.headers), "body": answer.body}, shape
    )
    if answer.status >= 300:
        problem = parsed.get("Error", {})
        raise AwsError(problem.get("Code", "InternalFailure"), problem.get("Message", ""), answer.status)
    parsed.pop("ResponseMetadata", None)
    return dict(parsed)


class _CaseBlind(dict[str, str]):
    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def error(service: str, problem: AwsError) -> Answer:
    """An error in the shape of the service's protocol."""
    content_type, body = _ERRORS.get(_protocol(service), _rest_json)(problem)
    headers = {"x-amzn-RequestId": REQUEST_ID, "Content-Type": content_type, "x-amzn-ErrorType": problem.code}
    if service == "cloudwatch":
        headers["x-amzn-query-error"] = f"{problem.code};{'Sender' if problem.status < 500 else 'Receiver'}"
    return Answer(problem.status, {**headers, **problem.headers}, body.encode())


def _protocol(service: str) -> str:
    try:
        return "s3" if service == "s3" else str(get_service_model(service).resolved_protocol)
    except UnknownServiceError:
        return "rest-json"


def _json(problem: AwsError) -> tuple[str, str]:
    return "application/x-amz-json-1.1", json.dumps({"__type": problem.code, "message": problem.message})


def _rest_json(problem: AwsError) -> tuple[str, str]:
    return "application/json", json.dumps({"message": problem.message})


def _query(problem: AwsError) -> tuple[str, str]:
    inner = f"<Error><Type>Sender</Type>{_fields(problem)}</Error><RequestId>{REQUEST_ID}</RequestId>"
    return "text/xml", f"<ErrorResponse>{inner}</ErrorResponse>"


def _ec2(problem: AwsError) -> tuple[str, str]:
    inner = f"<Errors><Error>{_fields(problem)}</Error></Errors><RequestID>{REQUEST_ID}</RequestID>"
    return "text/xml", f"<Response>{inner}</Response>"


def _s3(problem: AwsError) -> tuple[str, str]:
    inner = f"{_fields(problem)}<RequestId>{REQUEST_ID}</RequestId>"
    return "application/xml", f'<?xml version="1.0" encoding="UTF-8"?><Error>{inner}</Error>'


def _fields(problem: AwsError) -> str:
    return f"<Code>{escape(problem.code)}</Code><Message>{escape(problem.message)}</Message>"


_ERRORS = {"json": _json, "rest-json": _rest_json, "query": _query, "ec2": _ec2, "rest-xml": _query, "s3": _s3}
