"""What ships in `policies/`: one topic each, no question twice, and nothing claimed that cannot be supported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from bedaudit.kinds import kinds
from bedaudit.policy.builtin import builtin_policies
from bedaudit.policy.load import load
from bedaudit.policy.model import Control

POLICIES = {
    "agents",
    "alarms",
    "audit-trail",
    "baseline",
    "cost",
    "dashboards",
    "guardrails",
    "lab",
    "organization",
    "quality",
    "regulated",
    "tracing",
}
SUPPORTED: Mapping[str, set[str]] = {
    "aws-well-architected-genai": {"GENSEC01-BP04", "GENOPS02", "GENCOST"},
    "iso-27001-2022": {"A.8.11", "A.8.15", "A.8.16", "A.8.24"},
    "iso-42001-2023": {"A.6.2.6", "A.6.2.8"},
    "mitre-atlas": {"AML.M0024", "AML.T0024", "AML.T0029", "AML.T0034", "AML.T0051", "AML.T0057"},
    "nist-800-53-r5": {
        *("AU-2", "AU-3", "AU-5", "AU-6", "AU-9", "AU-11", "AU-12", "CA-7", "SI-4", "SI-12", "SC-12", "SC-13", "SC-28")
    },
    "nist-ai-rmf-1.0": {"MEASURE 2.4", "MANAGE 4.1", "GOVERN 1.5"},
    "owasp-llm-2026": {"LLM01", "LLM02", "LLM06", "LLM08"},
    "security-hub": {
        *("CloudWatch.15", "CloudWatch.16", "CloudWatch.17"),
        *("CloudTrail.1", "CloudTrail.2", "CloudTrail.4", "CloudTrail.5"),
    },
    "soc-2": {"CC6.1", "CC7.2", "CC7.3"},
}
"""By framework, the controls for which observability of Bedrock is evidence."""
UNMAPPED = {"log-deliveries-have-a-source", "invocation-logging-role-is-guarded-against-confused-deputy"}
"""What no framework asks; nor does any ask for a lab."""

CONTROLS = {
    control.id: control for name in POLICIES for policy in load([f"builtin:{name}"]) for control in policy.controls
}


def test_each_topic_has_its_policy() -> None:
    assert set(builtin_policies()) == POLICIES


def test_each_kind_has_a_control() -> None:
    assert {control.kind for control in CONTROLS.values()} == set(kinds())


def test_no_topic_asks_what_the_baseline_or_another_topic_asks() -> None:
    topics = [control for control in CONTROLS.values() if control.policy != "bedrock-lab"]
    baseline = {_question(control) for control in topics if control.policy == "bedrock-baseline"}
    asked = Counter([*baseline, *(_question(one) for one in topics if one.policy != "bedrock-baseline")])
    assert {question: times for question, times in asked.items() if times > 1} == {}


def _question(control: Control) -> str:
    """What it asks of which resources; when it does is not a question of its own."""
    return repr((control.kind, control.mode, control.where, control.condition, control.for_each))


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_a_control_gives_its_reason_its_source_and_examples(name: str) -> None:
    control = CONTROLS[name]
    assert control.why
    assert all(reference.startswith("https://docs.aws.amazon.com/") for reference in control.references)
    assert control.references
    assert {"pass", "fail", "unknown"} <= {example.outcome for example in control.examples}


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_a_control_claims_only_what_it_is_evidence_for(name: str) -> None:
    claimed = CONTROLS[name].frameworks
    assert {framework: set(ids) - SUPPORTED.get(framework, set()) for framework, ids in claimed.items()} == {
        framework: set() for framework in claimed
    }
    assert bool(claimed) == (name not in UNMAPPED and not name.startswith("lab-"))
