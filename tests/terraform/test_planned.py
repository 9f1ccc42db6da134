"""Plans, judged by policies: what is known is judged, what is not is unknown, and what goes is found."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from bedaudit.audit import Standard, from_plan
from bedaudit.model import Finding, Mark, Report, ResourceName, Site
from bedaudit.policy.config import Config
from bedaudit.policy.load import load
from bedaudit.policy.rules import Rules
from bedaudit.report import REPORTERS, Options
from tests.report.hostile import HOSTILE
from tests.report.parsing import READERS
from tests.terraform.everything import ALARM, BUCKET, EVERYTHING, GUARDRAIL, SUBSCRIPTION, TOPIC, VERSION
from tests.terraform.plans import ACCOUNT, GOOD, GROUP, INLINE, KEY, LOGGING, REGION, ROLE, Made, deleted, plan, refers

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@cache
def standard(*policies: str, only: tuple[str, ...] = ()) -> Standard:
    return Standard(Rules.of(load(policies or ("builtin:baseline",)), Config(), only), (), date(2026, 11, 20))


def judged(tmp_path: Path, text: bytes, *only: str, policy: str = "builtin:baseline", **where: str) -> Report:
    file = tmp_path / "plan.json"
    file.write_bytes(text)
    return from_plan(file, standard(policy, only=only), NOW, **where)


def outcomes(report: Report) -> Mapping[str, str]:
    return {finding.control: finding.outcome for finding in report.findings if finding.outcome != "not_applicable"}


def with_(made: Made, unknown: Mapping[str, Any] | None = None, **values: Any) -> Made:
    more = made.unknown if unknown is None else {**made.unknown, **unknown}
    refers = {name: it for name, it in made.refers.items() if name not in values}
    left = {name: mark for name, mark in more.items() if name not in values}
    return Made(made.type, made.name, {**made.values, **values}, left, refers, made.actions, made.index)


ARN = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/g"
CHANGED = Made(
    GUARDRAIL.type, "main", {**GUARDRAIL.values, "guardrail_id": "g", "guardrail_arn": ARN}, actions=("update",)
)


def test_plan_that_sets_up_logging_passes_by_what_its_resources_refer_to(tmp_path: Path) -> None:
    assert outcomes(judged(tmp_path, plan(*GOOD))) == {
        "invocation-log-group-exists": "pass",
        "invocation-log-group-has-a-customer-managed-key": "pass",
        "invocation-log-group-key-is-usable": "pass",
        "invocation-log-group-key-serves-cloudwatch-logs": "pass",
        "invocation-logging-has-a-destination": "pass",
        "invocation-logging-is-enabled": "pass",
        "invocation-logging-role-can-write": "pass",
        "invocation-logging-role-exists": "pass",
        "invocation-logging-role-is-guarded-against-confused-deputy": "pass",
        "invocation-logging-role-trusts-bedrock-here": "pass",
        "invocation-logs-are-kept-for-a-set-time": "pass",
        "invocation-logs-carry-the-chosen-data": "pass",
        "large-invocation-data-has-a-bucket": "fail",
    }


OPEN_TRUST = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]
}


@pytest.mark.parametrize(
    ("changed", "control", "outcome"),
    [
        (with_(GROUP, retention_in_days=30), "invocation-logs-are-kept-for-a-set-time", "fail"),
        (with_(GROUP, retention_in_days=0), "invocation-logs-are-kept-for-a-set-time", "fail"),
        (with_(GROUP, {"retention_in_days": True}), "invocation-logs-are-kept-for-a-set-time", "unknown"),
        (with_(GROUP, kms_key_id=""), "invocation-log-group-has-a-customer-managed-key", "fail"),
        (with_(GROUP, kms_key_id="alias/aws/logs"), "invocation-log-group-has-a-customer-managed-key", "fail"),
        (
            with_(GROUP, kms_key_id=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/elsewhere"),
            "invocation-log-group-has-a-customer-managed-key",
            "unknown",
        ),
        (with_(GROUP, name="/other"), "invocation-log-group-exists", "unknown"),
        (with_(KEY, {"policy": True}), "invocation-log-group-key-serves-cloudwatch-logs", "fail"),
        (with_(KEY, is_enabled=False), "invocation-log-group-key-is-usable", "fail"),
        (with_(INLINE, policy='{"Statement": []}'), "invocation-logging-role-can-write", "fail"),
        (with_(INLINE, {"policy": True}), "invocation-logging-role-can-write", "unknown"),
        (with_(ROLE, assume_role_policy=json.dumps(OPEN_TRUST)), "invocation-logging-role-trusts-bedrock-here", "pass"),
        (
            with_(ROLE, assume_role_policy=json.dumps(OPEN_TRUST)),
            "invocation-logging-role-is-guarded-against-confused-deputy",
            "fail",
        ),
        (with_(ROLE, {"assume_role_policy": True}), "invocation-logging-role-trusts-bedrock-here", "unknown"),
        (with_(LOGGING, {"logging_config": True}), "invocation-logging-is-enabled", "unknown"),
        (with_(LOGGING, logging_config=[]), "invocation-logging-is-enabled", "fail"),
    ],
)
def test_one_thing_changes_one_verdict(tmp_path: Path, changed: Made, control: str, outcome: str) -> None:
    made = [changed if (each.type, each.name) == (changed.type, changed.name) else each for each in GOOD]
    assert outcomes(judged(tmp_path, plan(*made), control)) == {control: outcome}


def test_policy_that_is_composed_of_what_is_known_after_apply_is_no_default_policy(tmp_path: Path) -> None:
    composed = Made(
        KEY.type, KEY.name, KEY.values, {**KEY.unknown, "policy": True}, {"policy": refers("aws_sns_topic.x.arn")}
    )
    control = "invocation-log-group-key-serves-cloudwatch-logs"
    report = judged(tmp_path, plan(composed, *GOOD[1:]), control)
    assert [(each.outcome, each.message) for each in report.findings] == [
        ("unknown", "Unknown: known after apply: aws_kms_key.logs.policy.")
    ]


def test_finding_names_the_address_and_the_line_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.tf").write_text(
        '# comment\n\n  resource "aws_bedrock_model_invocation_logging_configuration" "this" {\n  }\n'
    )
    report = judged(tmp_path, plan(*GOOD), "large-invocation-data-has-a-bucket")
    assert [(each.resource, each.source, each.mark.file) for each in report.findings] == [
        (
            ResourceName("invocation_logging", "model-invocation-logging", LOGGING.address()),
            Mark("main.tf", 3, 3, 3, 71),
            "policies/baseline.yaml",
        )
    ]


def test_deleted_observability_is_found_and_what_is_replaced_is_not(tmp_path: Path) -> None:
    arn = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:bedrock-throttles"
    gone = [
        deleted(ALARM.type, "throttles", {"alarm_name": "bedrock-throttles", "namespace": "AWS/Bedrock", "arn": arn}),
        deleted("aws_s3_bucket", "other", {"bucket": "something-else"}),
        deleted("aws_instance", "bedrock", {"tags": {"for": "bedrock"}}),
    ]
    replaced = Made(GROUP.type, GROUP.name, GROUP.values, GROUP.unknown, GROUP.refers, actions=("delete", "create"))
    report = judged(tmp_path, plan(KEY, replaced, ROLE, INLINE, LOGGING, gone=gone))
    assert [each for each in report.findings if each.policy == "terraform-plan"] == [
        Finding(
            control="observability-is-not-deleted",
            title="Nothing by which Bedrock is observed is deleted",
            severity="high",
            outcome="fail",
            site=Site(ACCOUNT, REGION),
            kind="alarm",
            resource=ResourceName("alarm", "bedrock-throttles", "aws_cloudwatch_metric_alarm.throttles"),
            each=None,
            message="The plan deletes it, and makes no other in its place.",
            policy="terraform-plan",
            mark=Mark(str(tmp_path / "plan.json"), 1, 1, 1, 2),
        )
    ]


PRIOR = [
    deleted(LOGGING.type, "this", {"id": REGION, "logging_config": [{"cloudwatch_config": [
        {"log_group_name": "/genai", "role_arn": "arn:aws:iam::1:role/writer"}]}]}),
    deleted("aws_cloudwatch_log_group", "logs", {"name": "/genai", "kms_key_id": "arn:aws:kms:k"}),
    deleted("aws_iam_role", "writer", {"name": "writer", "arn": "arn:aws:iam::1:role/writer"}),
    deleted("aws_iam_role_policy", "may_write", {"role": "writer"}),
    deleted("aws_kms_key", "k", {"arn": "arn:aws:kms:k", "key_id": "k"}),
    deleted("aws_cloudwatch_log_metric_filter", "refused", {"log_group_name": "/genai"}),
    deleted("aws_cloudwatch_metric_alarm", "throttles",
            {"alarm_name": "throttles", "namespace": "AWS/Bedrock", "alarm_actions": ["arn:aws:sns:pages"]}),
    deleted("aws_cloudwatch_composite_alarm", "any", {"alarm_name": "any", "alarm_rule": 'ALARM("throttles")'}),
    deleted("aws_sns_topic", "pages", {"arn": "arn:aws:sns:pages"}),
    deleted("aws_sns_topic_subscription", "pager", {"topic_arn": "arn:aws:sns:pages"}),
    deleted("aws_cloudwatch_dashboard", "board", {"dashboard_body": '{"metrics": [["AWS/Bedrock", "Invocations"]]}'}),
    deleted("aws_cloudtrail", "trail", {"name": "all"}),
]  # fmt: skip
"""Before a plan that deletes all of it; most say nothing of Bedrock."""
OTHERS = [
    deleted("aws_cloudwatch_log_group", "other", {"name": "/other"}),
    deleted("aws_cloudwatch_metric_alarm", "cpu", {"alarm_name": "cpu", "alarm_actions": ["arn:aws:sns:pages"]}),
    deleted("aws_cloudwatch_log_group", "elsewhere", {"name": "/genai", "region": "eu-west-1"}),
    deleted("aws_iam_role_policy", "other", {"role": "somebody"}),
    deleted("aws_cloudwatch_composite_alarm", "odd", {"alarm_name": "odd", "alarm_rule": "("}),
]


def test_what_bedrock_needs_is_missed_whatever_it_is_called(tmp_path: Path) -> None:
    report = judged(tmp_path, plan(GROUP, gone=[*OTHERS, *PRIOR]))
    gone = {each.resource.arn for each in report.findings if each.policy == "terraform-plan" and each.resource}
    assert gone == {each["address"] for each in PRIOR}


def test_logging_that_goes_is_off(tmp_path: Path) -> None:
    gone = [deleted(LOGGING.type, "this", {"id": REGION})]
    assert outcomes(judged(tmp_path, plan(gone=gone), "invocation-logging-is-enabled")) == {
        "invocation-logging-is-enabled": "fail",
        "observability-is-not-deleted": "fail",
    }


def test_kind_of_which_the_plan_manages_nothing_is_not_applicable_and_says_why(tmp_path: Path) -> None:
    report = judged(tmp_path, plan(*GOOD), "guardrails-have-a-version", policy="builtin:guardrails")
    assert [(each.outcome, each.message) for each in report.findings] == [
        ("not_applicable", "Does not apply: the plan manages none here.")
    ]


def large(*parts: Made, bucket: Made = BUCKET) -> bytes:
    """A plan whose large invocation data go to a bucket."""
    config = LOGGING.values["logging_config"][0]
    cloudwatch = {
        **config["cloudwatch_config"][0],
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/bedrock-logging",
        "large_data_delivery_s3_config": [{"bucket_name": BUCKET.values["bucket"], "key_prefix": "large"}],
    }
    logging = with_(LOGGING, logging_config=[{**config, "cloudwatch_config": [cloudwatch]}])
    return plan(KEY, GROUP, ROLE, INLINE, logging, bucket, *parts)


@pytest.mark.parametrize(
    ("parts", "control", "outcome"),
    [
        ((), "large-data-bucket-is-this-accounts", "pass"),
        ((), "large-data-bucket-is-not-public", "pass"),
        ((), "large-data-bucket-lets-bedrock-write", "fail"),
        (
            (Made("aws_s3_bucket_public_access_block", "large", {"bucket": BUCKET.values["bucket"]}),),
            "large-data-bucket-is-not-public",
            "fail",
        ),
        (
            (Made("aws_s3_bucket_policy", "large", {"bucket": BUCKET.values["bucket"]}, {"policy": True}, {}),),
            "large-data-bucket-lets-bedrock-write",
            "unknown",
        ),
        (
            (Made("aws_s3_bucket_policy", "any", {"policy": "{}"}, {"bucket": True}, {}),),
            "large-data-bucket-lets-bedrock-write",
            "unknown",
        ),
    ],
)
def test_new_bucket_is_as_aws_makes_it_but_for_what_the_plan_sets(
    tmp_path: Path, parts: tuple[Made, ...], control: str, outcome: str
) -> None:
    assert outcomes(judged(tmp_path, large(*parts), control)) == {control: outcome}


def subscription(protocol: str, **values: Any) -> Made:
    return Made(SUBSCRIPTION.type, "s", {"protocol": protocol, **values}, SUBSCRIPTION.unknown, SUBSCRIPTION.refers)


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        ((TOPIC, subscription("sqs")), "pass"),
        ((TOPIC, subscription("email")), "unknown"),
        ((TOPIC, subscription("email", pending_confirmation=False)), "pass"),
        ((TOPIC,), "fail"),
        ((with_(TOPIC, policy='{"Statement": []}'), subscription("sqs")), "fail"),
        ((), "unknown"),
    ],
)
def test_alarm_is_heard_by_whoever_the_plan_subscribes(tmp_path: Path, made: tuple[Made, ...], outcome: str) -> None:
    assert outcomes(judged(tmp_path, plan(ALARM, *made), "bedrock-alarms-are-heard")) == {
        "bedrock-alarms-are-heard": outcome
    }


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield (*path, step)
        yield from leaves(inner, (*path, step))


def changed(value: Any, path: tuple[Any, ...], to: Any) -> Any:
    """A copy in which one value is another."""
    if not path:
        return to
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = changed(value[path[0]], path[1:], to)
    return copy


@pytest.mark.parametrize("made", EVERYTHING, ids=lambda made: f"{made.type}.{made.name}")
def test_attribute_of_another_type_is_no_crash(tmp_path: Path, made: Made) -> None:
    others = [each for each in EVERYTHING if each is not made]
    for path in leaves(made.values):
        for wrong in ({"a": [10**400]}, None):
            mutant = Made(made.type, made.name, changed(made.values, path, wrong), made.unknown, made.refers)
            judged(tmp_path, plan(*others, mutant), policy="builtin:all")


def verdicts(report: Report) -> Mapping[tuple[str, str, str | None], str]:
    return {
        (each.control, each.site.region, each.resource.arn if each.resource else None): each.outcome
        for each in report.findings
    }


@pytest.mark.parametrize("made", EVERYTHING, ids=lambda made: f"{made.type}.{made.name}")
def test_value_that_is_not_known_never_turns_fail_into_pass(tmp_path: Path, made: Made) -> None:
    before = verdicts(judged(tmp_path, plan(*EVERYTHING), policy="builtin:all"))
    others = [each for each in EVERYTHING if each is not made]
    for name in made.values:
        left = {key: value for key, value in made.values.items() if key != name}
        composed = {**made.refers, name: {"references": ["local.x"]}}
        mutant = Made(made.type, made.name, left, {**made.unknown, name: True}, composed)
        after = verdicts(judged(tmp_path, plan(*others, mutant), policy="builtin:all"))
        failed = {key for key, outcome in before.items() if outcome == "fail"}
        assert {after.get(key, "unknown") for key in failed} <= {"fail", "unknown"}, name


@pytest.mark.parametrize(
    ("made", "control", "outcome"),
    [
        ((GUARDRAIL,), "guardrails-have-a-version", "fail"),
        ((GUARDRAIL, VERSION), "guardrails-have-a-version", "pass"),
        ((GUARDRAIL, VERSION), "guardrails-block-prompt-attacks", "pass"),
        ((CHANGED, VERSION), "guardrails-block-prompt-attacks", "pass"),
        ((CHANGED, with_(VERSION, version="3", guardrail_arn=ARN)), "guardrails-block-prompt-attacks", "unknown"),
        ((with_(GUARDRAIL, content_policy_config=[]), VERSION), "guardrails-block-prompt-attacks", "fail"),
        ((with_(GUARDRAIL, kms_key_id=None), VERSION), "guardrails-have-a-customer-managed-key", "unknown"),
        ((GUARDRAIL, VERSION, KEY), "guardrails-have-a-customer-managed-key", "pass"),
        ((GUARDRAIL, VERSION), "a-guardrail-is-applied-to-every-call", "unknown"),
    ],
)
def test_guardrail_is_judged_by_the_version_that_will_be_the_newest(
    tmp_path: Path, made: tuple[Made, ...], control: str, outcome: str
) -> None:
    assert outcomes(judged(tmp_path, plan(*made), control, policy="builtin:guardrails")) == {control: outcome}


def test_bucket_that_is_there_tells_its_policy_and_not_what_nothing_manages(tmp_path: Path) -> None:
    name = BUCKET.values["bucket"]
    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{name}/*",
            }
        ]
    }
    there = Made(BUCKET.type, "large", {"bucket": name, "policy": json.dumps(policy)}, actions=("no-op",))
    controls = ("large-data-bucket-is-not-public", "large-data-bucket-lets-bedrock-write")
    report = judged(tmp_path, large(bucket=there), *controls)
    assert outcomes(report) == dict(zip(controls, ("unknown", "pass"), strict=True))


UNICODE = tuple(text for name, text in HOSTILE.items() if name != "half a character")
"""JSON of Terraform is UTF-8."""


def hostile(text: str) -> tuple[Made, Made]:
    return (
        Made(ALARM.type, "a", {**ALARM.values, "alarm_name": text}, index=text),
        Made(GROUP.type, "g", {"name": f"/aws/bedrock/{text}"}, {"retention_in_days": True}, index=text),
    )


def test_hostile_names_come_out_harmless_in_every_format(tmp_path: Path) -> None:
    before = {"alarm_name": "a", "namespace": "AWS/Bedrock"}
    gone = [{**deleted(ALARM.type, "x", {**before, "alarm_name": text}), "address": text} for text in UNICODE]
    config = {"cloudwatch_config": {"log_group_name": f"/aws/bedrock/{''.join(UNICODE)}"}}
    made = [each for text in UNICODE for each in hostile(text)]
    made += [Made(LOGGING.type, "l", {"logging_config": config}, index="".join(UNICODE))]
    found = judged(tmp_path, plan(*made, gone=gone))
    texts = cycle(UNICODE)
    findings = tuple(replace(each, source=Mark(f"{next(texts)}.tf", 1, 1, 1, 2)) for each in found.findings)
    for format_, write in REPORTERS.items():
        printed = "".join(write(replace(found, findings=findings), Options()))
        shown = printed.replace("\r\n", "\n").replace("\n", "")
        assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl")]
        assert format_ == "github" or not re.search(r"^\s*::", printed, re.MULTILINE)
        assert format_ == "text" or READERS[format_](printed)
