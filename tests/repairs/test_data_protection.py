from __future__ import annotations

import json
from typing import Any

import pytest

from bedaudit.model import Call
from bedaudit.repairs.data_protection import MASKING
from tests.repairs.editing import edit, read
from tests.replay import ABSENT

GROUP = "/aws/bedrock/invocations"
FACTS = {"name": GROUP}
EMAIL, NAME = (f"arn:aws:dataprotection::aws:data-identifier/{name}" for name in ("EmailAddress", "Name"))
WANTED = {"masking.masks": ["EmailAddress"]}
AUDIT: dict[str, Any] = {"FindingsDestination": {"S3": {"Bucket": "theirs"}}}


def raw(*statements: Any) -> dict[str, Any]:
    document = {"Name": "theirs", "Version": "2021-06-01", "Statement": list(statements), "Configuration": {"x": 1}}
    text = json.dumps(document, indent=1)
    return {"logGroupIdentifier": GROUP, "policyDocument": text, "lastUpdatedTime": 1, "Document": document}


def put(text: str) -> Call:
    return Call("logs", "PutDataProtectionPolicy", {"logGroupIdentifier": GROUP, "policyDocument": text})


def after(before: Any) -> Any:
    found = edit(MASKING, FACTS, before, WANTED)
    assert found.after is not None
    assert found.undo == (put(before["policyDocument"]),)
    return found.after["Document"]


def test_a_log_group_without_a_policy_gets_one_and_loses_it_again() -> None:
    found = edit(MASKING, FACTS, None, WANTED)
    document = json.loads(found.calls[0].parameters["policyDocument"])
    assert document == {
        "Name": "mask-sensitive-data",
        "Version": "2021-06-01",
        "Statement": [
            {"Sid": "audit", "DataIdentifier": [EMAIL], "Operation": {"Audit": {"FindingsDestination": {}}}},
            {"Sid": "deidentify", "DataIdentifier": [EMAIL], "Operation": {"Deidentify": {"MaskConfig": {}}}},
        ],
    }
    assert found.undo == (Call("logs", "DeleteDataProtectionPolicy", {"logGroupIdentifier": GROUP}),)


def test_a_policy_that_only_audits_masks_too_and_keeps_where_its_findings_go() -> None:
    audits = {"Sid": "theirs", "DataIdentifier": [NAME], "Operation": {"Audit": AUDIT}}
    assert after(raw(audits)) == {
        **raw()["Document"],
        "Statement": [
            {**audits, "DataIdentifier": [NAME, EMAIL]},
            {"DataIdentifier": [NAME, EMAIL], "Operation": {"Deidentify": {"MaskConfig": {}}}},
        ],
    }


def test_what_is_masked_stays_masked() -> None:
    both = [{"DataIdentifier": [NAME], "Operation": {name: {}}} for name in ("Audit", "Deidentify")]
    assert [each["DataIdentifier"] for each in after(raw(*both))["Statement"]] == [[NAME, EMAIL]] * 2


@pytest.mark.parametrize("document", [None, {}, {"Statement": [{"DataIdentifier": EMAIL, "Operation": {}}]}])
def test_what_is_not_understood_is_left_to_people(document: Any) -> None:
    found = edit(MASKING, FACTS, {**raw(), "Document": document}, WANTED)
    assert (found.calls, found.safety) == ((), "manual")


def test_no_document_is_read_as_no_policy() -> None:
    operation = "logs:GetDataProtectionPolicy"
    assert read(MASKING, FACTS, {operation: {"logGroupIdentifier": GROUP}}) is None
    assert read(MASKING, FACTS, {operation: ABSENT}) is None
    reply = {name: value for name, value in raw().items() if name != "Document"}
    assert read(MASKING, FACTS, {operation: reply}) == raw()
