"""Service Quotas: what an account may use of Bedrock in a region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

_PER_MINUTE = "{} model inference tokens per minute for {}"
_DEFAULTS = (
    ("L-4A6BFAB1", _PER_MINUTE.format("Cross-region", "Anthropic Claude Sonnet 4.5 V1"), 200000.0),
    ("L-27C57EE8", _PER_MINUTE.format("Global cross-region", "Anthropic Claude Sonnet 4.5 V1"), 500000.0),
    ("L-254CACF4", _PER_MINUTE.format("On-demand", "Anthropic Claude Sonnet 4.5 V1"), 200000.0),
    ("L-CFA4FA0D", _PER_MINUTE.format("On-demand", "Amazon Nova Micro"), 2000000.0),
    ("L-70423BDF", _PER_MINUTE.format("On-demand", "Amazon Nova Pro"), 400000.0),
    ("L-61EC5B9C", _PER_MINUTE.format("Cross-region", "Amazon Nova Pro"), 800000.0),
    ("L-0E0BC7C9", "Guardrails per account", 100.0),
    ("L-7F5C1A9E", "On-demand ApplyGuardrail requests per second", 50.0),
)


@dataclass(slots=True)
class Quotas:
    """Raised values by code, in an account and region."""

    raised: dict[str, float] = field(default_factory=dict)


@operation("service-quotas", "ListServiceQuotas")
def list_all(call: Call) -> Reply:
    """The quotas as they apply, at most 100 a page; services other than Bedrock are moto's."""
    if call.parameters["ServiceCode"] != "bedrock":
        return call.forward()
    code = call.parameters.get("QuotaCode")
    found = [quota for quota in _quotas(call) if code in (None, quota["QuotaCode"])]
    return page(call, "Quotas", found, 100, ("NextToken", "MaxResults"))


@operation("service-quotas", "GetServiceQuota")
def get(call: Call) -> Reply:
    """One quota as it applies."""
    if call.parameters["ServiceCode"] != "bedrock":
        return call.forward()
    found = next((quota for quota in _quotas(call) if quota["QuotaCode"] == call.parameters["QuotaCode"]), None)
    if found is None:
        raise AwsError("NoSuchResourceException", "The request failed because the specified quota does not exist.")
    return {"Quota": found}


@operation("service-quotas", "RequestServiceQuotaIncrease")
def request(call: Call) -> Reply:
    """Asks for more, which is granted at once."""
    code, value = call.parameters["QuotaCode"], call.parameters["DesiredValue"]
    if call.parameters["ServiceCode"] != "bedrock":
        return call.forward()
    quota = next((quota for quota in _quotas(call) if quota["QuotaCode"] == code), None)
    if quota is None:
        raise AwsError("NoSuchResourceException", "The request failed because the specified quota does not exist.")
    if value <= quota["Value"]:
        raise AwsError("IllegalArgumentException", "The desired value must be greater than the current one.")
    call.here(Quotas).raised[code] = value
    asked = {name: quota[name] for name in ("ServiceCode", "ServiceName", "QuotaCode", "QuotaName", "QuotaArn", "Unit")}
    return {"RequestedQuota": {**asked, "Id": f"{code}-{value:.0f}", "DesiredValue": value, "Status": "APPROVED"}}


def _quotas(call: Call) -> list[dict[str, Any]]:
    raised = call.here(Quotas).raised
    return [
        {
            "ServiceCode": "bedrock",
            "ServiceName": "Amazon Bedrock",
            "QuotaArn": f"arn:aws:servicequotas:{call.region}:{call.account}:bedrock/{code}",
            "QuotaCode": code,
            "QuotaName": name,
            "Value": raised.get(code, value),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
            "QuotaAppliedAtLevel": "ACCOUNT",
        }
        for code, name, value in _DEFAULTS
    ]
