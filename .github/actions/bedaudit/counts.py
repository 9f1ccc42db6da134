"""Prints the counts of a JSON report as the outputs of a step."""

import json
import sys
from pathlib import Path

report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
summary = report["summary"]
new = sum(finding["outcome"] == "fail" and finding["baseline"] == "new" for finding in report["findings"])
sys.stdout.write(f"fail={summary['fail']}\nunknown={summary['unknown']}\nnew={new}\n")
