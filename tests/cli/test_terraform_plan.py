"""`bedaudit scan --terraform-plan`, as a gate before deployment runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import bedaudit
from tests.terraform.plans import GOOD, plan

GATE = ("scan", "--terraform-plan", "plan.json")
BUCKET = "large-invocation-data-has-a-bucket"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "plan.json").write_bytes(plan(*GOOD))
    (tmp_path / "main.tf").write_text('resource "aws_bedrock_model_invocation_logging_configuration" "this" {}\n')
    return tmp_path


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "critical"), 0),
        (("--exit-zero",), 0),
        (("--from", "snapshot.gz"), 2),
        (("--org",), 2),
        (("--region", "eu-west-1", "--region", "eu-west-2"), 2),
    ],
)
def test_exit_code_says_whether_the_plan_may_be_applied(here: Path, options: tuple[str, ...], code: int) -> None:
    assert bedaudit(*GATE, *options, at=here).code == code


def test_plan_that_is_not_complete_is_not_green(here: Path) -> None:
    (here / "plan.json").write_bytes(plan(*GOOD, complete=False))
    assert bedaudit(*GATE, "--fail-on", "critical", at=here).code == 3


def test_file_that_is_not_there_is_exit_2(here: Path) -> None:
    (here / "plan.json").unlink()
    assert "plan.json: cannot be read: No such file" in bedaudit(*GATE, at=here).err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{}", "is not a plan as `terraform show -json PLAN` writes it: format_version: Field required"),
        (b"no json", "Invalid JSON"),
        (b'{"format_version": "2.0", "planned_values": {}}', "is of format version '2.0'; bedaudit reads version 1"),
        (b"[" * 100_000, "Invalid JSON"),
        (plan(*GOOD, configuration={}), "does not tell in which region aws_kms_key.logs is: say it with --region"),
        (plan(), "nothing was judged"),
        (plan(*GOOD, errored=True), "Terraform could not finish this plan"),
    ],
    ids=["empty", "text", "version", "deep", "region", "nothing", "errored"],
)
def test_file_that_cannot_be_judged_is_exit_2_and_says_why(here: Path, text: bytes, said: str) -> None:
    (here / "plan.json").write_bytes(text)
    ran = bedaudit(*GATE, at=here)
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_text_and_annotations_name_address_and_line(here: Path) -> None:
    only = ("--control", BUCKET)
    assert "planned as aws_bedrock_model_invocation_logging_configuration.this, main.tf:1" in " ".join(
        bedaudit(*GATE, *only, at=here).out.split()
    )
    assert bedaudit(*GATE, *only, "--format", "github", at=here).out.startswith("::error file=main.tf,line=1,")


def test_sarif_points_at_the_configuration_and_names_the_address(here: Path) -> None:
    ran = bedaudit(*GATE, "--control", BUCKET, "--format", "sarif", at=here)
    (result,) = ran.json["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "main.tf"}
    assert location["physicalLocation"]["region"]["startLine"] == 1
    assert location["logicalLocations"][0]["fullyQualifiedName"] == (
        "aws_bedrock_model_invocation_logging_configuration.this"
    )
