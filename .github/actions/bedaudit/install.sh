#!/usr/bin/env bash
# Installs the bedaudit that this action is part of, and only dependencies whose hashes are in requirements.txt.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$RUNNER_TEMP/bedaudit/venv

python -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$here/requirements.txt"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation "$here/../../.."
"$venv/bin/bedaudit" --version
