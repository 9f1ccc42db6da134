"""Doing a job: reading some accounts, in whatever process it was given to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bedaudit.aws import engine
from bedaudit.aws.connection import Connection, connect
from bedaudit.aws.gaps import ERRORS
from bedaudit.aws.job import Job, Told, packed, unpacked
from bedaudit.aws.problems import problem
from bedaudit.aws.progress import Progress
from bedaudit.aws.scope import Targets
from bedaudit.model import Record


def work(job: bytes) -> bytes:
    """Does a job, in whose process it is, with the credentials that are found there.

    Raises:
        TargetError: there are none.
    """
    return packed(asyncio.run(_work(unpacked(job))))


async def _work(job: Job) -> Told:
    progress = Progress()
    records: list[Record] = []
    async with connect(job.settings, progress) as aws:
        found = replace(job.found, caller=await _caller(aws, job.found))
        notices = await engine.scan(aws, found, job.rules, on_record=records.append, earlier=job.earlier)
    return Told(tuple(records), notices, progress.calls)


async def _caller(aws: Connection, found: Targets) -> str:
    """The account of whoever works here, who need not be who gave the job."""
    try:
        reply = await aws.client.send(aws.caller, "sts", "GetCallerIdentity", found.home_region, {})
    except ERRORS as error:
        raise problem(error, "sts", "GetCallerIdentity") from error
    return str(reply["Account"])
