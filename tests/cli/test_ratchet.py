"""`--baseline` and `--only-new`: a gate that lets old failures stand and no new one in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bedaudit.snapshot import SnapshotWriter
from tests.cli.run import bedaudit
from tests.test_audit import END, HEADER, POLICY, record

JUDGE = ("scan", "--from", "now.gz", "--policy", "small.yaml", "--baseline", "then.json")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Then us-east-1 failed and us-west-2 passed; now it is the other way round, and a third region fails too."""
    (tmp_path / "small.yaml").write_text(POLICY)
    for name, enabled in (("then", (False, True, False)), ("now", (True, False, False))):
        with SnapshotWriter(tmp_path / f"{name}.gz", HEADER) as writer:
            for region, each in zip(("us-east-1", "us-west-2", "eu-west-1"), enabled, strict=True):
                writer.write(record("111111111111", region, enabled=each))
            writer.close(END)
    bedaudit("scan", "--from", "then.gz", "--policy", "small.yaml", "-o", "json:then.json", at=tmp_path)
    return tmp_path


def test_the_report_says_what_is_new_unchanged_and_fixed(here: Path) -> None:
    ran = bedaudit(*JUDGE, "-o", "json:now.json", "-o", "sarif:now.sarif", at=here)
    assert ran.code == 1
    now = json.loads((here / "now.json").read_text())
    assert {each["region"]: each["baseline"] for each in now["findings"]} == {
        "us-east-1": "fixed",
        "us-west-2": "new",
        "eu-west-1": "unchanged",
    }
    assert (now["summary"]["fail"], now["summary"]["fixed"]) == (2, 1)
    (run,) = json.loads((here / "now.sarif").read_text())["runs"]
    assert [each["baselineState"] for each in run["results"]] == ["unchanged", "new"]
    assert "logging-is-on NEW" in ran.out
    assert "FIXED   high      logging-is-on" in ran.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--only-new",), 1),
        (("--only-new", "--region", "eu-west-1"), 0),
        (("--region", "eu-west-1"), 1),
        (("--only-new", "--fail-on", "critical"), 0),
        (("--only-new", "--exit-zero"), 0),
    ],
)
def test_only_what_is_new_fails_where_that_is_asked(here: Path, options: tuple[str, ...], code: int) -> None:
    assert bedaudit(*JUDGE, *options, at=here).code == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only-new",), "--only-new says nothing without --baseline REPORT"),
        (("--baseline", "small.yaml"), "small.yaml: line 2: is not JSON: { is missing"),
        (("--baseline", "absent.json"), "absent.json: cannot be read: No such file or directory"),
    ],
)
def test_a_baseline_that_is_none_stops_the_run(here: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = bedaudit("scan", "--from", "now.gz", "--policy", "small.yaml", *arguments, at=here)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
