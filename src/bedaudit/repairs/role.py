"""The role with which Bedrock writes invocation logs: that there is one, whom it trusts and what it may do.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bedaudit.documents.statements import Members, statements, with_statement, written
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.bedrock_log_groups import GET_LOGGING, read_invocation_group
from bedaudit.parts.role import GET_INLINE, GET_ROLE, LIST_INLINE, NEEDED, STREAM
from bedaudit.parts.service_request import BEDROCK
from bedaudit.reader import Reader
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

POLICY_NAME = "BedrockInvocationLogging"
"""The inline policy in which the role is given what it lacks."""
_LIMITS = ("role.trust_limited_to_account", "role.trust_limited_to_source")
_BOUNDED = "the role has a permissions boundary, which may refuse what its policies allow"
_NO_GROUP = "no log group is named that the role would write to"


def _place(facts: Facts, site: Site) -> Place | None:
    arn, group = _member(facts, "role", "arn"), _member(facts, "log_group", "name")
    if arn is None or arn.count(":") < 5 or arn.split(":")[4] not in ("", site.account):
        return None
    resource = arn.split(":", 5)[5]
    path, _, name = resource.removeprefix("role").rpartition("/")
    return Place(site.region, f"role {name}", {"RoleName": name, "Path": f"{path}/", "logGroupName": group})


def _member(facts: Facts, part: str, name: str) -> str | None:
    found = facts.get(part)
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, str) else None


async def _read(aws: Reader, place: Place) -> Raw | None:
    """The role if there is one, its inline policy that is ours, and the log group that it is to write to."""
    name = place.parameters["RoleName"]
    group = place.parameters["logGroupName"] or await read_invocation_group(aws)
    reply = await aws.find(GET_ROLE, RoleName=name)
    if reply is None:
        return {"logGroupName": group}
    named = {"RoleName": name, "PolicyName": POLICY_NAME}
    listed = [each for page in await aws.pages(LIST_INLINE, RoleName=name) for each in page["PolicyNames"]]
    inline = await aws.call(GET_INLINE, **named) if POLICY_NAME in listed else {}
    return {
        "Role": reply["Role"],
        **({"PolicyDocument": inline["PolicyDocument"]} if inline else {}),
        "logGroupName": group,
    }


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    asked = {path for path, value in wanted.items() if value is True}
    if raw is None or "Role" not in raw:
        return _create(raw, asked, place, site)
    after, calls, undo = dict(raw), [], []
    trust = raw["Role"]["AssumeRolePolicyDocument"]
    if (new := _trusting(trust, asked, site)) != trust:
        after["Role"] = {**raw["Role"], "AssumeRolePolicyDocument": new}
        calls.append(_call("UpdateAssumeRolePolicy", place, PolicyDocument=written(new)))
        undo.append(_call("UpdateAssumeRolePolicy", place, PolicyDocument=written(trust)))
    if "role.can_write_logs" in asked and raw["logGroupName"] is None:
        return Edit(raw, (), (), reason=_NO_GROUP)
    held = raw.get("PolicyDocument")
    if "role.can_write_logs" in asked and (new := with_statement(held, _writing(site, raw["logGroupName"]))) != held:
        after["PolicyDocument"] = new
        calls.append(_call("PutRolePolicy", place, PolicyName=POLICY_NAME, PolicyDocument=written(new)))
        undo.append(_undo_policy(place, held))
    return Edit(after, tuple(calls), tuple(reversed(undo)), *_bounded(raw, calls))


def _trusting(trust: Members, asked: set[str], site: Site) -> Members:
    limited = _limited(trust, site) if asked & set(_LIMITS) else trust
    return with_statement(limited, _trust(site)) if "role.trusts_bedrock" in asked else limited


def _limited(trust: Members, site: Site) -> Members:
    """What trusts Bedrock alone trusts it for this account only, in whatever region; what trusts others too stays."""
    source = f"arn:{site.partition}:bedrock:*:{site.account}:*"
    limits = (("StringEquals", "aws:SourceAccount", site.account), ("ArnLike", "aws:SourceArn", source))
    there = [_with_limits(each, limits) if _trusts_bedrock_alone(each) else each for each in statements(trust)]
    return trust if there == statements(trust) else {**trust, "Statement": there}


def _trusts_bedrock_alone(statement: Any) -> bool:
    return (
        isinstance(statement, Mapping)
        and statement.get("Effect") == "Allow"
        and statement.get("Principal") in ({"Service": BEDROCK.name}, {"Service": [BEDROCK.name]})
    )


def _with_limits(statement: Members, limits: Iterable[tuple[str, str, str]]) -> Members:
    """With the conditions whose keys it does not ask for yet."""
    conditions = {operator: dict(keys) for operator, keys in statement.get("Condition", {}).items()}
    named = {key.lower() for keys in conditions.values() for key in keys}
    for operator, key, value in limits:
        if key.lower() not in named:
            conditions[operator] = {**conditions.get(operator, {}), key: value}
    return {**statement, "Condition": conditions} if conditions != statement.get("Condition", {}) else statement


def _bounded(raw: Raw, calls: list[Call]) -> Any:
    if not calls or "PermissionsBoundary" not in raw["Role"]:
        return ("safe", "")
    return ("risky", _BOUNDED)


def _create(raw: Raw | None, asked: set[str], place: Place, site: Site) -> Edit:
    group = (raw or place.parameters)["logGroupName"]
    if "role.exists" not in asked:
        return Edit(raw, (), ())
    if group is None:
        return Edit(raw, (), (), reason=_NO_GROUP)
    trust, writing = with_statement(None, _trust(site)), with_statement(None, _writing(site, group))
    make = _call("CreateRole", place, Path=place.parameters["Path"], AssumeRolePolicyDocument=written(trust))
    put = _call("PutRolePolicy", place, PolicyName=POLICY_NAME, PolicyDocument=written(writing))
    role = {"RoleName": place.parameters["RoleName"], "AssumeRolePolicyDocument": trust}
    after = {"Role": role, "PolicyDocument": writing, "logGroupName": group}
    return Edit(after, (make, put), (_undo_policy(place, None), _call("DeleteRole", place)))


def _call(operation: str, place: Place, **parameters: Any) -> Call:
    return Call("iam", operation, {"RoleName": place.parameters["RoleName"], **parameters})


def _undo_policy(place: Place, held: Members | None) -> Call:
    if held is None:
        return _call("DeleteRolePolicy", place, PolicyName=POLICY_NAME)
    return _call("PutRolePolicy", place, PolicyName=POLICY_NAME, PolicyDocument=written(held))


def _trust(site: Site) -> Members:
    """As the guide has it."""
    source = f"arn:{site.partition}:bedrock:{site.region}:{site.account}:*"
    return {
        "Effect": "Allow",
        "Principal": {"Service": BEDROCK.name},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": site.account}, "ArnLike": {"aws:SourceArn": source}},
    }


def _writing(site: Site, group: str) -> Members:
    stream = f"arn:{site.partition}:logs:{site.region}:{site.account}:log-group:{group}:log-stream:{STREAM}"
    return {"Effect": "Allow", "Action": list(NEEDED), "Resource": stream}


ROLE = Repair(
    name="role",
    does=(
        "Makes the role with which Bedrock writes to the log group, or adds to its trust and permissions what "
        "Bedrock needs."
    ),
    rated={"safe": "", "risky": _BOUNDED},
    paths=("role.exists", "role.trusts_bedrock", "role.can_write_logs", *_LIMITS),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(GET_ROLE, LIST_INLINE, GET_INLINE, GET_LOGGING),
    writes=(
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:PutRolePolicy",
        "iam:DeleteRolePolicy",
    ),
    untold=("Path", "logGroupName"),
    volatile=(("Role", "RoleLastUsed"), ("logGroupName",)),
)
MOUNTS = (Mount("invocation_logging", "cloudwatch", ROLE),)
