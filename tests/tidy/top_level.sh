#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# top_level.sh ROOT: what is kept at the root is what docs/style.md says and nothing else. A folder
# that a run has left there, and that was committed with the rest, is what this is for.
set -euo pipefail
known=(actors api connectors coordination docs network samples state tests .ci .clang-format
  .clang-tidy .editorconfig .gitattributes .gitignore CHANGELOG.md CMakeLists.txt CMakePresets.json
  CONTRIBUTING.md LICENSE README.md bench.sh packages.txt run.sh test.sh)

# strangers PATH...: those whose first part is not known.
strangers() { printf '%s\n' "$@" | cut -d/ -f1 | sort -u | grep -vxF "$(printf '%s\n' "${known[@]}")" || true; }

[[ $(strangers README.md out/part-0 api/time.hpp out/part-1) == out ]] || { echo "the check itself fails"; exit 1; }
git -C "$1" rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "skipped: $1 is no checkout"; exit 77; }
mapfile -t kept < <(git -C "$1" ls-files)
found=$(strangers "${kept[@]}")
[[ -z $found ]] || { echo "does not belong at the root:" $found; exit 1; }
