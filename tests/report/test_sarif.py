from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import attr
import pytest
import sarif_om
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker

from bedaudit.errors import ReportError
from bedaudit.model import Baseline, Finding, Gap, Mark, Report, Site, SiteGap
from bedaudit.report import REPORTERS, Options
from bedaudit.report.sarif_rules import rules
from bedaudit.report.sarif_writer import members
from tests.report.golden import assert_golden
from tests.report.hostile import HOSTILE, filled
from tests.report.sample import CLOSED, CONTROLS, DATA, DEV, PROD, REPORT, finding

For = Literal["github", "any"]
BOTH: tuple[For, For] = ("any", "github")

PACKAGE = Path("node_modules/@microsoft/sarif-multitool-linux")
INSTALLED = Path(__file__).parents[2] / ".cache" / "npm" / PACKAGE / "Sarif.Multitool"
MULTITOOL = Path(os.environ.get("BEDAUDIT_SARIF_MULTITOOL") or INSTALLED)
needs_multitool = pytest.mark.skipif(
    not MULTITOOL.exists(),
    reason="no SARIF multitool: npm install --prefix .cache/npm @microsoft/sarif-multitool-linux",
)

GITHUB_RULES = ("ProvideRequiredLocationProperties", "InlineThreadFlowLocations", "ProvideRequiredRegionProperties",
                "ReviewArraysThatExceedConfigurableDefaults", "LocationsMustBeRelativeUrisOrFilePaths",
                "ProvideCheckoutPath", "ProvideFullyFormattedMessageStrings")  # fmt: skip
CONFIGURATION = "".join(
    f"<Properties Key='GH{1001 + number}.{name}.Options'><Property Key='RuleEnabled' Value='Error' /></Properties>"
    for number, name in enumerate(GITHUB_RULES)
)
NETWORK = {"SARIF2006"}
"""Rules that fetch what a log names."""


def text(report: Report, sarif_for: For = "any") -> str:
    return "".join(REPORTERS["sarif"](report, Options(sarif_for=sarif_for)))


def log(report: Report = REPORT, sarif_for: For = "any") -> Any:
    return json.loads(text(report, sarif_for))


def only(*findings: Finding, gaps: Sequence[SiteGap] = ()) -> Report:
    return dataclasses.replace(REPORT, findings=findings, gaps=tuple(gaps), notices=())


def result(of: Finding, sarif_for: For = "any") -> Any:
    ((found,),) = (run["results"] for run in log(only(of), sarif_for)["runs"])
    return found


def categories(log: Mapping[str, Any]) -> list[str]:
    return [run["automationDetails"]["id"] for run in log["runs"]]


LOGGING = "invocation-logging-is-enabled"
FAILED = next(each for each in REPORT.findings if each.outcome == "fail")
UNKNOWN = next(each for each in REPORT.findings if each.outcome == "unknown" and each.site.account == DATA)
WAIVED, WAIVED_UNKNOWN = (each for each in REPORT.findings if each.outcome == "waived")


@pytest.mark.parametrize("sarif_for", BOTH)
def test_the_golden_log(sarif_for: For) -> None:
    assert_golden(f"{sarif_for}.sarif", json.dumps(log(REPORT, sarif_for), indent=1) + "\n")


def test_every_account_has_its_run_and_its_category_even_when_nothing_failed() -> None:
    found = log()
    assert categories(found) == [f"bedaudit/{account}/0f3c9d1e" for account in (PROD, DEV, DATA, CLOSED)]
    assert [len(run["results"]) for run in found["runs"]] == [8, 0, 4, 7]


@pytest.mark.parametrize(
    ("name", "category"),
    [("eu", "bedaudit/eu"), ("two words/more", "bedaudit/two words/more"), ("\x1b[1m", "bedaudit/\\x1b[1m")],
)
def test_scans_of_one_account_that_are_named_share_no_category(name: str, category: str) -> None:
    named = Options(sarif_for="github", sarif_category=name)
    found = json.loads("".join(REPORTERS["sarif"](REPORT, named)))
    assert categories(found) == [f"{category}/{account}/0f3c9d1e" for account in (PROD, DEV, DATA)]


def test_an_account_that_was_not_entered_is_an_unsuccessful_run_and_is_left_out_for_github() -> None:
    successful = {run["automationDetails"]["id"]: run["invocations"][0]["executionSuccessful"] for run in log()["runs"]}
    assert [category for category, whole in successful.items() if not whole] == [f"bedaudit/{CLOSED}/0f3c9d1e"]
    assert categories(log(sarif_for="github")) == [f"bedaudit/{account}/0f3c9d1e" for account in (PROD, DEV, DATA)]


