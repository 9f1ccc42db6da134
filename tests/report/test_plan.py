"""How a plan reads: as a diff with commands to paste, in which nothing that AWS returned acts."""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bedaudit.model import GLOBAL, Call, Finding, Mark, Raw, ResourceName, Site
from bedaudit.reader import Reader
from bedaudit.remedy.apply import Result
from bedaudit.remedy.document import Document, Left
from bedaudit.remedy.plan import Plan, Step
from bedaudit.repairs.repair import Edit, Place, Repair
from bedaudit.report import plan as shown
from bedaudit.report.command_line import command_line
from tests.report.hostile import HOSTILE

SITE = Site("111122223333", "us-east-1")


async def read(aws: Reader, place: Place) -> Raw | None:
    raise AssertionError(f"{aws} is not read here, nor {place}")


def edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    raise AssertionError(f"{raw}, {wanted}, {place}, {site}")


def finding(control: str = "kept", resource: str | None = None) -> Finding:
    about = None if resource is None else ResourceName("log_group", resource, None)
    return Finding(control, control, "low", "fail", SITE, "log_group", about, None, "", "p", Mark("p", 1, 1, 2, 1))


def step(before: Raw | None, after: Raw | None, *calls: Call, name: str = "retention of log group /x") -> Step:
    repair = Repair("r", (), lambda _, __: None, read, edit, (), (), volatile=(("size",),))
    document = Document(repair, Place("us-east-1", name, {}), SITE, {}, (finding(),))
    return Step(document, before, after, calls, (), "safe", "")


PUT = Call("logs", "PutRetentionPolicy", {"logGroupName": "/x", "retentionInDays": 365})
POLICY = Call("iam", "PutRolePolicy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": '{"Version": "2012"}'})
STEPS = (
    step({"retentionInDays": 30, "size": 1}, {"retentionInDays": 365, "size": 2}, PUT),
    replace(step(None, {"Role": {"RoleName": "r"}}, POLICY), undo=None, safety="risky", reason="nothing restores it"),
)
LEFT = (Left(finding("a"), "nobody knows how"), Left(finding("b", "/y"), "nobody knows how"))
TEXT = """\
111122223333 us-east-1
  retention of log group /x
    safe
    for kept
    retentionInDays: 30 -> 365
    aws logs put-retention-policy --region us-east-1 \\
      --log-group-name /x \\
      --retention-in-days 365

  retention of log group /x
    risky: nothing restores it
    for kept
    + Role.RoleName: "r"
    aws iam put-role-policy --region us-east-1 \\
      --cli-input-json '{
      "RoleName": "r",
      "PolicyName": "p",
      "PolicyDocument": "{\\"Version\\": \\"2012\\"}"
    }'
    cannot be undone

left to people
  nobody knows how:
    111122223333 us-east-1 a
    111122223333 us-east-1 b /y

applying it needs
  iam:PutRolePolicy
  logs:PutRetentionPolicy

2 steps (1 safe, 1 risky); 2 findings left to people
the digest of this plan, for fix --plan FILE --digest
  {DIGEST}
"""


def test_plan_reads_like_a_diff() -> None:
    assert "".join(shown.text(Plan(STEPS, LEFT))) == TEXT.replace("{DIGEST}", Plan(STEPS, LEFT).digest)


def test_plan_in_markdown_says_the_same() -> None:
    text = "".join(shown.in_markdown(Plan(STEPS, LEFT)))
    assert text.startswith("# Changes that mend the drift\n\n2 steps (1 safe, 1 risky); 2 findings left to people\n")
    for part in (
        "```diff\nretentionInDays: 30 -> 365\n```",
        "\nnobody knows how:\n\n- 111122223333",
        "- `iam:PutRolePolicy`",
        f"\nThe digest of this plan, for `bedaudit fix --plan FILE --digest`: `{Plan(STEPS, LEFT).digest}`\n",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["a.c: 2 -> 3"]),
        ({"a": 1}, {"a": 1, "b": [1, 2]}, ["b: (not set) -> [1, 2]"]),
        ({}, {"a": {"b": 1}}, ["+ a.b: 1"]),
        ({"a": {"b": 1}}, {}, ["- a.b: 1"]),
        ({"rules": [{"id": "x", "days": 9}]}, {"rules": [{"id": "x", "days": 12}]}, ["rules[0].days: 9 -> 12"]),
        ({"rules": [{"id": "x"}]}, {"rules": [{"id": "x"}, {"id": "y"}]}, ['+ rules[1].id: "y"']),
        ({"names": ["a", "b"]}, {"names": ["b", "c"]}, ['- names: "a"', '+ names: "c"']),
        ({"policy": '{"a": 1}'}, {"policy": '{"a": 2}'}, ["policy.a: 1 -> 2"]),
        ({"text": "{"}, {"text": "["}, ['text: "{" -> "["']),
        (None, {"a": {"b": [{"c": []}]}}, ["+ a.b[0].c: []"]),
        ({"a": {}}, None, ["- a: {}"]),
        ({"size": 1}, {"size": 2}, []),
    ],
)
def test_changes_are_told_where_they_are(before: Any, after: Any, lines: list[str]) -> None:
    assert list(shown.changes(step(before, after))) == lines


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (Call("s3", "DeleteBucketPolicy", {"Bucket": "b"}), ["aws", "s3api", "delete-bucket-policy", "--bucket", "b"]),
        (Call("x", "PutIt", {"Text": "it's; rm"}), ["aws", "x", "put-it", "--cli-input-json", '{"Text": "it\'s; rm"}']),
        (Call("x", "PutIt", {"Text": "file://x"}), ["aws", "x", "put-it", "--cli-input-json", '{"Text": "file://x"}']),
        (Call("x", "PutIt", {"Text": "--x"}), ["aws", "x", "put-it", "--cli-input-json", '{"Text": "--x"}']),
        (Call("x", "PutIt", {"On": True}), ["aws", "x", "put-it", "--cli-input-json", '{"On": true}']),
    ],
)
def test_command_is_one_that_a_shell_takes_as_it_is_meant(call: Call, words: list[str]) -> None:
    assert shlex.split(command_line(call, GLOBAL)) == words


def test_long_command_says_the_same_in_several_lines() -> None:
    given = {"Rules": [{"Text": "it's " + "long " * 20}], "On": True}
    line = command_line(Call("x", "PutIt", given), "us-east-1")
    *words, text = shlex.split(line.replace(" \\\n", " "))
    assert words == ["aws", "x", "put-it", "--region", "us-east-1", "--cli-input-json"]
    assert json.loads(text) == given
    assert len(line.splitlines()) > 5


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_aws_returned_acts(text: str) -> None:
    hostile = replace(step({"a": text}, {"a": {text: text}}, Call("x", "PutIt", {"A": text}), name=text), reason=text)
    plan = Plan((hostile,), (Left(finding("a", text), text),))
    for piece in (*shown.text(plan), *shown.in_markdown(plan), *shown.results([Result(hostile, "failed", text)])):
        assert all(unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Zl"} for each in piece if each != "\n")
        assert not re.search(r"^\s*::", piece, re.MULTILINE)
        assert "##[" not in piece
