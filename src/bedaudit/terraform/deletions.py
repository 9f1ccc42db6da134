"""What a plan takes away of that by which Bedrock is observed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bedaudit.model import Finding, Mark, ResourceName, Site
from bedaudit.terraform.addresses import id_of
from bedaudit.terraform.managed import KINDS
from bedaudit.terraform.plan import Deleted, Plan

CONTROL: Final = "observability-is-not-deleted"
POLICY: Final = "terraform-plan"
SEVERITY: Final = "high"
TITLE: Final = "Nothing by which Bedrock is observed is deleted"
WHY: Final = (
    "What a plan deletes is in no resource that could be judged: each of the other controls is content with less. "
    "A log group, an alarm or a role that goes takes with it what it was to show."
)
READS: Final = (
    "Of a Terraform plan, what it deletes and does not make anew: trails, what speaks of Bedrock, what that refers to, "
    "and what is part of those."
)
MENDED: Final = "By people: by leaving it in the configuration, or by a waiver that says why it may go."
_OF_ALL: Final = "aws_cloudtrail"
"""A trail records Bedrock whatever it is called."""


def counts(deleted: Deleted) -> bool:
    """Whether Bedrock is observed by a resource that goes."""
    return deleted.of_bedrock or deleted.type == _OF_ALL


def deletions(plan: Plan) -> Iterator[Finding]:
    """A finding for each resource that is deleted and not made anew."""
    return (_finding(plan, each) for each in plan.deleted if counts(each))


def _finding(plan: Plan, deleted: Deleted) -> Finding:
    place = deleted.place
    return Finding(
        control=CONTROL,
        title=TITLE,
        severity=SEVERITY,
        outcome="fail",
        site=Site(place.account, place.region, place.partition),
        kind=KINDS.get(deleted.type, deleted.type),
        resource=ResourceName(
            KINDS.get(deleted.type, deleted.type), id_of(deleted.type, deleted.block, place), deleted.address
        ),
        each=None,
        message="The plan deletes it, and makes no other in its place.",
        policy=POLICY,
        mark=Mark(plan.file, 1, 1, 1, 2),
    )
