"""The catalogue knows what AWS publishes, and what to use instead of what it does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bedaudit.documents.catalogue import (
    UNDECIDED,
    Verdict,
    covers,
    is_bedrock,
    is_sensible,
    metrics_with,
    namespaces,
    why_impossible,
    why_no_set,
)

BEDROCK, GUARDRAILS, AGENTS, MANTLE = "AWS/Bedrock", "AWS/Bedrock/Guardrails", "AWS/Bedrock/Agents", "AWS/BedrockMantle"
MODEL = {"ModelId": "anthropic.claude-sonnet-4-5-20250929-v1:0"}


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions"),
    [
        (BEDROCK, "Invocations", {}),
        (BEDROCK, "InvocationLatency", MODEL),
        (BEDROCK, "CacheReadInputTokens", MODEL),
        (BEDROCK, "CacheReadInputTokenCount", MODEL),
        (BEDROCK, "OutputImageCount", MODEL | {"ImageSize": "512", "BucketedStepSize": "50"}),
        (BEDROCK, "ModelInvocationLogsCloudWatchDeliveryFailure", {}),
        (GUARDRAILS, "InvocationsIntervened", {"GuardrailPolicyType": "ContentPolicy"}),
        (GUARDRAILS, "Invocations", {"GuardrailArn": "arn", "GuardrailVersion": "DRAFT"}),
        (AGENTS, "outputTokenCount", MODEL | {"Operation": "InvokeAgent"}),
        (AGENTS, "ModelInvocationCLientErrors", {"Operation": "InvokeInlineAgent"}),
        (MANTLE, "InputTokens", {"Project": "p", "Model": "m"}),
        ("AWS/Logs", "LogEventsWithFindings", {}),
    ],
)
def test_what_aws_documents_is_possible(namespace: str, metric: str, dimensions: Mapping[str, str]) -> None:
    assert why_impossible(namespace, metric, dimensions) is None


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions", "why"),
    [
        (
            BEDROCK,
            "ContentFilteredCount",
            {},
            (
                "AWS/Bedrock has no metric ContentFilteredCount; "
                "use InvocationsIntervened of AWS/Bedrock/Guardrails (by GuardrailPolicyType)"
            ),
        ),
        (
            BEDROCK,
            "GuardrailsBlockedInputs",
            {},
            (
                "AWS/Bedrock has no metric GuardrailsBlockedInputs; "
                "use InvocationsIntervened of AWS/Bedrock/Guardrails (by GuardrailPolicyType)"
            ),
        ),
        (
            BEDROCK,
            "ModelInvocationThrottles",
            {},
            "AWS/Bedrock has no metric ModelInvocationThrottles; use InvocationThrottles",
        ),
        (
            BEDROCK,
            "ModelInvocationClientError",
            {},
            "AWS/Bedrock has no metric ModelInvocationClientError; use InvocationClientErrors",
        ),
        (BEDROCK, "InvocationCount", {}, "AWS/Bedrock has no metric InvocationCount; use Invocations"),
        (
            BEDROCK,
            "ErrorCount",
            {},
            "AWS/Bedrock has no metric ErrorCount; use InvocationClientErrors and InvocationServerErrors",
        ),
        (BEDROCK, "TrainingJobFailures", {}, "AWS/Bedrock has no metric TrainingJobFailures"),
        (BEDROCK, "invocations", {}, "AWS/Bedrock has no metric invocations; it is spelt Invocations"),
        (
            BEDROCK,
            "InvocationsIntervened",
            {},
            "AWS/Bedrock has no metric InvocationsIntervened; AWS/Bedrock/Guardrails has",
        ),
        (
            MANTLE,
            "InvocationLatency",
            {},
            "AWS/BedrockMantle has no metric InvocationLatency; AWS/Bedrock or AWS/Bedrock/Guardrails has",
        ),
        ("aws/bedrock", "Invocations", {}, "there is no namespace aws/bedrock; it is spelt AWS/Bedrock"),
        (
            BEDROCK,
            "Invocations",
            {"ModelId": "*"},
            (
                "ModelId is '*', and CloudWatch takes * literally; leave the dimension out, "
                'or use a Metrics Insights query on SCHEMA("AWS/Bedrock", ModelId)'
            ),
        ),
        (
            BEDROCK,
            "ModelInvocationLogsS3DeliveryFailure",
            MODEL,
            "AWS/Bedrock never publishes ModelInvocationLogsS3DeliveryFailure by ModelId; it does without dimensions",
        ),
        (
            BEDROCK,
            "Invocations",
            {"ModelID": "x"},
            (
                "AWS/Bedrock never publishes Invocations by ModelID; "
                "it does by ContextWindow and ModelId, by ModelId or without dimensions"
            ),
        ),
        (
            GUARDRAILS,
            "InvocationLatency",
            {"GuardrailPolicyType": "TopicPolicy"},
            (
                "AWS/Bedrock/Guardrails never publishes InvocationLatency by GuardrailPolicyType; it does by "
                "GuardrailArn and GuardrailVersion, by GuardrailContentSource or by Operation"
            ),
        ),
        (
            GUARDRAILS,
            "Invocations",
            {"Operation": "InvokeModel"},
            "AWS/Bedrock/Guardrails has no Operation InvokeModel; it has ApplyGuardrail",
        ),
    ],
)
def test_what_cannot_be_says_what_to_use(namespace: str, metric: str, dimensions: Mapping[str, str], why: str) -> None:
    assert why_impossible(namespace, metric, dimensions) == why


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions"),
    [
        ("AWS/Bedrock-AgentCore", "Latency", {"Anything": "x"}),
        ("AWS/Bedrock-AgentCore", "ActiveSessionCount", {"Other": "x"}),
        (GUARDRAILS, "Invocations", {}),
        ("AWS/BedrockAgent", "Retrieve", {}),
    ],
)
def test_what_is_not_documented_is_undecided(namespace: str, metric: str, dimensions: Mapping[str, str]) -> None:
    assert why_impossible(namespace, metric, dimensions) is UNDECIDED


@pytest.mark.parametrize(
    ("metric", "stat", "unit", "verdict"),
    [
        ("InvocationLatency", "p99", None, None),
        ("InvocationLatency", "p99.9", "Milliseconds", None),
        ("InvocationLatency", "TM(10%:90%)", None, None),
        ("InvocationLatency", "p100", None, None),
        ("InvocationLatency", "p101", None, "CloudWatch has no statistic p101"),
        ("InvocationLatency", "Median", None, "CloudWatch has no statistic Median"),
        (
            "InvocationLatency",
            "p99",
            "Seconds",
            "InvocationLatency is published in Milliseconds, and asking for Seconds finds nothing; leave the unit out",
        ),
        ("Invocations", "Sum", "Count", None),
        ("Invocations", "Sum", "None", UNDECIDED),
        (
            "Invocations",
            "Sum",
            "Milliseconds",
            "Invocations is published in Count, and asking for Milliseconds finds nothing; leave the unit out",
        ),
    ],
)
def test_statistic_and_unit_must_fit(metric: str, stat: str, unit: str | None, verdict: Verdict) -> None:
    assert why_impossible(BEDROCK, metric, {}, stat, unit) == verdict


@pytest.mark.parametrize(
    ("metric", "stat", "sensible"),
    [
        ("InvocationThrottles", "Sum", True),
        ("InvocationThrottles", "Average", False),
        ("InvocationThrottles", "SampleCount", False),
        ("InvocationLatency", "p99", True),
        ("InvocationLatency", "Average", True),
        ("InvocationLatency", "Sum", False),
        ("InvocationLatency", "TS(:90%)", False),
        ("InputTokenCount", "Sum", True),
        ("InputTokenCount", "p90", True),
        ("InputTokenCount", "SampleCount", False),
        ("Nonesuch", "Sum", None),
    ],
)
def test_some_statistics_say_nothing(metric: str, stat: str, sensible: bool | None) -> None:
    assert is_sensible(BEDROCK, metric, stat) is sensible


def test_a_query_needs_only_some_of_the_dimensions() -> None:
    assert why_no_set(GUARDRAILS, "Invocations", ["GuardrailArn"], exact=False) is None
    assert isinstance(why_no_set(GUARDRAILS, "Invocations", ["GuardrailArn"]), str)


def test_other_namespaces_are_not_covered() -> None:
    assert [
        covers(*of) for of in (("AWS/Logs", "IncomingBytes"), ("AWS/Lambda", "Errors"), ("mine", "Invocations"))
    ] == [
        False,
        False,
        False,
    ]
    assert covers("AWS/Logs", "LogEventsWithFindings")
    assert covers("AWS/BedrockAgent", "Retrieve")
    assert (is_bedrock("AWS/Logs"), is_bedrock("AWS/BedrockMantle"), is_bedrock("AWS/Bedrok")) == (False, True, False)


def test_metrics_are_found_by_their_dimensions() -> None:
    assert {metric.name for metric in metrics_with(MANTLE, ["Model", "Project"])} == {
        "Inferences",
        "InferenceClientErrors",
        "InputTokens",
        "OutputTokens",
    }
    assert metrics_with(BEDROCK, ["ModelID"]) == ()


def test_every_namespace_names_its_page() -> None:
    assert all(known.source.startswith("https://docs.aws.amazon.com/") for known in namespaces().values())
