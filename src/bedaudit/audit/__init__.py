"""The pipeline: what is read is kept, judged, waived and reported."""

from __future__ import annotations

from bedaudit.audit.begun import Begun, begun
from bedaudit.audit.estimate import HOW, Estimate, estimate
from bedaudit.audit.joined import from_snapshots
from bedaudit.audit.judged import Judged, Standard, need_units, rfc3339
from bedaudit.audit.live import Scanned, Survey, scan, survey
from bedaudit.audit.planned import from_plan
from bedaudit.audit.publishing import Published, publish
from bedaudit.audit.stored import from_snapshot

__all__ = [
    "HOW",
    "Begun",
    "Estimate",
    "Judged",
    "Published",
    "Scanned",
    "Standard",
    "Survey",
    "begun",
    "estimate",
    "from_plan",
    "from_snapshot",
    "from_snapshots",
    "need_units",
    "publish",
    "rfc3339",
    "scan",
    "survey",
]
