"""Each field of each kind is read, from recorded replies, in each form that it has: good, bad, missing, unreadable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from bedaudit.kinds import kinds
from tests.forms import wanted

ROOT = Path(__file__).parents[1]
READING = ("tests/kinds", "tests/parts", "tests/documents/test_dashboard.py")
NEVER = {
    "Alarm.log_groups": {"none"},
    "InferenceProfile.names": {"none"},
    "TelemetryLink.sink_account": {"missing"},
    "Watch.model": {"missing"},
}
"""Forms that a type has and nothing that AWS says leads to."""


def test_every_field_is_read_in_every_form(tmp_path: Path) -> None:
    file = tmp_path / "forms.json"
    plugin = ("-p", "no:cacheprovider", "-p", "tests.forms", "--forms", str(file))
    command = (sys.executable, "-m", "pytest", "-q", "-n", "0", *plugin, *READING)
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # covered where they stand
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    seen = {
        name: {*forms, *(form.split()[0] for form in forms)} for name, forms in json.loads(file.read_text()).items()
    }
    lacking: dict[str, set[str]] = defaultdict(set)
    for kind in kinds().values():
        for name, forms in wanted(kind.state):
            lacking[name] |= forms - seen.get(name, set())
    assert {name: forms for name, forms in lacking.items() if forms} == NEVER
