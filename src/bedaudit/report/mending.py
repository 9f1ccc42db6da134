"""How drift is mended, in words and as a command."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bedaudit.model import GLOBAL, Finding, PolicyFile
from bedaudit.policy.builtin import BUILTIN, builtin_policies
from bedaudit.policy.model import Fix, Template
from bedaudit.policy.words import shown
from bedaudit.report.phrases import EVERYWHERE

_DEFAULT: Final = f"{BUILTIN}baseline"
_SAFETY: Final = {
    None: "As safe as such a change is.",
    "safe": "Safe to apply.",
    "risky": "Risky: applied only where that is allowed.",
    "manual": "Shown, never applied.",
}


def mending(fix: Fix | None) -> Iterator[str]:
    """What a fix does, line by line; what belongs to the line before is indented."""
    if fix is None:
        yield "By people: the control has no fix."
        return
    if fix.create is not None:
        yield "By making one:"
        yield from (f"  {name}: {shown(_as_written(value))}" for name, value in fix.create.items())
    yield from (f"By setting {path} to {shown(_as_written(value))}" for path, value in fix.set.items())
    if fix.create is None and not fix.set:
        yield "By setting what it requires."
    yield _SAFETY[fix.safety]


def _as_written(value: Any) -> Any:
    """A value with `${name}` where each site has its own."""
    match value:
        case Template(text):
            return text
        case Mapping():
            return {name: _as_written(each) for name, each in value.items()}
        case tuple() | list():
            return [_as_written(each) for each in value]
    return value


def sources(policies: Iterable[PolicyFile]) -> Mapping[str, str]:
    """By file, how a policy is named on the command line; a shipped one is known by its bytes."""
    shipped = {
        f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}": f"{BUILTIN}{name}"
        for name, path in builtin_policies().items()
    }
    return {policy.file: shipped.get(policy.digest, policy.file) for policy in policies}


def fix_command(finding: Finding, named: Mapping[str, str]) -> str:
    """The command that shows how this finding would be mended; `named`: the policies' `sources`."""
    source = named.get(finding.mark.file, finding.mark.file)
    words = ["bedaudit", "fix", "--control", finding.control, "--account", finding.site.account]
    words += [] if finding.site.region in (GLOBAL, EVERYWHERE) else ["--region", finding.site.region]
    words += [] if source == _DEFAULT else ["--policy", source]
    return shlex.join([*words, "--dry-run"])
