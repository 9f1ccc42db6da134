from __future__ import annotations

from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.bucket_settings import ENCRYPTION, OWNERSHIP, PUBLIC_ACCESS, VERSIONING
from bedaudit.repairs.repair import Repair
from tests.repairs.editing import ACCOUNT, edit, read
from tests.replay import ABSENT

FACTS = {"bucket": "logs", "owned_by_account": True, "region": "eu-west-1"}
NAMED = {"Bucket": "logs", "ExpectedBucketOwner": ACCOUNT}
ON = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


def put(operation: str, **parameters: Any) -> Call:
    return Call("s3", operation, {**NAMED, **parameters})


def encrypted(**default: str) -> dict[str, Any]:
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": False}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


def test_public_access_is_blocked_and_what_was_there_comes_back() -> None:
    name = "PublicAccessBlockConfiguration"
    some = {"BlockPublicAcls": True, "IgnorePublicAcls": False}
    wanted = {"blocks_public_access": True}
    found = edit(PUBLIC_ACCESS, FACTS, {name: some}, wanted)
    assert found.calls == (put("PutPublicAccessBlock", **{name: ON}),)
    assert found.undo == (put("PutPublicAccessBlock", **{name: some}),)
    assert edit(PUBLIC_ACCESS, FACTS, None, wanted).undo == (put("DeletePublicAccessBlock"),)
    assert edit(PUBLIC_ACCESS, FACTS, {name: ON}, wanted).calls == ()


def test_acls_are_disabled_at_a_risk() -> None:
    enforced, wanted = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, {"acls_disabled": True}
    held = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    found = edit(OWNERSHIP, FACTS, {"OwnershipControls": held}, wanted)
    assert found.calls == (put("PutBucketOwnershipControls", OwnershipControls=enforced),)
    assert found.undo == (put("PutBucketOwnershipControls", OwnershipControls=held),)
    assert found.safety == "risky"
    assert edit(OWNERSHIP, FACTS, None, wanted).undo == (put("DeleteBucketOwnershipControls"),)


def test_a_key_is_set_and_the_rest_of_the_rule_stays() -> None:
    name = "ServerSideEncryptionConfiguration"
    before = encrypted(SSEAlgorithm="AES256")
    found = edit(ENCRYPTION, FACTS, before, {"kms_key.arn": KEY})
    after = encrypted(SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY)
    assert found.after == after
    assert found.calls == (put("PutBucketEncryption", **{name: after[name]}),)
    assert found.undo == (put("PutBucketEncryption", **{name: before[name]}),)
    assert found.safety == "risky"


def test_two_layers_of_encryption_stay_two() -> None:
    found = edit(ENCRYPTION, FACTS, encrypted(SSEAlgorithm="aws:kms:dsse", KMSMasterKeyID="x"), {"kms_key.arn": KEY})
    assert found.after == encrypted(SSEAlgorithm="aws:kms:dsse", KMSMasterKeyID=KEY)


def test_a_bucket_without_default_encryption_loses_it_again() -> None:
    assert edit(ENCRYPTION, FACTS, None, {"kms_key.arn": KEY}).undo == (put("DeleteBucketEncryption"),)


@pytest.mark.parametrize(
    ("raw", "undo", "safety"),
    [
        ({}, None, "risky"),
        ({"Status": "Suspended"}, "Suspended", "safe"),
        ({"Status": "Suspended", "MFADelete": "Enabled"}, "Suspended", "manual"),
    ],
)
def test_versions_are_kept_and_what_cannot_be_undone_says_so(raw: Any, undo: str | None, safety: str) -> None:
    found = edit(VERSIONING, FACTS, raw, {"versioning": "on"})
    assert found.calls == (put("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"}),)
    back = (put("PutBucketVersioning", VersioningConfiguration={"Status": undo}),) if undo else None
    assert (found.undo, found.safety) == (back, safety)


@pytest.mark.parametrize(
    ("repair", "wanted"),
    [
        (PUBLIC_ACCESS, {"blocks_public_access": False}),
        (OWNERSHIP, {"acls_disabled": False}),
        (VERSIONING, {"versioning": "off"}),
    ],
)
def test_nothing_is_turned_off(repair: Repair, wanted: Any) -> None:
    assert edit(repair, FACTS, {}, wanted).calls == ()


@pytest.mark.parametrize("repair", [PUBLIC_ACCESS, OWNERSHIP, ENCRYPTION])
def test_what_is_not_set_is_read_as_nothing(repair: Repair) -> None:
    assert read(repair, FACTS, {str(repair.reads[0]): ABSENT}) is None
