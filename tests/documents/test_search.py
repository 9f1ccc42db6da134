"""SEARCH expressions."""

from __future__ import annotations

from dataclasses import replace

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
    (search,) = parse(f"SEARCH('{text}', 'p99', 300)")
    assert by_name(search) == Search(expected, "p99")


def by_name(search: Search) -> Search:
    """Without what is said of the values of dimensions."""
    return Search(tuple(replace(one, each=frozenset(), open=False) for one in search.found), search.stat)


@pytest.mark.parametrize(
    ("text", "each", "leaves_out"),
    [
        ('{AWS/Bedrock,ModelId} MetricName="Invocations"', {"ModelId"}, False),
        ('{AWS/Bedrock,ModelId} MetricName="Invocations" ModelId="a.b"', set(), False),
        ('{AWS/Bedrock,ModelId} MetricName="Invocations" ModelId=("a.b" OR "c.d")', {"ModelId"}, True),
        ('{AWS/Bedrock,ModelId} MetricName="Invocations" claude', {"ModelId"}, True),
        ('{AWS/Bedrock} MetricName="Invocations"', set(), False),
        ('Namespace="AWS/Bedrock" MetricName="Invocations"', None, False),
    ],
)
def test_a_search_finds_a_series_for_each_value_of_its_dimensions(
    text: str, each: set[str] | None, leaves_out: bool
) -> None:
    (search,) = parse(f"SEARCH('{text}', 'Sum')")
    assert {(one.each, one.open) for one in search.found} == {(None if each is None else frozenset(each), leaves_out)}


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
    found_by = tuple(by_name(search) for search in parse(text))
    assert found_by == (Search(found("Invocations"), "Sum"), Search(found("InputTokenCount"), None))


@given(st.text() | st.text(alphabet='{},AWS/Bedrock ModelId="()NOTANDOR').map(lambda text: f"SEARCH('{text}', 'Sum')"))
def test_no_text_breaks_it(text: str) -> None:
    assert all(isinstance(search, Search) for search in parse(text))