def test_an_account_of_whose_sites_none_was_read_counts_as_not_entered() -> None:
    there = Site(PROD, "us-east-1")
    unread = finding(LOGGING, "unknown", there, "Not reached.", gaps=(Gap("unreachable"),))
    gap = SiteGap(PROD, "prod", "us-east-1", Gap("unreachable"))
    report = only(unread, gaps=[gap])
    assert log(report)["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert categories(log(report, "github")) == ["bedaudit/0f3c9d1e"]
    elsewhere = finding(LOGGING, "pass", Site(PROD, "eu-west-1"), "It is enabled.")
    assert categories(log(only(unread, elsewhere, gaps=[gap]), "github")) == [f"bedaudit/{PROD}/0f3c9d1e"]


def test_an_interrupted_scan_closes_no_alert() -> None:
    report = only(FAILED, gaps=[SiteGap("*", "", "*", Gap("not_read", message="the scan was interrupted"))])
    (run,) = log(report)["runs"]
    assert run["automationDetails"]["id"] == f"bedaudit/{PROD}/0f3c9d1e"
    assert run["invocations"][0]["executionSuccessful"] is False
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification == {
        "message": {"text": "not read: the scan was interrupted."},
        "descriptor": {"id": "not_read"},
        "level": "error",
    }
    assert categories(log(report, "github")) == ["bedaudit/0f3c9d1e"]


@pytest.mark.parametrize("sarif_for", BOTH)
def test_a_log_has_a_run_even_when_nothing_was_judged(sarif_for: For) -> None:
    (run,) = log(only(), sarif_for)["runs"]
    assert (run["automationDetails"], run["results"]) == ({"id": "bedaudit/0f3c9d1e"}, [])


def test_a_failure_says_account_and_region_first_and_points_to_policy_and_resource() -> None:
    heard = next(each for each in REPORT.findings if each.control == "alarms-are-heard" and each.outcome == "fail")
    found = result(heard)
    del found["properties"]
    assert found == {
        "ruleId": "alarms-are-heard",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": f"{PROD} us-east-1: notifies is false, but must be true. "
            "actions must have at least 1 elements; it is []."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "policies/baseline.yaml"},
                    "region": {"startLine": 46, "startColumn": 5, "endLine": 55, "endColumn": 1},
                },
                "logicalLocations": [
                    {
                        "name": "bedrock-errors",
                        "fullyQualifiedName": f"arn:aws:cloudwatch:us-east-1:{PROD}:alarm:bedrock-errors",
                        "kind": "resource",
                    }
                ],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{heard.id}:1"},
        "suppressions": [],
    }


def test_every_level_is_written_also_where_it_equals_the_default() -> None:
    judged = {each.severity: each for each in REPORT.findings if each.outcome == "fail"}
    assert {severity: result(each)["level"] for severity, each in judged.items()} == {
        "critical": "error",
        "high": "error",
        "medium": "warning",
        "low": "note",
        "info": "note",
    }


def test_what_is_unknown_is_open_and_for_github_a_note_with_the_fingerprint_of_the_failure() -> None:
    failed = dataclasses.replace(UNKNOWN, outcome="fail", gaps=())
    anywhere, github = (result(UNKNOWN, sarif_for) for sarif_for in BOTH)
    assert (anywhere["kind"], anywhere["level"]) == ("open", "none")
    assert ("kind" in github, github["level"]) == (False, "note")
    assert github["partialFingerprints"] == result(failed, "github")["partialFingerprints"]


def test_what_is_waived_is_suppressed_and_for_github_left_out() -> None:
    assert result(WAIVED)["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Migration, SEC-1234 (platform-security@example.com, until 2027-03-31)",
        }
    ]
    assert result(FAILED)["suppressions"] == []
    assert "suppressions" not in result(FAILED, "github")
    assert (result(WAIVED)["level"], "kind" in result(WAIVED)) == ("error", False)
    assert (result(WAIVED_UNKNOWN)["level"], result(WAIVED_UNKNOWN)["kind"]) == ("none", "open")
    assert log(only(WAIVED), "github")["runs"][0]["results"] == []


