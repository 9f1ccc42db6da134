"""`bedaudit demo` and `bedaudit sandbox`: AWS without AWS."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import click

from bedaudit.cli import terminal
from bedaudit.cli.command import Command, Option, Talk
from bedaudit.cli.options import ScanOptions, demo_options

DEMO_EXAMPLES = """\
bedaudit demo                                 the report, as text
bedaudit demo --fail-on high -o json:demo.json
bedaudit demo --control bedrock-alarms-are-heard  one control only
"""
SANDBOX_EXAMPLES = """\
bedaudit sandbox --port 5000
AWS_ENDPOINT_URL=http://127.0.0.1:5000 aws cloudwatch describe-alarms
"""

MADE_UP = "A made-up AWS on your machine: no AWS account is touched, no credentials used."


@click.command(
    "demo", cls=Command, examples=DEMO_EXAMPLES, short_help="Audit a made-up organisation on your own machine."
)
@demo_options
@click.pass_context
def demo(context: click.Context, /, **given: Any) -> int:
    """Audit a made-up organisation on your own machine: no AWS account, no credentials.

    It has most of the faults that real ones have. Takes the options of scan.
    """
    from bedaudit.cli.scan import live
    from bedaudit.policy.config import Config
    from bedaudit.sandbox import serve

    talk = context.ensure_object(Talk)
    if not talk.quiet:
        terminal.note(MADE_UP)
    only({})
    with serve() as sandbox:
        only(sandbox.environment())
        none = {each.name: None for each in fields(ScanOptions) if each.name not in given}
        own = {**none, "org": True, "role": sandbox.role}
        regions = given["region"] or tuple(sandbox.world.regions)  # named, so that one that is not enabled is told of
        return live(ScanOptions(**{**given, **own, "region": regions}), talk, places=Config())


@click.command("sandbox", cls=Command, examples=SANDBOX_EXAMPLES)
@click.option(
    "--port", cls=Option, type=click.IntRange(0, 65535), default=5000, show_default=True, help="0: any that is free."
)
def sandbox(port: int) -> None:
    """Serve the demo's AWS until Ctrl-C, for any AWS client."""
    from bedaudit.sandbox import Sandbox, serve_forever

    def started(served: Sandbox) -> None:
        terminal.note(f"{MADE_UP}\nServing on {served.url} until Ctrl-C. In another shell:")
        terminal.write("".join(f"export {name}={value}\n" for name, value in served.environment().items()))

    only({})
    serve_forever(port, started)


def only(environment: Mapping[str, str]) -> None:
    """Makes these the AWS settings of this process, and the only ones."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(environment)
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    os.environ.update(nowhere, AWS_EC2_METADATA_DISABLED="true", NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
