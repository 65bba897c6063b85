#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers_compile_alone.sh COMPILER ROOT: every header that a job may include compiles with nothing
# before it. Those that have a source are covered by that, as are the headers of the other folders: a
# source includes its own header first (tidy_test checks that), and clang-tidy reads it without
# precompiled headers.
set -euo pipefail
compiler=$1 root=$2
cd "$root"

export WEIR_COMPILER=$compiler
headers=$(find api connectors coordination/run.hpp coordination/testing/operator_test.hpp coordination/testing/simulation.hpp -name '*.hpp' 2>/dev/null | sort || true)
headers=$(while read -r each; do [[ -f ${each%.hpp}.cpp ]] || echo "$each"; done <<<"$headers")
[[ -n $headers ]] || { echo "no header found under $root"; exit 1; }

# Included from a source, because a header as the main file warns about its own #pragma once.
compile_alone() {
  echo "#include \"$1\"" |
    "$WEIR_COMPILER" -std=c++20 -fsyntax-only -Wall -Wextra -Werror -I. -x c++ - ||
    { echo "$1 does not compile alone"; return 1; }
}
export -f compile_alone
echo "$headers" | xargs -P 2 -I '{}' bash -c 'compile_alone "$1"' _ '{}'

# The check itself: a header that leans on its includer is refused.
! echo 'inline std::string name();' | "$compiler" -std=c++20 -fsyntax-only -x c++ - 2>/dev/null ||
  { echo "the compiler accepts a header that lacks an include"; exit 1; }
echo "$(wc -l <<<"$headers") headers compile alone"
