"""The policies and settings that a command works with: options, then environment, then `bedaudit.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bedaudit.cli.choices import unknown
from bedaudit.errors import BedauditError

if TYPE_CHECKING:
    from bedaudit.audit import Standard
    from bedaudit.model import Call
    from bedaudit.policy.config import Config
    from bedaudit.policy.model import Control, Policy
    from bedaudit.policy.rules import Rules

DEFAULT = ("builtin:baseline",)
CONFIG = Path("bedaudit.yaml")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Policies and settings, checked against each other."""

    sources: tuple[str, ...]
    """As the user named them."""
    policies: tuple[Policy, ...]
    config: Config

    @property
    def controls(self) -> tuple[Control, ...]:
        """Every control, in the order of the files."""
        return tuple(control for policy in self.policies for control in policy.controls)


def load(sources: Sequence[str], config: Path | None) -> Loaded:
    """Loads policies, with all problems of all files at once.

    Raises:
        PolicyError: something in them is wrong.
    """
    from bedaudit.errors import PolicyError
    from bedaudit.policy.config import Config, check_config, load_config
    from bedaudit.policy.load import load as load_policies

    file = config or (CONFIG if CONFIG.is_file() else None)
    settings = load_config(str(file)) if file else Config()
    named = tuple(sources) or settings.policies or DEFAULT
    policies = load_policies(named, check=_aws_takes)
    if problems := check_config(settings, policies):
        raise PolicyError(problems)
    return Loaded(named, policies, settings)


def _aws_takes(call: Call) -> tuple[str, ...]:
    """What AWS would not take of a call; loads its models only if there is a call."""
    from bedaudit.aws.check import check

    return check(call)


def control_named(name: str, loaded: Loaded) -> Control:
    """The control of that id.

    Raises:
        BedauditError: there is none.
    """
    known = {control.id: control for control in loaded.controls}
    if name not in known:
        raise BedauditError(f"{unknown('control', name, known)} (`bedaudit policy list` shows all)")
    return known[name]


def with_shipped(name: str, loaded: Loaded) -> Loaded:
    """What was loaded, or every shipped policy if only they have a control or a policy of that name."""
    from bedaudit.policy.builtin import BUILTIN, builtin_policies
    from bedaudit.policy.load import load as load_policies

    if name in {each.name for each in loaded.policies} | {control.id for control in loaded.controls}:
        return loaded
    sources = tuple(f"{BUILTIN}{policy}" for policy in builtin_policies())
    shipped = Loaded(sources, load_policies(sources), loaded.config)
    known = {each.name for each in shipped.policies} | {control.id for control in shipped.controls}
    return shipped if name in known else loaded


def filled(control: Control, loaded: Loaded) -> Control:
    """The control with the values of its parameters in it; what has none, or depends on the site, keeps its name."""
    from bedaudit.policy.bind import EACH, SITE_NAMES, bind

    parameters = next(policy.parameters for policy in loaded.policies if policy.name == control.policy)
    values = {name: f"${{{name}}}" for name in (*parameters, *SITE_NAMES, EACH)}
    values |= {name: parameter.default for name, parameter in parameters.items() if parameter.default is not None}
    values |= {name: value for name, value in loaded.config.parameters.values.items() if name in parameters}
    return bind(control, values)


def rules(loaded: Loaded, only: Sequence[str]) -> Rules:
    """What is judged where.

    Raises:
        BedauditError: one of the controls that are asked for does not exist, or none is left.
    """
    from bedaudit.policy.rules import Rules

    for name in only:
        control_named(name, loaded)
    made = Rules.of(loaded.policies, loaded.config, tuple(only))
    if not made.controls:
        raise BedauditError("no control is left to judge: bedaudit.yaml disables all that were asked for")
    return made


def standard(loaded: Loaded, only: Sequence[str], waivers: Path | None, today: date) -> Standard:
    """What is held against that which is read.

    Raises:
        BedauditError: a control that is asked for does not exist, or the waivers do not load.
    """
    from bedaudit.audit import Standard
    from bedaudit.policy.waiver_file import load_waivers

    file = waivers or loaded.config.waivers
    return Standard(
        rules=rules(loaded, only),
        waivers=load_waivers(str(file)) if file else (),
        today=today,
        monitoring_accounts=loaded.config.monitoring_accounts,
    )
