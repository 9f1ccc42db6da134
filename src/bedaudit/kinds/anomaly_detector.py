"""CloudWatch anomaly detectors, without which the band of an alarm is not drawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias, get_args

from bedaudit.kinds.kind import Creation, Kind, resource
from bedaudit.model import Call, Gap, Raw, Resource
from bedaudit.parts import detectors
from bedaudit.parts.detectors import DESCRIBE_DETECTORS, Detector, DetectorType, read_detectors
from bedaudit.parts.watch import Watch
from bedaudit.reader import Reader
from bedaudit.state import State

Training: TypeAlias = Literal["PENDING_TRAINING", "TRAINED_INSUFFICIENT_DATA", "TRAINED"]

TRAINING: tuple[Training, ...] = get_args(Training)


class AnomalyDetector(State):
    """A CloudWatch anomaly detector, which learns what values of a metric or of metric math are normal."""

    type: DetectorType
    """Whether it learns one metric, or the result of metric math."""
    watches: tuple[Watch, ...] | Gap
    """The metric series that it learns from."""
    state: Training | Gap | None = None
    """How far its training is, in AWS's own words; only one that is TRAINED draws a band; missing: AWS does not say."""


async def read(aws: Reader) -> Iterable[Resource]:
    """Every anomaly detector of the site, of both types."""
    return [_resource(detector) for detector in await read_detectors(aws)]


def _resource(detector: Detector) -> Resource:
    return resource("anomaly_detector", id_of(detector.raw), _stated(detector), raw=detector.raw)


def _stated(detector: Detector) -> AnomalyDetector:
    watched = detector.watched
    return AnomalyDetector(
        type=detector.type,
        watches=watched.gap or tuple(series.watch for series in watched.series),
        state=_training(detector.state),
    )


def _training(state: str | None) -> Training | Gap | None:
    known = next((one for one in TRAINING if one == state), None)
    if known is None and state is not None:
        return Gap("failed", str(DESCRIBE_DETECTORS), message=f"{state} is a value that AWS has added")
    return known


def id_of(raw: Raw) -> str:
    """What it learns from, since a detector has no name; AWS's own identifier would not outlive a replacement."""
    detector = detectors.detector(raw)
    watches = _stated(detector).watches
    if detector.type == "metric_math" or isinstance(watches, Gap):
        queries = json.dumps(detector.raw.get("MetricMathAnomalyDetector"), sort_keys=True, default=str)
        return f"metric-math:{hashlib.sha256(queries.encode()).hexdigest()[:16]}"
    (watch,) = watches
    dimensions = [f"{name}={value}" for name, value in sorted(watch.dimensions.items())]
    account = [watch.account] if isinstance(watch.account, str) else []
    return ":".join([*account, watch.namespace, watch.metric, *dimensions, watch.stat or ""])


def create(parameters: Mapping[str, Any]) -> Creation:
    """PutAnomalyDetector; its training takes AWS up to three hours."""
    untrained = {**_stated(detectors.detector(parameters)).facts(), "state": Gap("not_read").as_fact()}
    return Creation(Call("cloudwatch", "PutAnomalyDetector", parameters), untrained)


KIND = Kind(
    name="anomaly_detector",
    state=AnomalyDetector,
    read=read,
    operations=detectors.OPERATIONS,
    create=create,
)
