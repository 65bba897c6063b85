#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# self_test.sh COMPILER: compile_fails.sh accepts the expected failure, and neither another failure
# nor a file that compiles.
set -euo pipefail
compiler=$1
check="$(dirname "${BASH_SOURCE[0]}")/compile_fails.sh"
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

echo 'static_assert(false, "a key must have one encoding");' >"$directory/refused.cpp"
echo 'int main() {}' >"$directory/accepted.cpp"

verdict() { bash "$check" "$compiler" "$directory" "$directory/$1" "$2" >/dev/null; }
verdict refused.cpp 'a key must have one .*ing' || { echo "rejected the expected failure"; exit 1; }
! verdict refused.cpp 'a value must' || { echo "accepted another message"; exit 1; }
! verdict accepted.cpp '.*' || { echo "accepted a file that compiles"; exit 1; }
echo "compile_fails.sh tells the three cases apart"
