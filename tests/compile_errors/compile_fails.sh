#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# compile_fails.sh COMPILER ROOT FILE REGEX: succeeds only when FILE does not compile and what the
# compiler says matches REGEX (extended). Both count: a file that fails for another reason, such as a
# missing header, proves nothing about the message a user gets.
set -euo pipefail
compiler=$1 root=$2 file=$3 regex=$4

if output=$("$compiler" -std=c++20 -fsyntax-only -fdiagnostics-color=never -I"$root" "$file" 2>&1)
then
  echo "$file compiles, but must fail with a message that matches: $regex"
  exit 1
fi
if ! grep -qE -e "$regex" <<<"$output"; then
  printf '%s fails, but nothing in the output matches: %s\n%s\n' "$file" "$regex" "$output"
  exit 1
fi
grep -m 1 -E -e "$regex" <<<"$output"
