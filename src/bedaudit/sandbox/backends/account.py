"""Account and EC2: the regions of the sandbox, and which of them an account has enabled."""

from __future__ import annotations

from bedaudit.sandbox.call import AwsError, Call, Reply, operation, page
from bedaudit.sandbox.world import OPT_IN_REGIONS, Account


@operation("account", "ListRegions")
def list_regions(call: Call) -> Reply:
    """The regions and their opt-in status, at most 50 a page."""
    account = _subject(call)
    wanted = call.parameters.get("RegionOptStatusContains")
    regions = [{"RegionName": region, "RegionOptStatus": _status(account, region)} for region in call.world.regions]
    regions = [region for region in regions if not wanted or region["RegionOptStatus"] in wanted]
    return page(call, "Regions", regions, 50, ("NextToken", "MaxResults"))


@operation("account", "GetRegionOptStatus")
def get_region_opt_status(call: Call) -> Reply:
    """One region's opt-in status."""
    region = call.parameters["RegionName"]
    if region not in call.world.regions:
        raise AwsError("ValidationException", "The given region is not supported.")
    return {"RegionName": region, "RegionOptStatus": _status(_subject(call), region)}


@operation("ec2", "DescribeRegions")
def describe_regions(call: Call) -> Reply:
    """The enabled regions, or all of them."""
    account, names = call.world.account(call.account), call.parameters.get("RegionNames")
    return {
        "Regions": [
            {
                "RegionName": region,
                "Endpoint": f"ec2.{region}.amazonaws.com",
                "OptInStatus": _ec2_status(account, region),
            }
            for region in call.world.regions
            if (call.parameters.get("AllRegions") or account.enables(region)) and (not names or region in names)
        ]
    }


def _subject(call: Call) -> Account:
    """The account asked about; others than one's own are for the management account and delegated administrators."""
    subject = call.parameters.get("AccountId") or call.account
    if subject != call.account and call.account not in {call.world.management, *call.world.delegated_administrators}:
        raise AwsError(
            "AccessDeniedException", f"User: {call.principal} is not authorized to perform: account:ListRegions", 403
        )
    return call.world.account(subject)


def _status(account: Account, region: str) -> str:
    if region not in OPT_IN_REGIONS:
        return "ENABLED_BY_DEFAULT"
    return "ENABLED" if account.enables(region) else "DISABLED"


def _ec2_status(account: Account, region: str) -> str:
    if region not in OPT_IN_REGIONS:
        return "opt-in-not-required"
    return "opted-in" if account.enables(region) else "not-opted-in"
