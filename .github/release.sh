#!/usr/bin/env bash
# Builds the release $1 into dist/, tries the wheel in an environment of its own, and writes the list of all that it
# brings along as a CycloneDX SBOM.
set -euo pipefail

version=$1
packaged=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
[[ $packaged == "$version" ]] || { echo "the tag says $version, and the package: $packaged" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/build"
"$work/build/bin/python" -m pip install --quiet build
"$work/build/bin/python" -m build --quiet --outdir dist
wheel=dist/bedaudit-$version-py3-none-any.whl

python3 -m venv "$work/use"
"$work/use/bin/python" -m pip install --quiet "$wheel"
(cd "$work" && "$work/use/bin/bedaudit" --version && "$work/use/bin/bedaudit" policy test builtin:all)

"$work/build/bin/python" -m pip install --quiet cyclonedx-bom
mkdir -p sbom
"$work/build/bin/cyclonedx-py" environment "$work/use" --output-format JSON --output-file sbom/bedaudit.cdx.json
