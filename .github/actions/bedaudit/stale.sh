#!/usr/bin/env bash
# Opens an issue where no whole scan was reported for two periods of PERIOD_HOURS, and closes it when one is. A scan that
# finds what fails its run is one, too: what counts are the reports that are kept as artifacts. NAME tells this scan from
# another.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/issues.bash"

title="bedaudit: the organisation scan does not succeed${NAME:+ ($NAME)}"
[[ $PERIOD_HOURS =~ ^[1-9][0-9]{0,4}$ ]] || { echo "period-hours must be a number of hours" >&2; exit 2; }
workflow=${GITHUB_WORKFLOW_REF%@refs/*}

last=$(gh api --method GET "repos/$GITHUB_REPOSITORY/actions/artifacts" -f "name=bedaudit-report${NAME:+-$NAME}" \
  -F per_page=100 --jq '[.artifacts[].created_at] | max // empty')
since=${last:-$(gh run list --repo "$GITHUB_REPOSITORY" --workflow "${workflow##*/}" --limit 100 --json createdAt \
  --jq 'map(.createdAt) | min // empty')}
if [[ -z $since ]]; then
  exit 0
fi
hours=$((($(date +%s) - $(date -d "$since" +%s)) / 3600))
if ((hours < 2 * PERIOD_HOURS)); then
  [[ -z $last ]] || close_issue "$title" "A whole scan was reported."
  exit 0
fi
body=$RUNNER_TEMP/stale.md
if [[ -n $last ]]; then
  echo "The last whole scan was reported $hours hours ago, at $last." >"$body"
else
  echo "No whole scan has been reported since the first run began $hours hours ago, at $since." >"$body"
fi
echo "It is to run every $PERIOD_HOURS hours. What is not seen is not known to be as required." >>"$body"
open_or_update "$title" "$body"
