"""The demo organisation: six accounts in four regions, one of them healthy, and the faults that really happen."""

from __future__ import annotations

from bedaudit.sandbox.invoke import Invoke
from bedaudit.sandbox.organization import (
    agents,
    cost,
    coverage,
    coverage_dashboards,
    coverage_plan,
    documents,
    guardrails,
    invocation_logs,
    plan,
    regulated,
    regulated_plan,
    telemetry,
    traffic,
    trails,
    watching,
)
from bedaudit.sandbox.organization.plan import (
    ACCOUNTS,
    DENIED,
    HEALTHY_ACCOUNT,
    ROLE,
    SITES,
    UNITS,
    VENDOR,
    SeededFault,
)
from bedaudit.sandbox.organization.site import Site
from bedaudit.sandbox.world import REGIONS, World

__all__ = ["FAULTS", "HEALTHY_ACCOUNT", "ROLE", "SeededFault", "seed"]

FAULTS: tuple[SeededFault, ...] = (
    *plan.FAULTS,
    *regulated_plan.FAULTS,
    *guardrails.FAULTS,
    *cost.FAULTS,
    *coverage_plan.FAULTS,
    *trails.FAULTS,
    *telemetry.FAULTS,
)


def seed(world: World, invoke: Invoke) -> None:
    """Fills an empty world; times are relative to now."""
    now = world.clock()
    world.units.update({unit.id: unit for unit in UNITS})
    world.accounts.update({account.id: account for account in ACCOUNTS})
    cost.seed_payer(Site(world, invoke, world.management, REGIONS[0], now))
    for account in ACCOUNTS:
        _account(world, Site(world, invoke, account.id, REGIONS[0], now))
    for (account_id, region), setup in SITES.items():
        site = Site(world, invoke, account_id, region, now)
        invocation_logs.seed(site, setup)
        traffic.seed(site, setup)
        watching.seed(site, setup)
        agents.seed(site, setup)
        regulated.seed(site, setup)
        telemetry.seed(site, setup)
        guardrails.seed(site, setup)
        cost.seed(site, setup)
        coverage.seed(site, setup)
    for account in ACCOUNTS:
        sites = [(Site(world, invoke, *at, now), setup) for at, setup in SITES.items() if at[0] == account.id]
        coverage_dashboards.seed(sites)
    world.denials.add(DENIED)


def _account(world: World, site: Site) -> None:
    if site.account not in (world.management, VENDOR):
        trust = documents.auditor_trust(world.management)
        site("iam", "CreateRole", RoleName=ROLE, AssumeRolePolicyDocument=trust)
        site("iam", "PutRolePolicy", RoleName=ROLE, PolicyName="read", PolicyDocument=documents.auditor_policy())
    if site.account != VENDOR:
        trails.seed(site)
    own = {region: setup for (account, region), setup in SITES.items() if account == site.account}
    shown = {region: setup for region, setup in own.items() if setup.on_dashboard}
    watching.seed_dashboard(site, shown)
