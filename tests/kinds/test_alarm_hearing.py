"""Whether anybody hears an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bedaudit.model import Gap
from tests.kinds.alarms import (
    ACCOUNT,
    OWNERS,
    REGION,
    TOPIC,
    arn,
    composite,
    metric,
    policy,
    read,
    replay,
    resources,
    topic,
)
from tests.replay import ABSENT, NOW

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:page"
DENIED_TOPIC = Gap("denied", "sns:GetTopicAttributes", "AuthorizationError")
DENIED_KEY = Gap("denied", "kms:DescribeKey", "AccessDeniedException")
CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}
PUBLISH = {"Effect": "Allow", "Principal": CLOUDWATCH, "Action": "sns:Publish", "Resource": TOPIC}
SCALING = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:x"
INCIDENT = f"arn:aws:ssm-incidents::{ACCOUNT}:response-plan/x"


def hearing(*alarms: Mapping[str, Any], **recorded: Any) -> tuple[Any, Any]:
    """What is said of the first alarm."""
    state = read(*alarms, wanted=lambda part: part.startswith("notifies"), **recorded)[alarms[0]["AlarmName"]]
    return state["notifies"], state.get("not_heard_because")


def key(state: str = "Enabled", manager: str = "CUSTOMER") -> Mapping[str, Any]:
    return {"KeyMetadata": {"KeyId": "1234", "Arn": KEY, "KeyState": state, "KeyManager": manager}}


def key_policy(*actions: str, principal: Any = CLOUDWATCH) -> Mapping[str, Any]:
    return {"Policy": policy({"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*"})}


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"ActionsEnabled": False}, "its actions are switched off"),
        ({"AlarmActions": []}, "it has no action"),
        ({"AlarmActions": [], "OKActions": [TOPIC]}, "it has no action"),
        ({"AlarmActions": [SCALING]}, f"{SCALING}: it tells nobody"),
    ],
)
def test_an_alarm_that_tells_nobody_is_not_heard(changed: Mapping[str, Any], because: str) -> None:
    assert hearing(metric("one", **changed)) == (False, because)


def test_a_suppressed_composite_alarm_is_not_heard() -> None:
    suppressed = {"ActionsSuppressor": arn("deploying"), "ActionsSuppressedBy": "Alarm"}
    because = f"its actions are suppressed now by {arn('deploying')}"
    assert hearing(composite("one", "ALARM(a)", **suppressed), metric("a")) == (False, because)
    assert hearing(composite("one", "ALARM(a)", ActionsSuppressor=arn("deploying")), metric("a")) == (True, None)


@pytest.mark.parametrize(
    ("reply", "because"),
    [
        (ABSENT, "the topic does not exist"),
        (topic(confirmed="0"), "the topic has no confirmed subscription"),
        (
            topic(key="alias/aws/sns"),
            ("the topic is encrypted with alias/aws/sns, which CloudWatch may not use; use a customer-managed key"),
        ),
        (
            topic(access=policy({**PUBLISH, "Principal": {"Service": "events.amazonaws.com"}})),
            "the topic's policy does not let CloudWatch publish",
        ),
        (
            topic(access=policy({**PUBLISH, "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}})),
            "the topic's policy does not let CloudWatch publish",
        ),
        (
            topic(access=policy(OWNERS, {**PUBLISH, "Effect": "Deny", "Principal": "*"}), confirmed="0"),
            "the topic has no confirmed subscription; the topic's policy does not let CloudWatch publish",
        ),
    ],
)
def test_a_topic_that_nobody_hears(reply: Any, because: str) -> None:
    assert hearing(metric("one"), GetTopicAttributes=reply) == (False, f"{TOPIC}: {because}")


@pytest.mark.parametrize(
    "access",
    [
        policy(OWNERS),
        policy(PUBLISH),
        policy({**PUBLISH, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}),
        policy({**PUBLISH, "Condition": {"ArnLike": {"aws:SourceArn": arn("*")}}}),
        policy({**PUBLISH, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}),
    ],
)
def test_a_topic_that_lets_cloudwatch_publish_is_heard(access: str) -> None:
    assert hearing(metric("one"), GetTopicAttributes=topic(access=access)) == (True, None)


@pytest.mark.parametrize(
    ("described", "allowed", "because"),
    [
        (key(), key_policy("kms:Decrypt", "kms:GenerateDataKey*"), None),
        (
            key(),
            key_policy("kms:Decrypt"),
            "the policy of the topic's key does not let CloudWatch use it (kms:Decrypt, kms:GenerateDataKey*)",
        ),
        (
            key(),
            key_policy("kms:*", principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
            "the policy of the topic's key does not let CloudWatch use it (kms:Decrypt, kms:GenerateDataKey*)",
        ),
        (key("Disabled"), key_policy("kms:*"), "the topic's encryption key is Disabled"),
        (ABSENT, key_policy("kms:*"), "the topic's encryption key does not exist"),
        (
            key(manager="AWS"),
            key_policy("kms:*"),
            "the topic is encrypted with a key of AWS's own, which CloudWatch may not use; use a customer-managed key",
        ),
    ],
)
def test_the_key_of_a_topic_must_let_cloudwatch_in(described: Any, allowed: Any, because: str | None) -> None:
    said = hearing(metric("one"), GetTopicAttributes=topic(key=KEY), DescribeKey=described, GetKeyPolicy=allowed)
    assert said == ((True, None) if because is None else (False, f"{TOPIC}: {because}"))


def test_an_unreadable_topic_or_key_leaves_it_open() -> None:
    assert hearing(metric("one"), GetTopicAttributes=DENIED_TOPIC) == (DENIED_TOPIC.as_fact(),) * 2
    locked = topic(key=KEY)
    assert hearing(metric("one"), GetTopicAttributes=locked, DescribeKey=DENIED_KEY) == (DENIED_KEY.as_fact(),) * 2


def test_an_unreadable_key_does_not_matter_where_nobody_listens() -> None:
    locked = topic(key=KEY, confirmed="0")
    because = f"{TOPIC}: the topic has no confirmed subscription"
    assert hearing(metric("one"), GetTopicAttributes=locked, DescribeKey=DENIED_KEY) == (False, because)


def test_a_condition_that_cannot_be_decided_leaves_it_open() -> None:
    odd = policy({**PUBLISH, "Condition": {"StringEquals": {"aws:PrincipalTag/odd": "x", "aws:Unheard": "y"}}})
    notifies, because = hearing(metric("one"), GetTopicAttributes=topic(access=odd))
    assert (notifies, because) == (False, f"{TOPIC}: the topic's policy does not let CloudWatch publish")
    odd = policy({**PUBLISH, "Condition": {"StringEquals": {"aws:Unheard": "y"}}})
    notifies, because = hearing(metric("one"), GetTopicAttributes=topic(access=odd))
    assert (notifies["gap"]["reason"], because) == ("failed", notifies)


def test_a_topic_whose_policy_is_not_shown_leaves_it_open() -> None:
    attributes = {"SubscriptionsConfirmed": "1"}
    notifies, because = hearing(metric("one"), GetTopicAttributes={"Attributes": attributes})
    assert (notifies["gap"]["reason"], because) == ("failed", notifies)


def test_subscriptions_are_counted_where_sns_does_not() -> None:
    listed = [
        {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}]},
        {"Subscriptions": [{"SubscriptionArn": f"{TOPIC}:1"}, {"SubscriptionArn": "Deleted"}]},
    ]
    state = read(metric("one"), GetTopicAttributes=topic(confirmed=None), ListSubscriptionsByTopic=listed)["one"]
    assert state["actions"] == [{"arn": TOPIC, "type": "sns", "alive": True, "subscribers": 1, "can_publish": True}]


def test_a_subscription_that_the_topics_count_does_not_know_yet_is_heard() -> None:
    listed = {"Subscriptions": [{"SubscriptionArn": f"{TOPIC}:1"}]}
    uncounted = {"GetTopicAttributes": topic(confirmed="0"), "ListSubscriptionsByTopic": listed}
    assert hearing(metric("one"), **uncounted) == (True, None)


def test_a_count_of_none_stands_where_the_list_is_denied() -> None:
    because = f"{TOPIC}: the topic has no confirmed subscription"
    denied = Gap("denied", "sns:ListSubscriptionsByTopic", "AuthorizationError")
    uncounted = {"GetTopicAttributes": topic(confirmed="0"), "ListSubscriptionsByTopic": denied}
    assert hearing(metric("one"), **uncounted) == (False, because)


def test_topics_are_read_in_their_own_region() -> None:
    elsewhere = f"arn:aws:sns:eu-west-1:{ACCOUNT}:oncall"
    aws = replay(metric("one", AlarmActions=[elsewhere]), wanted=lambda part: part == "actions")
    resources(aws)
    assert aws.calls[-1] == ("sns:GetTopicAttributes", "eu-west-1", {"TopicArn": elsewhere})


@pytest.mark.parametrize(
    ("function", "access", "expected"),
    [
        ({"FunctionName": "page"}, "lambda.alarms.cloudwatch.amazonaws.com", (True, None)),
        (
            {"FunctionName": "page"},
            "events.amazonaws.com",
            (False, f"{FUNCTION}: the function's policy does not let CloudWatch alarms invoke it"),
        ),
        (
            {"FunctionName": "page"},
            None,
            (False, f"{FUNCTION}: the function's policy does not let CloudWatch alarms invoke it"),
        ),
        (ABSENT, None, (False, f"{FUNCTION}: the function does not exist")),
    ],
)
def test_a_function_hears_if_it_may_be_invoked(function: Any, access: str | None, expected: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": access},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
    }
    allowed = ABSENT if access is None else {"Policy": policy(statement)}
    alarm = metric("one", AlarmActions=[FUNCTION])
    assert hearing(alarm, GetFunctionConfiguration=function, GetPolicy=allowed) == expected


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (f"arn:aws:ssm:{REGION}:{ACCOUNT}:opsitem:2", "ssm_opsitem"),
        (INCIDENT, "ssm_incident"),
        (f"arn:aws:aiops:{REGION}:{ACCOUNT}:investigation-group/x", "aiops_investigation"),
        (f"arn:aws:new:{REGION}:{ACCOUNT}:x", "other"),
        ("nonsense", "other"),
    ],
)
def test_who_reads_other_actions_is_not_known(action: str, kind: str) -> None:
    state = read(metric("one", AlarmActions=[action]))["one"]
    gap = Gap("failed", message=f"whether anybody hears {action} cannot be read")
    assert state["actions"] == [{"arn": action, "type": kind}]
    assert state["notifies"] == gap.as_fact()
    assert hearing(metric("one", AlarmActions=[action, TOPIC])) == (True, None)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (SCALING, "autoscaling"),
        (f"arn:aws:automate:{REGION}:ec2:stop", "ec2"),
        (f"arn:aws:swf:{REGION}:{ACCOUNT}:action/actions/AWS_EC2.InstanceId.Stop/1.0", "swf"),
    ],
)
def test_actions_on_instances_tell_nobody(action: str, kind: str) -> None:
    state = read(metric("one", AlarmActions=[action]))["one"]
    assert state["actions"] == [{"arn": action, "type": kind, "reason": "it tells nobody"}]
    assert state["notifies"] is False


MUTED: dict[str, Any] = {
    "ListAlarmMuteRules": {
        "AlarmMuteRuleSummaries": [
            {"AlarmMuteRuleArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule:night", "Status": "ACTIVE"}
        ]
    },
    "GetAlarmMuteRule": {"Name": "night", "MuteTargets": {"AlarmNames": ["one"]}, "StartDate": NOW},
}


def test_a_muted_alarm_is_not_heard() -> None:
    assert hearing(metric("one"), **MUTED) == (False, "mute rule night silences it")
    assert hearing(metric("other"), **MUTED) == (True, None)
    assert [one["muted"] for one in read(metric("one"), metric("other"), **MUTED).values()] == [True, False]


def test_a_mute_rule_that_went_meanwhile_mutes_nothing() -> None:
    assert hearing(metric("one"), **{**MUTED, "GetAlarmMuteRule": ABSENT}) == (True, None)


def test_unreadable_mute_rules_leave_it_open() -> None:
    denied = Gap("denied", "cloudwatch:ListAlarmMuteRules", "AccessDenied")
    state = read(metric("one"), ListAlarmMuteRules=denied)["one"]
    assert (state["muted"], state["notifies"]) == (denied.as_fact(), denied.as_fact())
    assert hearing(metric("one", AlarmActions=[]), ListAlarmMuteRules=denied) == (False, "it has no action")


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ([composite("any", "ALARM(one) OR ALARM(two)")], (True, None)),
        ([composite("quiet", "ALARM(one) AND NOT ALARM(deploying)")], (True, None)),
        ([composite("not-ok", "NOT OK(one)")], (True, None)),
        (
            [composite("both", "ALARM(one) AND ALARM(two)")],
            (False, "it has no action; composite alarm both fires only together with other alarms"),
        ),
        (
            [composite("deaf", "ALARM(one)", AlarmActions=[])],
            (False, "it has no action; composite alarm deaf: it has no action"),
        ),
        (
            [composite("off", "ALARM(one)", ActionsEnabled=False)],
            (False, "it has no action; composite alarm off: its actions are switched off"),
        ),
        (
            [composite("inner", "ALARM(one)", AlarmActions=[]), composite("outer", "ALARM(inner)")],
            (True, None),
        ),
        (
            [composite("circle", "ALARM(one) OR ALARM(circle)", AlarmActions=[])],
            (False, "it has no action; composite alarm circle: it has no action"),
        ),
        ([composite("odd", "SOMETIMES(one)")], (False, "it has no action")),
        ([composite("other", "ALARM(two)")], (False, "it has no action")),
    ],
)
def test_a_child_is_heard_through_the_composite_alarm_that_fires_with_it(
    parents: list[Mapping[str, Any]], expected: tuple[Any, Any]
) -> None:
    assert hearing(metric("one", AlarmActions=[]), metric("two"), *parents) == expected
