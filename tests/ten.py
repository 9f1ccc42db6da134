"""An account with nothing in it, and a policy of which it takes ten steps to obey it there."""

from __future__ import annotations

from bedaudit.sandbox import World
from bedaudit.sandbox.invoke import Invoke
from bedaudit.sandbox.world import Account

ACCOUNT, REGION = "222222222222", "us-west-2"
LOGGING = """
policy: ten
controls:
  - id: logs-are-written
    title: Logs are written
    severity: high
    resource: invocation_logging
    require: {enabled: true}
    why: Somebody has to know.
    fix:
      set:
        enabled: true
        cloudwatch.log_group.name: /ten
        cloudwatch.log_group.exists: true
        cloudwatch.log_group.retention_days: 90
        cloudwatch.role.arn: "arn:aws:iam::${site.account}:role/ten"
        cloudwatch.role.exists: true
        cloudwatch.role.trusts_bedrock: true
        cloudwatch.role.can_write_logs: true
"""
DASHBOARD = """
  - id: dashboard-{number}-is-there
    title: There is a dashboard
    severity: low
    resource: dashboard
    exists: {{name: ten-{number}}}
    why: Somebody has to know.
    fix:
      create:
        DashboardName: ten-{number}
        DashboardBody:
          widgets: [{{type: text, x: 0, y: 0, width: 6, height: 6, properties: {{markdown: "{number}"}}}}]
"""
POLICY = LOGGING + "".join(DASHBOARD.format(number=number) for number in range(6))
STEPS, CALLS = 10, 11
"""The role takes two calls."""


def one_account(world: World, _: Invoke) -> None:
    """With nothing in it."""
    world.accounts[ACCOUNT] = Account(ACCOUNT, "ten")
