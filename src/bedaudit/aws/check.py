"""Whether AWS would take a call, by botocore's models alone."""

from __future__ import annotations

from functools import cache

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader
from botocore.model import OperationNotFoundError, ServiceModel
from botocore.validate import ParamValidator

from bedaudit.model import Call


def check(call: Call) -> tuple[str, ...]:
    """What is wrong with a call: its service, its operation, or each wrong parameter."""
    try:
        operation = _service(call.service).operation_model(call.operation)
    except (DataNotFoundError, ValueError):
        return (f"AWS has no service {call.service!r}",)
    except OperationNotFoundError:
        return (f"{call.service} has no operation {call.operation!r}",)
    if operation.input_shape is None:
        return tuple(f"{call.operation} takes no parameter {name!r}" for name in call.parameters)
    report = ParamValidator().validate(dict(call.parameters), operation.input_shape)
    return tuple(report.generate_report().splitlines())


@cache
def _service(name: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)
