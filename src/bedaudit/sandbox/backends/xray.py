"""X-Ray: where spans go, how many are indexed, and how they are encrypted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

_DEFAULT = "Default"


@dataclass(slots=True)
class Tracing:
    """The settings of an account and region, as they are before anybody changes them."""

    destination: str = "XRay"
    percentages: dict[str, float] = field(default_factory=lambda: {_DEFAULT: 1.0})
    encryption: dict[str, Any] = field(default_factory=lambda: {"Type": "NONE", "Status": "ACTIVE"})


@operation("xray", "GetTraceSegmentDestination")
def get_destination(call: Call) -> Reply:
    """The destination, which is in force at once."""
    return {"Destination": call.here(Tracing).destination, "Status": "ACTIVE"}


@operation("xray", "UpdateTraceSegmentDestination")
def update_destination(call: Call) -> Reply:
    """Sends spans to X-Ray or to CloudWatch Logs."""
    call.here(Tracing).destination = call.parameters["Destination"]
    return get_destination(call)


@operation("xray", "GetIndexingRules")
def get_rules(call: Call) -> Reply:
    """The rules; there is only the default one."""
    return page(call, "IndexingRules", [_rule(call, name) for name in call.here(Tracing).percentages], 10)


@operation("xray", "UpdateIndexingRule")
def update_rule(call: Call) -> Reply:
    """Sets what share of traces a rule indexes."""
    name, percentages = call.parameters["Name"], call.here(Tracing).percentages
    if name not in percentages:
        raise AwsError("ResourceNotFoundException", f"There is no indexing rule {name}", 404)
    percentages[name] = call.parameters["Rule"]["Probabilistic"]["DesiredSamplingPercentage"]
    return {"IndexingRule": _rule(call, name)}


@operation("xray", "GetEncryptionConfig")
def get_encryption(call: Call) -> Reply:
    """The encryption of traces."""
    return {"EncryptionConfig": call.here(Tracing).encryption}


@operation("xray", "PutEncryptionConfig")
def put_encryption(call: Call) -> Reply:
    """Sets the encryption of traces."""
    call.here(Tracing).encryption = {**call.given("Type", "KeyId"), "Status": "ACTIVE"}
    return get_encryption(call)


def _rule(call: Call, name: str) -> dict[str, Any]:
    percentage = call.here(Tracing).percentages[name]
    shares = {"DesiredSamplingPercentage": percentage, "ActualSamplingPercentage": percentage}
    return {"Name": name, "ModifiedAt": call.now, "Rule": {"Probabilistic": shares}}
