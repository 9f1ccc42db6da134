#!/usr/bin/env bash
# Opens an issue where the calling workflow has not succeeded for two periods of PERIOD_HOURS, and closes it when it has.
# NAME tells this scan from another.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/issues.bash"

title="bedaudit: the organisation scan does not succeed${NAME:+ ($NAME)}"
workflow=${GITHUB_WORKFLOW_REF%@refs/*}
[[ $PERIOD_HOURS =~ ^[1-9][0-9]{0,4}$ ]] || { echo "period-hours must be a number of hours" >&2; exit 2; }

# The creation time of the first run that $1 (jq) finds among the newest runs with the options that follow.
run_time() {
  local filter=$1
  shift
  gh run list --repo "$GITHUB_REPOSITORY" --workflow "${workflow##*/}" --limit 100 "$@" --json createdAt \
    --jq "map(.createdAt) | $filter // empty"
}

last=$(run_time max --status success)
since=${last:-$(run_time min)}
if [[ -z $since ]]; then
  exit 0
fi
hours=$((($(date +%s) - $(date -d "$since" +%s)) / 3600))
if ((hours < 2 * PERIOD_HOURS)); then
  close_issue "$title" "It succeeds again."
  exit 0
fi
body=$RUNNER_TEMP/stale.md
if [[ -n $last ]]; then
  echo "The last scan that succeeded began $hours hours ago, at $last." >"$body"
else
  echo "No scan has succeeded since the first one began $hours hours ago, at $since." >"$body"
fi
echo "It is to run every $PERIOD_HOURS hours. What is not seen is not known to be as required." >>"$body"
open_or_update "$title" "$body"
