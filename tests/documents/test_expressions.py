"""What a metric math expression is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedaudit.documents.expressions import (
    is_band,
    is_insights,
    is_search,
    may_do_without,
    reachable,
    references,
)

IDS = ("m1", "m2", "errors", "e1")


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("100 * m1 / (m1 + m2)", ("m1", "m2")),
        ("SUM([m1,errors])", ("m1", "errors")),
        ("SUM(METRICS())", IDS),
        ('SUM(METRICS("m"))', ("m1", "m2")),
        ("ANOMALY_DETECTION_BAND(m1, 2)", ("m1",)),
        ("IF(m1 > 0, e1, 0)", ("m1", "e1")),
        ("m10 + m3", ()),
        ("SEARCH('{AWS/Bedrock,ModelId} m1', 'Sum')", ()),
        ('SELECT SUM(m1) FROM "AWS/Bedrock"', ()),
        ("", ()),
    ],
)
def test_expressions_refer_to_ids(expression: str, found: tuple[str, ...]) -> None:
    assert references(expression, IDS) == found


def test_only_what_the_result_is_made_of_is_reached() -> None:
    expressions = {"rate": "errors / total", "total": "ok + errors", "ok": None, "errors": None, "unused": None}
    assert reachable(expressions, ["rate"]) == ("rate", "total", "ok", "errors")


def test_a_cycle_ends() -> None:
    assert reachable({"a": "b", "b": "a"}, ["a"]) == ("a", "b")


@pytest.mark.parametrize(
    ("expression", "sorts"),
    [
        (" select AVG(x) FROM y", (True, False, False, True)),
        ("SEARCH('{NS,D} x', 'Sum')", (False, True, False, False)),
        ("SUM(SEARCH('{NS,D} x', 'Sum'))", (False, True, False, True)),
        ("ANOMALY_DETECTION_BAND(m1)", (False, False, True, False)),
        ("FILL(m1, 0) / m2", (False, False, False, True)),
        ("m1 / m2", (False, False, False, False)),
        ("'SEARCH(' + m1", (False, False, False, False)),
    ],
)
def test_sorts_of_expressions(expression: str, sorts: tuple[bool, ...]) -> None:
    assert (is_insights(expression), is_search(expression), is_band(expression), may_do_without(expression)) == sorts


@given(st.text(), st.dictionaries(st.text(max_size=5), st.none() | st.text()))
def test_no_text_breaks_it(expression: str, others: dict[str, str | None]) -> None:
    assert set(reachable({**others, "x": expression}, ["x"])) <= {*others, "x"}
