from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.documents.iam import parse
from bedaudit.model import Call, Site
from bedaudit.repairs.bucket_policy import policy
from tests.repairs.editing import ACCOUNT, SITE, edit, place, read
from tests.replay import ABSENT

POLICY = policy("s3")
BUCKET = {"bucket": "logs", "owned_by_account": True, "region": "us-east-1"}
FACTS = {"s3": BUCKET}
NAMED = {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT}
GRANT = {
    "Sid": "AmazonBedrockLogsWrite",
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*",
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:*"},
    },
}
FOREIGN = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Note": "kept"}
FOREIGN |= {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}


def raw(*statements: Any) -> dict[str, Any]:
    document = {"Version": "2008-10-17", "Id": "theirs", "Statement": list(statements)}
    return {"Policy": json.dumps(document, indent=1), "Document": document}


def test_a_bucket_without_a_policy_gets_one_and_loses_it_again() -> None:
    found = edit(POLICY, FACTS, None, {"s3.grants_bedrock": True})
    text = json.dumps({"Version": "2012-10-17", "Statement": [GRANT]}, separators=(",", ":"))
    assert found.calls == (Call("s3", "PutBucketPolicy", {**NAMED, "Policy": text}),)
    assert found.undo == (Call("s3", "DeleteBucketPolicy", NAMED),)
    assert (found.safety, found.reason) == ("safe", "")


def test_foreign_statements_stay_as_they_are_and_the_undo_is_the_very_text() -> None:
    before = raw(FOREIGN)
    found = edit(POLICY, FACTS, before, {"s3.grants_bedrock": True})
    assert found.after is not None
    assert found.after["Document"] == {**before["Document"], "Statement": [FOREIGN, GRANT]}
    assert found.undo == (Call("s3", "PutBucketPolicy", {**NAMED, "Policy": before["Policy"]}),)


def test_a_single_statement_without_a_list_stays_too() -> None:
    document = {"Version": "2012-10-17", "Statement": FOREIGN}
    found = edit(POLICY, FACTS, {"Policy": json.dumps(document), "Document": document}, {"s3.grants_bedrock": True})
    assert found.after is not None
    assert found.after["Document"]["Statement"] == [FOREIGN, GRANT]


def test_a_sid_that_is_taken_is_not_given_twice() -> None:
    taken = {**FOREIGN, "Sid": GRANT["Sid"]}
    found = edit(POLICY, FACTS, raw(taken), {"s3.grants_bedrock": True})
    assert found.after is not None
    assert found.after["Document"]["Statement"] == [taken, {**GRANT, "Sid": "AmazonBedrockLogsWrite2"}]


@pytest.mark.parametrize(
    "deny",
    [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*",
         "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}},
    ],
)  # fmt: skip
def test_where_something_may_deny_bedrock_people_decide(deny: dict[str, Any]) -> None:
    assert edit(POLICY, FACTS, raw(deny), {"s3.grants_bedrock": True}).safety == "manual"


def test_a_deny_of_plain_http_and_one_that_spares_services_are_none_to_bedrock() -> None:
    tls = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    denies = [
        {**tls, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {**tls, "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}},
    ]
    assert edit(POLICY, FACTS, raw(*denies), {"s3.grants_bedrock": True}).safety == "safe"


def test_refusing_plain_http_is_risky_and_goes_in_one_call_with_the_grant() -> None:
    found = edit(POLICY, FACTS, raw(FOREIGN), {"s3.grants_bedrock": True, "s3.tls_only": True})
    assert found.after is not None
    sids = [statement["Sid"] for statement in found.after["Document"]["Statement"]]
    assert (sids, len(found.calls), found.safety) == (
        ["Theirs", "AmazonBedrockLogsWrite", "DenyWithoutTLS"],
        1,
        "risky",
    )
    deny = parse(found.after["Document"]).statements[2]
    assert (deny.effect, deny.conditions[0].key) == ("Deny", "aws:SecureTransport")


def test_a_prefix_leads_the_delivery_path_and_one_that_ends_in_a_slash_has_two() -> None:
    def resources(prefix: str) -> Any:
        found = edit(POLICY, {"s3": {**BUCKET, "prefix": prefix}}, None, {"s3.grants_bedrock": True})
        assert found.after is not None
        return found.after["Document"]["Statement"][0]["Resource"]

    path = f"AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"
    assert resources("team/a") == f"arn:aws:s3:::logs/team/a/{path}"
    assert resources("team/") == [f"arn:aws:s3:::logs/team//{path}", f"arn:aws:s3:::logs/team/{path}"]


def test_the_policy_is_read_as_text_and_as_what_it_holds() -> None:
    reply = {"Policy": json.dumps({"Statement": [FOREIGN]})}
    assert read(POLICY, FACTS, {"s3:GetBucketPolicy": reply}) == {**reply, "Document": {"Statement": [FOREIGN]}}
    assert read(POLICY, FACTS, {"s3:GetBucketPolicy": ABSENT}) is None


def test_what_is_no_policy_is_left_to_people() -> None:
    found = edit(POLICY, FACTS, {"Policy": "[", "Document": None}, {"s3.grants_bedrock": True})
    assert (found.calls, found.reason) == ((), "the bucket policy is not what AWS documents")


def test_a_bucket_of_another_account_has_no_place() -> None:
    assert POLICY.place({"s3": {**BUCKET, "owned_by_account": False}}, SITE) is None


def test_a_bucket_is_mended_in_its_own_region_and_partition() -> None:
    assert place(POLICY, {"s3": {**BUCKET, "region": "eu-west-1"}}).region == "eu-west-1"
    china = Site(ACCOUNT, "cn-north-1", "aws-cn")
    found = POLICY.edit(None, {"s3.grants_bedrock": True}, place(POLICY, FACTS), china)
    assert found.after is not None
    assert found.after["Document"]["Statement"][0]["Resource"].startswith("arn:aws-cn:s3:::logs/")


def test_one_bucket_for_all_is_one_document_with_a_statement_for_each_prefix() -> None:
    facts = {"s3": {**BUCKET, "prefix": "a"}, "cloudwatch": {"large_data": {**BUCKET, "prefix": "b"}}}
    assert place(POLICY, facts) == place(policy("cloudwatch.large_data"), facts)
    wanted = {"s3.grants_bedrock": True, "cloudwatch.large_data.grants_bedrock": True}
    found = edit(POLICY, facts, None, wanted)
    assert found.after is not None
    path = f"AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"
    assert [each["Resource"] for each in found.after["Document"]["Statement"]] == [
        f"arn:aws:s3:::logs/a/{path}",
        f"arn:aws:s3:::logs/b/{path}",
    ]


def test_a_bucket_that_was_not_read_has_no_place() -> None:
    assert POLICY.place({"s3": {"gap": {"reason": "denied"}}}, SITE) is None
