#!/usr/bin/env bash
# Validates the policies of a change and runs their own examples, without AWS.
set -euo pipefail

bedaudit=$RUNNER_TEMP/bedaudit/venv/bin/bedaudit
read -ra policies <<<"${BEDAUDIT_POLICY:-}"
"$bedaudit" policy validate -- "${policies[@]}"
"$bedaudit" policy test -- "${policies[@]}"
