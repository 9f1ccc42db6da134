"""Bedrock's evaluation jobs, which are complete at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bedaudit.sandbox.call import Call, Reply, operation, page


@dataclass(slots=True)
class Jobs:
    """The jobs of an account and region, as they are summed up."""

    summaries: list[dict[str, Any]] = field(default_factory=list)


@operation("bedrock", "CreateEvaluationJob")
def create(call: Call) -> Reply:
    """Runs a job."""
    jobs, config = call.here(Jobs).summaries, call.parameters["evaluationConfig"]
    kind, settings = next(iter(config.items()))
    arn = call.arn(f"evaluation-job/{len(jobs):012d}")
    jobs.append(
        {
            "jobArn": arn,
            "jobName": call.parameters["jobName"],
            "status": "Completed",
            "creationTime": call.now,
            "jobType": kind.capitalize(),
            "evaluationTaskTypes": [dataset["taskType"] for dataset in settings["datasetMetricConfigs"]],
            "applicationType": call.parameters.get("applicationType") or "ModelEvaluation",
        }
    )
    return {"jobArn": arn}


@operation("bedrock", "ListEvaluationJobs")
def list_all(call: Call) -> Reply:
    """The jobs by time, state and name, newest first unless asked otherwise; no member where there is none."""
    found = [job for job in call.here(Jobs).summaries if _selected(job, call.parameters)]
    found.sort(key=lambda job: job["creationTime"], reverse=call.parameters.get("sortOrder") != "Ascending")
    return page(call, "jobSummaries", found, 1000, ("nextToken", "maxResults")) if found else {}


def _selected(job: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    after, before = wanted.get("creationTimeAfter"), wanted.get("creationTimeBefore")
    return (
        (after is None or job["creationTime"] > _aware(after))
        and (before is None or job["creationTime"] < _aware(before))
        and wanted.get("statusEquals") in (None, job["status"])
        and (wanted.get("nameContains") or "") in job["jobName"]
    )


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
