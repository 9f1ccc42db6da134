#!/usr/bin/env bash
# Opens an issue when there are new critical findings in REPORT, updates it while there are any, and closes it when the
# last is gone; not while shards are MISSING, in which some may be. NAME tells this scan from another one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/issues.bash"

home=$RUNNER_TEMP/bedaudit
title="bedaudit: critical findings${NAME:+ ($NAME)}"
read -r critical new < <("$home/venv/bin/python" "$here/critical.py" "$REPORT")
if ((critical == 0)) && [[ -n ${MISSING:-} ]]; then
  exit 0
elif ((critical == 0)); then
  close_issue "$title" "No critical finding is left."
elif ((new > 0)) || [[ -n $(open_issue "$title") ]]; then
  "$home/venv/bin/bedaudit" report --format markdown -- "$REPORT" >"$home/issue.md"
  open_or_update "$title" "$home/issue.md"
fi
