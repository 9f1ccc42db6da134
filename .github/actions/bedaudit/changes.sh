#!/usr/bin/env bash
# Says in the job summary which of the files that decide about the gate a change touches: they are taken from BASE, so
# that a change cannot approve itself, and the names of what HEAD would change are shown to whoever reviews it.
set -euo pipefail

changed=()
while IFS= read -r -d '' name; do
  if ! diff -rq "$BASE/$name" "$HEAD/$name" >/dev/null 2>&1; then
    changed+=("$name")
  fi
done < <(
  for root in "$BASE" "$HEAD"; do
    (cd "$root" && for path in $GUARDED; do [[ -e $path || -L $path ]] && find "$path" ! -type d -print0; done) || true
  done | sort -zu
)

if ((${#changed[@]} == 0)); then
  exit 0
fi
{
  echo "### This change touches what decides about the gate"
  echo
  echo "The gate ran with the versions of the base branch. Review with care:"
  echo
  printf '%s\0' "${changed[@]}" | head -z -n 50 | while IFS= read -r -d '' name; do
    printf -- '- `%s`\n' "$(printf '%s' "$name" | tr -c '[:alnum:]./_ -' '?')"
  done
  ((${#changed[@]} <= 50)) || echo "- and $((${#changed[@]} - 50)) more"
} >>"$GITHUB_STEP_SUMMARY"
echo "changed=${#changed[@]}" >>"$GITHUB_OUTPUT"
