#!/usr/bin/env bash
# Numbers SHARDS parts, as the JSON list that a matrix takes.
set -euo pipefail

[[ $SHARDS =~ ^[1-9][0-9]{0,2}$ ]] || { echo "shards must be a number from 1 to 999" >&2; exit 2; }
list=$(seq -f "\"%g/$SHARDS\"" -s, 1 "$SHARDS")
echo "shards=[$list]" >>"$GITHUB_OUTPUT"
