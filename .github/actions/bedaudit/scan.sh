#!/usr/bin/env bash
# Scans as the BEDAUDIT_* variables say; writes reports, annotations and the job summary, and leaves the verdict to the
# step after the upload. Nothing that AWS or a pull request says is taken for a command here. Reading stops after five
# sixths of TIMEOUT_MINUTES, so that what was read is reported before the job is killed; the rest is then unknown.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$RUNNER_TEMP/bedaudit
out=$home/reports
rm -rf "$out"
mkdir -p "$out/sarif"

keep=()
if [[ ${SAVE_SNAPSHOT:-false} == true ]]; then
  keep=(--save-snapshot "$out/snapshot.jsonl.gz")
fi
limit=()
if [[ -n ${TIMEOUT_MINUTES:-} ]]; then
  [[ $TIMEOUT_MINUTES =~ ^[1-9][0-9]{0,4}$ ]] || { echo "timeout-minutes must be a number of minutes" >&2; exit 2; }
  limit=(timeout --foreground --preserve-status "$((TIMEOUT_MINUTES * 50))")
fi
code=0
"${limit[@]}" "$home/venv/bin/bedaudit" scan --sarif-for github --markdown-for summary --format github \
  -o "json:$out/report.json" -o "html:$out/report.html" -o "markdown:$out/summary.md" -o "sarif:$out/sarif/" \
  "${keep[@]}" || code=$?

{
  echo "exit-code=$code"
  if [[ -f $out/report.json ]]; then
    "$home/venv/bin/python" "$here/counts.py" "$out/report.json"
    echo "json-file=$out/report.json"
    echo "html-file=$out/report.html"
  fi
  if [[ -f $out/snapshot.jsonl.gz ]]; then
    echo "snapshot-file=$out/snapshot.jsonl.gz"
  fi
  if compgen -G "$out/sarif/*.sarif" >/dev/null; then
    echo "sarif-directory=$out/sarif"
  fi
} >>"$GITHUB_OUTPUT"

if ((code == 130)); then
  told="Reading was interrupted: what was not read by then is unknown"
  echo "::error::$told"
  printf '**%s.**\n\n' "$told" >>"$GITHUB_STEP_SUMMARY"
fi
if [[ -f $out/summary.md ]]; then
  cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
else
  echo "bedaudit could not run (exit code $code): see the log of this step." >>"$GITHUB_STEP_SUMMARY"
fi
