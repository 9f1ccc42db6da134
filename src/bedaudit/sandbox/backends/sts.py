"""STS: sessions whose access keys carry their account, and roles that check who assumes them."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import unquote

from moto.backends import get_backend
from moto.iam.models import Role

from bedaudit.sandbox import grants
from bedaudit.sandbox.call import AwsError, Call, Reply, operation

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Reply:
    """Who signs."""
    return {"UserId": "AIDASANDBOX", "Account": call.account, "Arn": call.principal}


@operation("sts", "AssumeRole")
def assume_role(call: Call) -> Reply:
    """A session, if the role exists and trusts the caller; AWS does not say which of these failed."""
    arn, session = call.parameters["RoleArn"], call.parameters["RoleSessionName"]
    seconds = int(call.parameters.get("DurationSeconds") or 3600)
    role = _role(arn)
    context = {"sts:ExternalId": call.parameters["ExternalId"]} if call.parameters.get("ExternalId") else {}
    if role is None or not grants.allows(_trust(role), call.principal, "sts:AssumeRole", context):
        message = f"User: {call.principal} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        raise AwsError("AccessDenied", message, 403)
    if ":assumed-role/" in call.principal and seconds > 3600:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        )
    account, name = arn.split(":")[4], arn.split("/")[-1]
    session_arn = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    key = f"ASIA{account}{_suffix(len(call.world.sessions))}"
    call.world.sessions[key] = session_arn
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": "sandbox",
            "SessionToken": f"session-{key}",
            "Expiration": call.now + timedelta(seconds=seconds),
        },
        "AssumedRoleUser": {"AssumedRoleId": f"{role.id}:{session}", "Arn": session_arn},
    }


def _role(arn: str) -> Role | None:
    account = arn.split(":")[4]
    roles = get_backend("iam")[account]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _trust(role: Role) -> str:
    document = role.assume_role_policy_document
    return unquote(document) if isinstance(document, str) else json.dumps(document)


def _suffix(number: int) -> str:
    digits = ""
    for _ in range(4):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
