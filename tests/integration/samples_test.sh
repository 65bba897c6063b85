#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# samples_test.sh ROOT BUILD: the samples print what they should.
set -euo pipefail
root=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$root/tests/integration/word_counts.sh"

# The checks of the check: a wrong count, a missing word and a word too many are refused.
printf '%s: %s\n' to 2 be 2 or 1 not 1 that 1 is 1 the 1 question 1 >"$work/right"
expect_counts "$work/right"
for spoil in 's/to: 2/to: 3/' '/or: 1/d' 's/the: 1/the: 1\nextra: 1/'; do
  sed "$spoil" "$work/right" >"$work/wrong"
  ! expect_counts "$work/wrong" >/dev/null || { echo "accepted output spoilt by $spoil"; exit 1; }
done

echo "word_count"
[[ -x $build/samples/word_count ]] || { echo "$build/samples/word_count is not built"; exit 1; }
write_book "$work/book.txt"
(cd "$work" && timeout 60 "$build/samples/word_count" -P input=book.txt >output 2>errors) ||
  { echo "word_count failed:"; cat "$work/output" "$work/errors"; exit 1; }
expect_counts "$work/output"
