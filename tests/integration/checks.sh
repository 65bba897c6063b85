# SPDX-License-Identifier: Apache-2.0
# Sourced by tests of programs: an empty directory to work in, which is gone at the end, and how to
# say what is not as it should be.

# need PROGRAM...: all of them are built.
need() {
  local program
  for program in "$@"; do
    [[ -x $program ]] || { echo "$program is not built"; exit 1; }
  done
}

# same WHAT EXPECTED ACTUAL
same() {
  [[ $2 == "$3" ]] || { printf '%s\nexpected: %s\nactual:   %s\n' "$1" "$2" "$3"; return 1; }
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
