"""Metrics Insights queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.catalogue import UNDECIDED, Verdict
from bedaudit.documents.insights import Filter, Query, parse, why_no_data

NONE = (Filter(),)
BEDROCK = "AWS/Bedrock"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (
            'SELECT SUM(InvocationThrottles) FROM SCHEMA("AWS/Bedrock", ModelId)',
            Query("Sum", "InvocationThrottles", BEDROCK, ("ModelId",), NONE),
        ),
        (
            'select max("Invocations") from "AWS/Bedrock" group by ModelId order by max() desc limit 5',
            Query("Maximum", "Invocations", BEDROCK, None, NONE, ("ModelId",)),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE ModelId = 'a' AND Stage = 'prod'",
            Query("Average", "x", "mine", None, (Filter({"ModelId": "a", "Stage": "prod"}),)),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE ModelId = 'a' OR ModelId IN ('b', 'c')",
            Query("Average", "x", "mine", None, tuple(Filter({"ModelId": one}) for one in "abc")),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE (ModelId = 'a' OR ModelId = 'b') AND Stage = 'prod'",
            Query("Average", "x", "mine", None, tuple(Filter({"ModelId": one, "Stage": "prod"}) for one in "ab")),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE ModelId != 'a' AND tag.env = 'prod'",
            Query("Average", "x", "mine", None, (Filter(open=frozenset({"ModelId", "tag.env"})),)),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE NOT ModelId = 'a'",
            Query("Average", "x", "mine", None, (Filter(open=frozenset({"ModelId"})),)),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE ModelId LIKE 'a%' AND Stage NOT IN ('prod')",
            Query("Average", "x", "mine", None, (Filter(open=frozenset({"ModelId", "Stage"})),)),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE AWS.AccountId = '111122223333'",
            Query("Average", "x", "mine", None, (Filter({"AWS.AccountId": "111122223333"}),)),
        ),
        (
            "SELECT COUNT(x) FROM SCHEMA(mine) WHERE ModelId = 'it''s'",
            Query("SampleCount", "x", "mine", (), (Filter({"ModelId": "it's"}),)),
        ),
        (
            "SELECT AVG(x) FROM mine WHERE ModelId = 'a' AND ModelId = 'b'",
            Query("Average", "x", "mine", None, (Filter(open=frozenset({"ModelId"})),)),
        ),
        ("SELECT MEDIAN(x) FROM mine", None),
        ("SELECT AVG(x)", None),
        ("SELECT AVG(x) FROM mine WHERE", None),
        ("SELECT AVG(x) FROM mine WHERE ModelId", None),
        ("SELECT AVG(x) FROM mine extra", None),
        ("SELECT AVG(x) FROM mine WHERE a = 'unclosed", None),
        ("m1 + m2", None),
        ("", None),
        ("SELECT AVG(x) FROM mine WHERE " + "(" * 500 + "a = 'b'" + ")" * 500, None),
    ],
)
def test_queries_are_read(text: str, query: Query | None) -> None:
    assert parse(text) == query


def test_a_great_many_alternatives_become_one_that_is_open() -> None:
    terms = [" OR ".join(f"l{at} = '{value}'" for value in range(60)) for at in range(2)]
    query = parse(f"SELECT AVG(x) FROM mine WHERE {' AND '.join(f'({term})' for term in terms)}")
    assert query is not None
    assert query.filters == (Filter(open=frozenset({"l0", "l1"})),)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ('SELECT SUM(Invocations) FROM SCHEMA("AWS/Bedrock", ModelId)', None),
        ('SELECT SUM(Invocations) FROM SCHEMA("AWS/Bedrock")', None),
        ('SELECT SUM(Invocations) FROM "AWS/Bedrock" GROUP BY ModelId', None),
        (
            'SELECT SUM(Invocations) FROM SCHEMA("AWS/Bedrock", ModelID)',
            (
                "AWS/Bedrock never publishes Invocations by ModelID; "
                "it does by ContextWindow and ModelId, by ModelId or without dimensions"
            ),
        ),
        (
            "SELECT SUM(Invocations) FROM SCHEMA(\"AWS/Bedrock\") WHERE ModelId = 'a'",
            "ModelId is no dimension of SCHEMA(AWS/Bedrock)",
        ),
        (
            "SELECT SUM(Invocations) FROM \"AWS/Bedrock\" WHERE ModelId = '*'",
            "ModelId is compared with a *, which CloudWatch takes literally; leave the filter out",
        ),
        ("SELECT SUM(Invocations) FROM \"AWS/Bedrock\" WHERE ModelId IN ('a', '*')", None),
        (
            'SELECT SUM(ContentFilteredCount) FROM "AWS/Bedrock"',
            (
                "AWS/Bedrock has no metric ContentFilteredCount; "
                "use InvocationsIntervened of AWS/Bedrock/Guardrails (by GuardrailPolicyType)"
            ),
        ),
        ('SELECT SUM(Latency) FROM "AWS/Bedrock-AgentCore"', UNDECIDED),
    ],
)
def test_what_a_query_can_find(text: str, verdict: Verdict) -> None:
    query = parse(text)
    assert query is not None
    assert why_no_data(query) == verdict


@given(st.text() | st.text(alphabet="SELCTFROMWHNAD '\"()=!,xy").map(lambda text: f"SELECT AVG(x) FROM y {text}"))
def test_no_text_breaks_it(text: str) -> None:
    query = parse(text)
    assert query is None or why_no_data(query) is not None or query.namespace
