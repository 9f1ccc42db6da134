#!/usr/bin/env bash
# Scans as the BEDAUDIT_* variables say; writes reports, annotations and the job summary, and leaves the verdict to the
# step after the upload. Nothing that AWS or a pull request says is taken for a command here.
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
code=0
"$home/venv/bin/bedaudit" scan --sarif-for github --markdown-for summary --format github \
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

if [[ -f $out/summary.md ]]; then
  cat "$out/summary.md" >>"$GITHUB_STEP_SUMMARY"
else
  echo "bedaudit could not run (exit code $code): see the log of this step." >>"$GITHUB_STEP_SUMMARY"
fi
