#!/usr/bin/env bash
# Validates the policies of a change and runs their own examples, without AWS.
set -euo pipefail

bedaudit=$RUNNER_TEMP/bedaudit/venv/bin/bedaudit
read -ra policies <<<"${BEDAUDIT_POLICY:-}"

# What files of a change are called and say is no command to the runner.
token=$(od -An -N 16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
trap 'echo "::$token::"' EXIT
exec 2>&1 # in this order
"$bedaudit" policy validate -- "${policies[@]}"
"$bedaudit" policy test -- "${policies[@]}"
