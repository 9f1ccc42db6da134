"""The commands of bedaudit that say more of a finding, or mend it."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Mapping
from typing import Final

from bedaudit.model import GLOBAL, Finding, PolicyFile
from bedaudit.policy.builtin import BUILTIN, builtin_policies
from bedaudit.report.phrases import EVERYWHERE

_DEFAULT: Final = f"{BUILTIN}baseline"


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


def explain_command(finding: Finding) -> str:
    """The command that explains a finding's control; one of a shipped policy is known by its name alone."""
    file, shipped = finding.mark.file, {f"policies/{name}.yaml" for name in builtin_policies()}
    return shlex.join(["bedaudit", "explain", finding.control, *([] if file in shipped else ["--policy", file])])
