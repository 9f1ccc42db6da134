#!/usr/bin/env bash
# Judges the snapshots of the shards together, as the BEDAUDIT_ variables say, compares the whole with the scan before,
# and keeps it in HISTORY: a branch of the calling repository, or s3://BUCKET/PREFIX. A shard that was interrupted leaves
# no snapshot, but a report in which the rest is unknown: the reports are joined then. Where one of PARTS left nothing or
# not all, what was read is reported, but neither passes nor is kept: the next scan would take the rest for new.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$RUNNER_TEMP/bedaudit
out=$home/whole
kept=$home/history
stamp=$(date -u +%Y%m%dT%H%M%SZ)
rm -rf "$out" "$kept"
mkdir -p "$out/sarif"

git_here() { git -C "$kept" -c credential.helper= -c 'credential.helper=!gh auth git-credential' "$@"; }

tell() {
  echo "::error::$1"
  printf '**%s.**\n\n' "$1" >>"$GITHUB_STEP_SUMMARY"
}

# Checks out the history as it is now; one that cannot be asked for is not taken for one that is not there.
fetch_history() {
  local found
  found=$(git_here ls-remote --heads origin "refs/heads/$HISTORY")
  if [[ -n $found ]]; then
    git_here fetch --quiet --depth 1 origin "refs/heads/$HISTORY"
    git_here checkout --quiet --force -B history FETCH_HEAD
  else
    git_here checkout --quiet --orphan history
  fi
}

# Adds the report to the history; false if another scan was quicker.
push_history() {
  cp "$out/report.json" "$kept/$stamp.json" &&
    git_here add "$stamp.json" &&
    git_here -c user.name=bedaudit -c user.email=bedaudit@users.noreply.github.com \
      commit --quiet --message "Scan of $stamp" &&
    git_here push --quiet origin "history:refs/heads/$HISTORY"
}

if [[ $HISTORY == s3://* ]]; then
  mkdir -p "$kept"
  aws s3 sync --quiet --exclude '*' --include '*.json' "${HISTORY%/}/" "$kept"
else
  git init --quiet "$kept"
  git_here remote add origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git"
  fetch_history
fi

mkdir -p "$SHARDS"
mapfile -t before < <(find "$kept" -maxdepth 1 -name '*.json' | sort | tail -n 90)
mapfile -t parts < <(find "$SHARDS" -name snapshot.jsonl.gz | sort)
mapfile -t reports < <(find "$SHARDS" -name report.json | sort)
stopped=0
for each in "${reports[@]}"; do
  [[ -f ${each%/*}/snapshot.jsonl.gz ]] || stopped=$((stopped + 1))
done
if ((stopped > 0)); then
  parts=("${reports[@]}")
fi
expected=$(jq length <<<"$PARTS")
missing=$((expected - ${#parts[@]}))
baseline=()
if ((${#before[@]})); then
  baseline=(--baseline "${before[-1]}")
fi

code=0
"$home/venv/bin/bedaudit" merge --sarif-for github "${baseline[@]}" --format github \
  -o "json:$out/report.json" -o "sarif:$out/sarif/" -- "${parts[@]}" || code=$?
if ((missing > 0)); then
  tell "$missing of $expected shards left nothing: what they were to read is in no report"
fi
if ((stopped > 0)); then
  tell "$stopped of $expected shards were interrupted: what they had not read by then is unknown"
fi
if ((missing + stopped > 0)); then
  echo "incomplete=$((missing + stopped))" >>"$GITHUB_OUTPUT"
  code=$((code ? code : 3))
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
if [[ ! -f $out/report.json ]]; then
  echo "The shards could not be joined (exit code $code)." >>"$GITHUB_STEP_SUMMARY"
  exit "$code"
fi
cp "$out/report.json" "$kept/$stamp.json"
"$home/venv/bin/bedaudit" report "${baseline[@]}" --markdown-for summary --format github \
  -o "html:$out/report.html" -o "markdown:$out/summary.md" \
  -- "${before[@]}" "$kept/$stamp.json" >/dev/null
cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"

{
  echo "directory=$out"
  echo "json-file=$out/report.json"
  "$home/venv/bin/python" "$here/counts.py" "$out/report.json"
  if compgen -G "$out/sarif/*.sarif" >/dev/null; then
    echo "sarif-directory=$out/sarif"
  fi
} >>"$GITHUB_OUTPUT"

if ((missing + stopped > 0)); then
  exit 0
elif [[ $HISTORY == s3://* ]]; then
  aws s3 cp --quiet "$kept/$stamp.json" "${HISTORY%/}/$stamp.json"
else
  for attempt in 1 2 3; do
    push_history && break
    ((attempt < 3))
    fetch_history
  done
fi
