"""What is judged where: the loaded policies under a configuration."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any, TypeAlias

from bedaudit.errors import BedauditError
from bedaudit.model import PolicyFile, Site
from bedaudit.policy.bind import SITE_NAMES, bind, names, site_values
from bedaudit.policy.config import Assignment, Config, Override
from bedaudit.policy.model import Condition, Control, Policy

_Variant: TypeAlias = tuple[bool, ...]
"""Which of the assignments reach a site."""

_KEPT = 1024


@dataclass(frozen=True)
class Rules:
    """Policies, with the values, overrides and choice of controls that the user gave."""

    policies: tuple[Policy, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values by parameter, for every policy that has it."""
    assignments: tuple[Assignment, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)
    """By control."""
    only: tuple[str, ...] = ()
    """The controls to judge; empty: all."""

    @staticmethod
    def of(policies: tuple[Policy, ...], config: Config, only: tuple[str, ...] = ()) -> Rules:
        """The rules under `bedaudit.yaml`."""
        return Rules(policies, config.parameters.values, config.assign, config.controls, only)

    def __post_init__(self) -> None:
        known = {control.id for policy in self.policies for control in policy.controls}
        unknown = sorted(set(self.only) - known)
        if unknown:
            raise BedauditError(f"no such control in the loaded policies: {', '.join(unknown)}")

    @cached_property
    def controls(self) -> Mapping[str, Control]:
        """The controls that are judged, by id, before any value is put in."""
        return {control.id: control for _, control in self._chosen()}

    @property
    def policy_files(self) -> tuple[PolicyFile, ...]:
        """What took part."""
        return tuple(PolicyFile(policy.name, policy.file, policy.digest) for policy in self.policies)

    @property
    def needs_organizational_units(self) -> bool:
        """Whether values depend on where in the organisation an account is."""
        return bool(self.assignments)

    @property
    def notices(self) -> tuple[str, ...]:
        """How the configuration changed the controls."""
        found = {control.id: control for policy in self.policies for control in policy.controls}
        changed = ((found[name], override) for name, override in self.overrides.items() if name in found)
        return tuple(notice for control, override in changed for notice in _notices(control, override))

    def for_site(self, site: Site) -> tuple[Control, ...]:
        """The controls with the site's values in them; `${each}` stays open."""
        units = set(site.organizational_units)
        variant = tuple(not units.isdisjoint(assignment.organizational_units) for assignment in self.assignments)
        values = site_values(site)
        return self._at(variant, tuple((name, values[name]) for name in self._site_names))

    @cached_property
    def _site_names(self) -> tuple[str, ...]:
        mentioned = {name for control in self.controls.values() for name in _of_site(control)}
        return tuple(name for name in SITE_NAMES if name in mentioned)

    @cached_property
    def _at(self) -> Callable[[_Variant, tuple[tuple[str, str], ...]], tuple[Control, ...]]:
        """All controls; sites of the same values share them."""

        @lru_cache(maxsize=_KEPT)
        def controls(variant: _Variant, site: tuple[tuple[str, str], ...]) -> tuple[Control, ...]:
            return tuple(
                self._local(variant, at, tuple(each for each in site if each[0] in mentioned)) if mentioned else control
                for at, (control, mentioned) in enumerate(self._bound(variant))
            )

        return controls

    @cached_property
    def _bound(self) -> Callable[[_Variant], tuple[tuple[Control, tuple[str, ...]], ...]]:
        """The controls that all sites of a variant share, and what each says of a site."""

        @cache
        def bound(variant: _Variant) -> tuple[tuple[Control, tuple[str, ...]], ...]:
            values = {policy.name: self._values(policy, variant) for policy in self.policies}
            shared = _sharing(bind(control, values[policy.name]) for policy, control in self._chosen())
            return tuple((control, _of_site(control)) for control in shared)

        return bound

    @cached_property
    def _local(self) -> Callable[[_Variant, int, tuple[tuple[str, str], ...]], Control]:
        """One control with values of a site; sites of the same values share it."""

        @lru_cache(maxsize=_KEPT)
        def local(variant: _Variant, at: int, values: tuple[tuple[str, str], ...]) -> Control:
            return bind(self._bound(variant)[at][0], dict(values))

        return local

    def _chosen(self) -> Iterator[tuple[Policy, Control]]:
        for policy in self.policies:
            for control in policy.controls:
                override = self.overrides.get(control.id)
                if (self.only and control.id not in self.only) or (override and not override.enabled):
                    continue
                severity = override.severity if override else None
                yield policy, dataclasses.replace(control, severity=severity) if severity else control

    def _values(self, policy: Policy, variant: _Variant) -> dict[str, Any]:
        values = {name: parameter.default for name, parameter in policy.parameters.items()}
        values |= {name: value for name, value in self.parameters.items() if name in values}
        for assignment, reaches in zip(self.assignments, variant, strict=True):
            if reaches and assignment.policy == policy.name:
                values |= assignment.parameters.values
        return {name: value for name, value in values.items() if value is not None}


def _of_site(control: Control) -> tuple[str, ...]:
    """What a control says of a site."""
    mentioned = set(names(control))
    return tuple(name for name in SITE_NAMES if name in mentioned)


def _sharing(controls: Iterable[Control]) -> tuple[Control, ...]:
    """The controls, of which those that apply when the same is true have the very same condition: it is judged once."""
    conditions: dict[str, Condition] = {}
    return tuple(
        dataclasses.replace(control, when=conditions.setdefault(repr(control.when), control.when))
        if control.when is not None
        else control
        for control in controls
    )


def _notices(control: Control, override: Override) -> Iterator[str]:
    because = f": {override.reason}" if override.reason else ""
    if not override.enabled:
        yield f"control {control.id} is disabled{because}"
    elif override.severity and override.severity != control.severity:
        yield f"control {control.id} has severity {override.severity} instead of {control.severity}{because}"
