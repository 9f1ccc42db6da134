#!/usr/bin/env bash
# Opens an issue when there are new critical findings in REPORT, updates it while there are any, and closes it when the
# last is gone and none is unknown. Of an INCOMPLETE scan it is told what is new only. NAME tells this scan from another.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/issues.bash"

home=$RUNNER_TEMP/bedaudit
title="bedaudit: critical findings${NAME:+ ($NAME)}"
read -r failed new unknown < <("$home/venv/bin/python" "$here/critical.py" "$REPORT")
if ((failed + unknown == 0)) && [[ -z ${INCOMPLETE:-} ]]; then
  close_issue "$title" "No critical finding is left, and none is unknown."
elif ((new > 0)) || [[ -z ${INCOMPLETE:-} && -n $(open_issue "$title") ]]; then
  "$home/venv/bin/bedaudit" report --format markdown -- "$REPORT" >"$home/issue.md"
  open_or_update "$title" "$home/issue.md"
fi
