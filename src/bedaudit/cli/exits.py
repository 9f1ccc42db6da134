"""What a report means to a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedaudit.model import Report, Severity

PASSED, FAILED, COULD_NOT_RUN, UNSEEN, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 130


def exit_code(
    report: Report,
    fail_on: Severity,
    *,
    only_new: bool = False,
    allow_unknown: bool = False,
    exit_zero: bool = False,
) -> int:
    """1 where something at or above `fail_on` fails (`only_new`: and did not before), else 3 for unseen, else 0."""
    from bedaudit.model import SEVERITIES, tally

    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    failed = any(
        outcome == "fail" and severity in counted and (baseline == "new" or not only_new)
        for outcome, severity, baseline in tally(report.findings)
    )
    if exit_zero:
        return PASSED
    if failed:
        return FAILED
    return PASSED if report.complete or allow_unknown else UNSEEN
