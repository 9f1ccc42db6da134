#!/usr/bin/env bash
# Scans as the BEDAUDIT_* variables say; writes reports, annotations and the job summary, and leaves the verdict to the
# step after the upload. Nothing that AWS or a pull request says is taken for a command here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$RUNNER_TEMP/bedaudit
out=$home/reports
rm -rf "$out"
mkdir -p "$out/sarif"

code=0
"$home/venv/bin/bedaudit" scan --sarif-for github --markdown-for summary --format github \
  -o "json:$out/report.json" -o "markdown:$out/summary.md" -o "sarif:$out/sarif/" || code=$?

{
  echo "exit-code=$code"
  if [[ -f $out/report.json ]]; then
    "$home/venv/bin/python" "$here/counts.py" "$out/report.json"
    echo "json-file=$out/report.json"
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
