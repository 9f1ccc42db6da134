"""SEARCH expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.search import ANY, Found, Search, parse

BEDROCK = "AWS/Bedrock"


def found(*names: str, **dimensions: str) -> tuple[Found, ...]:
    return tuple(Found(BEDROCK, name, dimensions) for name in names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{AWS/Bedrock,ModelId} MetricName="InvocationLatency"', found("InvocationLatency")),
        ('{"AWS/Bedrock", "ModelId"} MetricName="InvocationLatency"', found("InvocationLatency")),
        (
            '{AWS/Bedrock,ModelId} MetricName=("Invocations" OR "InvocationThrottles")',
            found("Invocations", "InvocationThrottles"),
        ),
        (
            '{AWS/Bedrock,ModelId} (MetricName="Invocations" OR MetricName="InvocationThrottles") claude',
            found("Invocations", "InvocationThrottles"),
        ),
        (
            '{AWS/Bedrock,ModelId} MetricName="Invocations" ModelId="a.b"',
            found("Invocations", ModelId="a.b"),
        ),
        ("{AWS/Bedrock,ModelId} InvocationLatency", found("InvocationLatency")),
        ("{AWS/Bedrock,ModelId} MetricName=Throttles", found("InvocationThrottles")),
        ("{AWS/Bedrock,ModelId} Latency NOT Invocation", ()),
        ("{AWS/Bedrock} DeliveryFailure S3 Large", found("ModelInvocationLargeDataS3DeliveryFailure")),
        ('{AWS/Bedrock,ModelID} MetricName="InvocationLatency"', ()),
        ('{AWS/Bedrock,ModelId} MetricName="ContentFilteredCount"', ()),
        ('Namespace="AWS/Bedrock" MetricName="Invocations"', found("Invocations")),
        (
            '{AWS/Bedrock,ModelId} MetricName="Invocations" :aws.AccountId="111122223333"',
            (Found(BEDROCK, "Invocations", {}, "111122223333"),),
        ),
        ("{Mine,Stage} whatever", (Found("Mine", ANY),)),
        ('{Mine,Stage} MetricName="Quality"', (Found("Mine", "Quality"),)),
        ('{AWS/Logs,LogGroupName} MetricName="IncomingBytes"', (Found("AWS/Logs", "IncomingBytes"),)),
        ("CPUUtilization", ()),
        ("", ()),
        ("{AWS/Bedrock,ModelId} (", ()),
        ("{AWS/Bedrock,ModelId} " + "(" * 500, ()),
    ],
)
def test_searches_find_what_aws_publishes(text: str, expected: tuple[Found, ...]) -> None:
    assert parse(f"SEARCH('{text}', 'p99', 300)") == (Search(expected, "p99"),)


def test_a_search_without_terms_finds_all_with_its_dimensions() -> None:
    (search,) = parse("SEARCH('{AWS/BedrockMantle,Project,Model}', 'Sum')")
    assert [one.metric for one in search.found] == [
        "Inferences",
        "InferenceClientErrors",
        "InputTokens",
        "OutputTokens",
    ]


def test_every_search_of_an_expression_counts() -> None:
    text = (
        "SUM(SEARCH('{AWS/Bedrock,ModelId} MetricName=\"Invocations\"','Sum'))"
        ' / SUM(SEARCH("{AWS/Bedrock,ModelId} MetricName=\\"InputTokenCount\\""))'
    )
    assert parse(text) == (Search(found("Invocations"), "Sum"), Search(found("InputTokenCount"), None))


@given(st.text() | st.text(alphabet='{},AWS/Bedrock ModelId="()NOTANDOR').map(lambda text: f"SEARCH('{text}', 'Sum')"))
def test_no_text_breaks_it(text: str) -> None:
    assert all(isinstance(search, Search) for search in parse(text))
