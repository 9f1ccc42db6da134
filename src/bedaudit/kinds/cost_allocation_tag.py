"""Cost allocation tags: only tags that the paying account activated break down its bill.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html
"""

from __future__ import annotations

from collections.abc import Iterable

from bedaudit.kinds.kind import Kind, resource
from bedaudit.model import Gap, Resource
from bedaudit.reader import Operation, Reader
from bedaudit.state import State

DESCRIBE_ORGANIZATION = Operation(
    "organizations", "DescribeOrganization", absent=("AWSOrganizationsNotInUseException",)
)
LIST_TAGS = Operation("ce", "ListCostAllocationTags")

_BILLED_ELSEWHERE = ("aws-us-gov",)
"""Partitions without Cost Explorer: what is used there is on the bill of an account of another one."""


class CostAllocationTag(State):
    """A tag by which costs can be told apart, as far as the paying account knows it."""

    key: str
    """The tag's key."""
    type: str
    """In AWS's own words: UserDefined, or AWSGenerated."""
    active: bool
    """Whether costs are broken down by it; those of the time before are not."""


async def read(aws: Reader) -> Iterable[Resource] | Gap:
    """The tags that the account has seen on its bills; the account that manages an organisation pays for all of it."""
    if aws.partition in _BILLED_ELSEWHERE:
        return Gap("unsupported", str(LIST_TAGS))
    organization = await aws.find(DESCRIBE_ORGANIZATION)
    payer = organization["Organization"]["MasterAccountId"] if organization else aws.account
    if payer != aws.account:
        return Gap(
            "not_read", str(DESCRIBE_ORGANIZATION), message=f"only account {payer}, which pays, has it", owner=payer
        )
    pages = await aws.pages(LIST_TAGS)
    tags = [tag for page in pages for tag in page.get("CostAllocationTags", [])]
    return [
        resource(
            "cost_allocation_tag",
            tag["TagKey"],
            CostAllocationTag(key=tag["TagKey"], type=tag["Type"], active=tag["Status"] == "Active"),
            raw=tag,
        )
        for tag in tags
    ]


KIND = Kind(
    name="cost_allocation_tag",
    state=CostAllocationTag,
    read=read,
    operations=(DESCRIBE_ORGANIZATION, LIST_TAGS),
    scope="account",
    judged="account",
)
