"""CloudWatch anomaly detectors, on one metric or on metric math."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bedaudit.sandbox.backends.cloudwatch_metrics import dimensions
from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page

_LEGACY = ("Namespace", "MetricName", "Dimensions", "Stat")
_SINGLE, _MATH = "SingleMetricAnomalyDetector", "MetricMathAnomalyDetector"


@dataclass(slots=True)
class Detectors:
    """The detectors of an account and region, as they are shown."""

    shown: list[dict[str, Any]] = field(default_factory=list)


@operation("cloudwatch", "PutAnomalyDetector")
def put(call: Call) -> Reply:
    """Makes a detector, or replaces the one on the same thing; it begins untrained."""
    detector = {**_subject(call.parameters), "StateValue": "PENDING_TRAINING"}
    detector.update(call.given("Configuration", "MetricCharacteristics"))
    detectors = call.here(Detectors)
    detectors.shown = [other for other in detectors.shown if _identity(other) != _identity(detector)]
    detectors.shown.append(detector)
    return {}


@operation("cloudwatch", "DescribeAnomalyDetectors")
def describe(call: Call) -> Reply:
    """Detectors on single metrics, unless types are named; at most 100 a page."""
    wanted, types = call.parameters, call.parameters.get("AnomalyDetectorTypes") or ["SINGLE_METRIC"]
    found = [d for d in call.here(Detectors).shown if _type(d) in types and _selected(d, wanted)]
    return page(call, "AnomalyDetectors", found, 100, ("NextToken", "MaxResults"))


@operation("cloudwatch", "DeleteAnomalyDetector")
def delete(call: Call) -> Reply:
    """Deletes the detector on a thing."""
    detectors, identity = call.here(Detectors), _identity(_subject(call.parameters))
    kept = [other for other in detectors.shown if _identity(other) != identity]
    if len(kept) == len(detectors.shown):
        raise AwsError("ResourceNotFoundException", "Anomaly detector does not exist", 404)
    detectors.shown = kept
    return {}


def _subject(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What it watches; single metrics are shown both as a structure and as the older plain members."""
    if math := parameters.get(_MATH):
        return {_MATH: math}
    single = parameters.get(_SINGLE) or {n: parameters[n] for n in _LEGACY if parameters.get(n) is not None}
    plain = {"Dimensions": [], **{name: value for name, value in single.items() if value is not None}}
    return {_SINGLE: plain, **{name: plain[name] for name in _LEGACY if name in plain}}


def _identity(detector: Mapping[str, Any]) -> object:
    if math := detector.get(_MATH):
        return str(math)
    metric = detector[_SINGLE]
    return metric.get("Namespace"), metric.get("MetricName"), dimensions(metric["Dimensions"]), metric.get("Stat")


def _type(detector: Mapping[str, Any]) -> str:
    return "METRIC_MATH" if _MATH in detector else "SINGLE_METRIC"


def _selected(detector: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if any(wanted.get(n) is not None and detector.get(n) != wanted[n] for n in ("Namespace", "MetricName")):
        return False
    return not wanted.get("Dimensions") or dimensions(detector.get("Dimensions")) == dimensions(wanted["Dimensions"])
