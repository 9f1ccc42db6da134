"""What a metric math expression refers to.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_ID = re.compile(r"(?<![A-Za-z0-9_.])[a-z][A-Za-z0-9_]*")
_METRICS = re.compile(r"\bMETRICS\s*+\(\s*+(?:\"([^\"]*)\"|'([^']*)')?\s*+\)", re.IGNORECASE)
_BAND = re.compile(r"\s*ANOMALY_DETECTION_BAND\s*\(", re.IGNORECASE)
_TOLERANT = re.compile(r"\b(?:FILL|IF|SUM|AVG|MIN|MAX|METRICS|METRIC_COUNT|DATAPOINT_COUNT)\s*\(", re.IGNORECASE)
_SUMMED = re.compile(r"\b(?:SUM|AVG|MIN|MAX)\s*\(", re.IGNORECASE)
_INSIGHTS = re.compile(r"\s*SELECT\s", re.IGNORECASE)
_SEARCH = re.compile(r"\bSEARCH\s*\(", re.IGNORECASE)


def references(expression: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Those of `ids` that the expression refers to, by name or through METRICS(); in the order of `ids`."""
    known = tuple(ids)
    if is_insights(expression):
        return ()
    named = set(_ID.findall(_TEXT.sub(" ", expression)))
    for call in _METRICS.finditer(expression):
        part = call[1] or call[2] or ""
        named |= {id_ for id_ in known if part in id_}
    return tuple(id_ for id_ in known if id_ in named)


def reachable(expressions: Mapping[str, str | None], roots: Iterable[str]) -> tuple[str, ...]:
    """The ids that `roots` are made of, themselves included; `expressions` by id, None for a metric."""
    found: dict[str, None] = {}
    waiting = [root for root in roots if root in expressions]
    while waiting:
        id_ = waiting.pop(0)
        if id_ in found:
            continue
        found[id_] = None
        waiting += references(expressions[id_] or "", (other for other in expressions if other != id_))
    return tuple(id_ for id_ in expressions if id_ in found)


def is_insights(expression: str) -> bool:
    """Whether it is a Metrics Insights query."""
    return _INSIGHTS.match(expression) is not None


def is_search(expression: str) -> bool:
    """Whether it searches for metrics."""
    return not is_insights(expression) and _SEARCH.search(_TEXT.sub(" ", expression)) is not None


def is_band(expression: str) -> bool:
    """Whether it is an anomaly detection band."""
    return _BAND.match(expression) is not None


def may_do_without(expression: str) -> bool:
    """Whether it may have a value though one of its metrics has none."""
    return _TOLERANT.search(_TEXT.sub(" ", expression)) is not None


def is_summed(expression: str) -> bool:
    """Whether it makes one line of many."""
    return _SUMMED.search(_TEXT.sub(" ", expression)) is not None
