"""Security Hub: takes findings where it is enabled, of the caller's own account, within its limits; moto keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.securityhub.models import securityhub_backends

from bedaudit.sandbox.call import AwsError, Call, Reply, operation

_LARGEST = 240 * 1000


@operation("securityhub", "BatchImportFindings")
def batch_import(call: Call) -> Reply:
    """Imports those findings that it would take; the others are told with a reason."""
    hub = securityhub_backends[call.account][call.region]
    if not hub.enabled:
        raise AwsError("InvalidAccessException", f"Account {call.account} is not subscribed to AWS Security Hub", 401)
    if not 1 <= len(call.parameters["Findings"]) <= 100:
        raise AwsError("InvalidInputException", "Findings: between 1 and 100 are taken")
    wrong = dict(_wrong(call))
    good = [each for each in call.parameters["Findings"] if each["Id"] not in wrong]
    hub.batch_import_findings(good)
    failed = [{"Id": name, "ErrorCode": "InvalidInput", "ErrorMessage": why} for name, why in wrong.items()]
    return {"FailedCount": len(failed), "SuccessCount": len(good), "FailedFindings": failed}


def _wrong(call: Call) -> Iterator[tuple[str, str]]:
    product = f"arn:aws:securityhub:{call.region}:{call.account}:product/{call.account}/default"
    for finding in call.parameters["Findings"]:
        if why := _why_not(finding, call.account, product):
            yield finding["Id"], why


def _why_not(finding: Mapping[str, Any], account: str, product: str) -> str | None:
    if finding["AwsAccountId"] != account:
        return f"AwsAccountId must be that of the caller, {account}"
    if finding["ProductArn"] != product:
        return f"ProductArn must be {product}"
    if len(json.dumps(finding).encode()) > _LARGEST:
        return "the finding is too large"
    return None
