"""Prints how many critical findings a JSON report has, and how many of them are new."""

import json
import sys
from pathlib import Path

findings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["findings"]
critical = [each for each in findings if each["outcome"] == "fail" and each["severity"] == "critical"]
new = [each for each in critical if each["baseline"] in {None, "new"}]
sys.stdout.write(f"{len(critical)} {len(new)}\n")
