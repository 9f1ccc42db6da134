"""What the action installs and what a release builds, in environments of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from bedaudit import __version__
from tests.cli.run import scrubbed

ROOT = Path(__file__).parents[2]


def checkout(at: Path) -> Path:
    """The repository's own files, as a fresh clone has them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (at / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, at / name)
    return at


def run(script: Path, *arguments: str, at: Path, **env: str) -> subprocess.CompletedProcess[str]:
    settings = scrubbed(at) | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COMPILE": "1"} | env
    del settings["HOME"]  # where pip is told of its index
    return subprocess.run([script, *arguments], cwd=at, env=settings, capture_output=True, text=True, check=False)


def test_the_action_installs_itself_with_locked_dependencies_only(tmp_path: Path) -> None:
    here = checkout(tmp_path / "bedaudit")
    ran = run(here / ".github/actions/bedaudit/install.sh", at=here, RUNNER_TEMP=str(tmp_path))
    assert (ran.returncode, ran.stdout.strip()) == (0, f"bedaudit {__version__}"), ran.stderr


def test_a_release_is_built_tried_and_listed(tmp_path: Path) -> None:
    here = checkout(tmp_path / "bedaudit")
    ran = run(here / ".github/release.sh", __version__, at=here)
    assert ran.returncode == 0, ran.stderr
    assert "each judged as it says" in ran.stdout
    assert len(list((here / "dist").iterdir())) == 2
    listed = json.loads((here / "sbom/bedaudit.cdx.json").read_text())["components"]
    assert {"botocore", "click", "pydantic"} <= {each["name"] for each in listed}
    refused = run(here / ".github/release.sh", "9.9.9", at=here)
    assert (refused.returncode, refused.stderr) == (1, f"the tag says 9.9.9, and the package: {__version__}\n")