def test_the_baseline_shows_as_baseline_state() -> None:
    states = [result(dataclasses.replace(FAILED, baseline=each)).get("baselineState") for each in ("new", "unchanged")]
    assert states == ["new", "unchanged"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("/etc/bedaudit/my policy.yaml", "etc/bedaudit/my%20policy.yaml"),
        ("../../shared/./a.yaml", "shared/a.yaml"),
        ("C:\\policies\\a.yaml", "C%3A/policies/a.yaml"),
        ("https://x/a.yaml", "https%3A/x/a.yaml"),
        ("\udcff.yaml", "%5Cudcff.yaml"),
    ],
)
def test_a_policy_is_named_by_a_relative_uri(file: str, uri: str) -> None:
    found = result(dataclasses.replace(FAILED, mark=Mark(file, 1, 1, 2, 1)))
    assert found["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_text_from_aws_becomes_no_link() -> None:
    found = result(dataclasses.replace(FAILED, message="The alarm [ok](https://example.com) fails"))
    assert "[ok] (https://example.com) fails. " in found["message"]["text"]


def test_gaps_and_notices_are_notifications() -> None:
    run = log()["runs"][1]
    (invocation,) = run["invocations"]
    assert invocation == {
        "executionSuccessful": True,
        "startTimeUtc": "2026-11-20T12:00:00Z",
        "endTimeUtc": "2026-11-20T12:03:21Z",
        "toolExecutionNotifications": [
            {
                "message": {"text": f"{DEV} ap-southeast-4: region disabled."},
                "descriptor": {"id": "region_disabled"},
                "level": "note",
            }
        ],
        "toolConfigurationNotifications": [{"message": {"text": notice}, "level": "note"} for notice in REPORT.notices],
    }


def test_a_time_that_is_none_is_left_out() -> None:
    scan = dataclasses.replace(REPORT.scan, started_at="yesterday", finished_at="")
    (invocation,) = log(dataclasses.replace(only(FAILED), scan=scan))["runs"][0]["invocations"]
    assert not {"startTimeUtc", "endTimeUtc"} & invocation.keys()


def test_a_rule_tells_all_that_an_alert_shows() -> None:
    found = {rule["id"]: rule for rule in log()["runs"][0]["tool"]["driver"]["rules"]}
    assert list(found) == sorted(CONTROLS)
    reference = "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html"
    why = "Without it nobody can say afterwards what a model was asked and what it answered."
    title = "Model invocation logging is enabled"
    explain = f"`bedaudit explain {LOGGING}` says what is read and how it is fixed."
    assert found[LOGGING] == {
        "id": LOGGING,
        "name": "InvocationLoggingIsEnabled",
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title}. {why}"},
        "helpUri": reference,
        "help": {
            "text": f"{title}.\n\n{why}\n\n{reference}\n\n{explain}",
            "markdown": f"**{title}.**\n\n{why}\n\n- nist\\-800\\-53\\-r5: AU\\-2, AU\\-12\n\n"
            f"- <{reference}>\n\n{explain}",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "precision": "very-high",
            "security-severity": "9.5",
            "tags": ["security", "observability", "nist-800-53-r5/AU-2", "nist-800-53-r5/AU-12"],
        },
    }
    assert found["log-groups-are-tagged"]["properties"] == {
        "precision": "very-high",
        "problem.severity": "recommendation",
        "tags": ["observability"],
    }


def test_a_control_that_the_report_does_not_carry_is_told_by_its_finding() -> None:
    report = dataclasses.replace(only(FAILED), controls={})
    (rule,) = log(report)["runs"][0]["tool"]["driver"]["rules"]
    assert (rule["id"], rule["fullDescription"]["text"]) == (FAILED.control, f"{FAILED.title}.")


def test_rules_keep_githubs_limits() -> None:
    long = dataclasses.replace(
        CONTROLS[LOGGING],
        id="long-" * 100,
        title="t" * 3000,
        why="w" * 3000,
        frameworks={"nist": tuple(f"AU-{number}" for number in range(50))},
        references=("not a uri", "javascript:alert(1)"),
    )
    (rule,) = members(rules(dataclasses.replace(only(), controls={long.id: long})))
    assert len(rule["name"]) == 255
    assert {len(rule[part]["text"]) for part in ("shortDescription", "fullDescription")} == {1024}
    assert len(rule["properties"]["tags"]) == 20
    assert "helpUri" not in rule


@pytest.mark.parametrize("id_", ["123", "ключ", "-"])
def test_every_rule_has_a_name(id_: str) -> None:
    odd = dataclasses.replace(CONTROLS[LOGGING], id=id_)
    (rule,) = members(rules(dataclasses.replace(only(), controls={id_: odd})))
    assert rule["name"]


