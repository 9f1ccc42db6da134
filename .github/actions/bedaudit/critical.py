"""Prints how many critical findings of a JSON report fail, how many of those are new, and how many are unknown."""

import json
import sys
from pathlib import Path

findings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["findings"]
critical = [each for each in findings if each["severity"] == "critical"]
failed = [each for each in critical if each["outcome"] == "fail"]
new = [each for each in failed if each["baseline"] in {None, "new"}]
unknown = [each for each in critical if each["outcome"] == "unknown"]
sys.stdout.write(f"{len(failed)} {len(new)} {len(unknown)}\n")
