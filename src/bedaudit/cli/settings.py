"""What is asked of AWS: options, then environment, then `bedaudit.yaml`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bedaudit.cli.options import Scope

if TYPE_CHECKING:
    from bedaudit.aws.settings import Settings
    from bedaudit.policy.config import Config


def settings_of(given: Scope, config: Config, *, units: bool) -> Settings:
    """The settings of a scan; `units`: the organisational unit of each account is needed.

    Raises:
        UsageError: an external ID is given, and no role that could ask for it.
    """
    import secrets

    from bedaudit.aws.settings import Settings
    from bedaudit.policy.config import Organization

    organization = config.organization or Organization()
    role = given.role or organization.role
    if given.external_id and not role:
        raise click.UsageError("--external-id has no meaning without --role, or a role in bedaudit.yaml")
    return Settings(
        scan_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        profile=given.profile,
        accounts=given.account,
        organization=given.org,
        role=role,
        external_id=given.external_id or organization.external_id,
        exclude_accounts=organization.exclude_accounts if given.org else (),
        organizational_units=organization.organizational_units if given.org else (),
        read_units=units,
        monitoring_accounts=config.monitoring_accounts,
        regions=given.region or (config.regions if isinstance(config.regions, tuple) else ()),
        concurrency=given.concurrency,
        transport=given.transport,
        workers=given.workers,
    )