def test_more_accounts_or_findings_than_github_takes_are_refused_before_anything_is_written() -> None:
    many = [finding(LOGGING, "pass", Site(f"{number:012}", "us-east-1"), "It is.") for number in range(21)]
    with pytest.raises(ReportError, match="GitHub takes 20 accounts in one SARIF file and there are 21"):
        next(REPORTERS["sarif"](only(*many), Options(sarif_for="github")))
    assert len(log(only(*many))["runs"]) == 21
    assert len(log(only(*many[:20]), "github")["runs"]) == 20
    with pytest.raises(ReportError, match=f"GitHub takes 25,000 findings of one account and {PROD} has 25,001"):
        next(REPORTERS["sarif"](only(*[FAILED] * 25_001), Options(sarif_for="github")))


# The classes and the schema ------------------------------------------------------------------------------------------


@cache
def published_schema() -> Any:
    """The schema that ships with the multitool."""
    return json.loads((MULTITOOL.parent / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))


@cache
def validator() -> Any:
    schema = published_schema()
    kind = Draft4Validator if "draft-04" in schema["$schema"] else Draft202012Validator
    return kind(schema, format_checker=FormatChecker())


@needs_multitool
@pytest.mark.parametrize("sarif_for", BOTH)
def test_the_log_meets_the_published_schema(sarif_for: For) -> None:
    found = log(REPORT, sarif_for)
    assert [error.message for error in validator().iter_errors(found)] == []
    found["runs"][0]["results"][0]["level"] = "bogus"
    assert not validator().is_valid(found)


@needs_multitool
@pytest.mark.parametrize("sarif_for", BOTH)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_log_meets_the_schema_whatever_text_it_holds(hostile: str, sarif_for: For) -> None:
    found = log(filled(REPORT, HOSTILE[hostile]), sarif_for)
    assert [error.message for error in validator().iter_errors(found)] == []


@needs_multitool
def test_every_class_that_is_used_writes_only_names_of_the_schema() -> None:
    schema = published_schema()
    for name in ("Result", "Suppression", "ReportingDescriptor", "Invocation", "Notification", "Run", "ToolComponent"):
        kind = getattr(sarif_om, name)
        whole = kind(**{field.name: "?" for field in attr.fields(kind)})
        known = schema["definitions"][name[0].lower() + name[1:]]["properties"]
        assert set(members(whole)) <= set(known), name


def organization() -> Report:
    """Accounts with many findings each, compared with a baseline; the multitool still thinks that GitHub takes five."""
    here = [each for each in REPORT.findings if each.site.account == PROD]
    baselines: tuple[Baseline | None, ...] = ("new", "unchanged", "fixed", None)
    return only(
        *(
            dataclasses.replace(
                each,
                site=dataclasses.replace(each.site, account=f"{account:012}"),
                each=str(number),
                baseline=baselines[number % 4],
            )
            for account in range(5)
            for number in range(30)
            for each in here
        )
    )


WHOLE = {
    "sample": REPORT,
    "hostile": filled(REPORT, "".join(HOSTILE.values())),
    "organization": organization(),
    "nothing found": only(next(each for each in REPORT.findings if each.outcome == "pass")),
    "nothing judged": dataclasses.replace(only(), controls={}),
}


@needs_multitool
@pytest.mark.parametrize("sarif_for", BOTH)
@pytest.mark.parametrize("name", WHOLE)
def test_the_multitool_finds_no_error_and_no_warning(tmp_path: Path, name: str, sarif_for: For) -> None:
    report = WHOLE[name]
    checked, out, configuration = (tmp_path / name for name in ("log.sarif", "out.sarif", "github.xml"))
    checked.write_text(text(report, sarif_for), encoding="ascii")
    configuration.write_text(f"<?xml version='1.0' encoding='utf-8'?><Properties>{CONFIGURATION}</Properties>")
    done = subprocess.run(
        [MULTITOOL, "validate", checked, "--config", configuration, "--rule-kind", "Sarif;Ghas", "-o", out,
         "--level", "Error;Warning;Note", "--log", "ForceOverwrite"],
        capture_output=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    (run,) = json.loads(out.read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True
    told = [
        (each["ruleId"], each.get("level", "warning"), each["message"].get("arguments"))
        for each in run["results"]
        if each["ruleId"] not in NETWORK
    ]
    assert told, "the multitool says nothing: it looked at nothing"
    assert [each for each in told if each[1] in ("error", "warning")] == []
