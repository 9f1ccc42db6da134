"""An anomaly detector, on one metric or on metric math, made where there is none on the same thing.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAnomalyDetector.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bedaudit.kinds import anomaly_detector
from bedaudit.kinds.anomaly_detector import id_of
from bedaudit.model import Call, Facts, Raw, Site
from bedaudit.parts.detectors import DESCRIBE_DETECTORS, read_detectors
from bedaudit.reader import Reader
from bedaudit.repairs.making import ANOTHER, CREATE, creation, made
from bedaudit.repairs.repair import Edit, Mount, Place, Repair

_SUBJECTS = ("SingleMetricAnomalyDetector", "MetricMathAnomalyDetector")
_LEGACY = ("Namespace", "MetricName", "Dimensions", "Stat")
"""Older parameters of a single metric; AWS shows both."""


def _place(facts: Facts, site: Site) -> Place | None:
    parameters = facts.get(CREATE)
    if not isinstance(parameters, Mapping):
        return None
    name = id_of(parameters)
    return Place(site.region, f"anomaly detector {name}", {"detector": name})


async def _read(aws: Reader, place: Place) -> Raw | None:
    detectors = await read_detectors(aws)
    return next((each.raw for each in detectors if id_of(each.raw) == place.parameters["detector"]), None)


def _edit(raw: Raw | None, wanted: Mapping[str, Any], place: Place, site: Site) -> Edit:
    new = creation(anomaly_detector.KIND, wanted)
    if new is None:
        return Edit(raw, (), ())
    about = {name: value for name, value in new.call.parameters.items() if name in (*_SUBJECTS, *_LEGACY)}
    undo = Call("cloudwatch", "DeleteAnomalyDetector", about)
    return made(raw, new.call, dict(new.call.parameters), undo, place)


DETECTOR = Repair(
    name="anomaly_detector",
    does="Makes the anomaly detector.",
    rated={"safe": "", "manual": ANOTHER},
    paths=(CREATE,),
    place=_place,
    read=_read,
    edit=_edit,
    reads=(DESCRIBE_DETECTORS,),
    writes=("cloudwatch:PutAnomalyDetector", "cloudwatch:DeleteAnomalyDetector"),
    volatile=(("StateValue",), ("AnomalyDetectorId",)),
)
MOUNTS = (Mount("anomaly_detector", "", DETECTOR),)
