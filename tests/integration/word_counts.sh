# SPDX-License-Identifier: Apache-2.0
# Sourced: a book of ten words, and what every word count job must print about it.

# write_book FILE
write_book() { printf 'to be or not to be\nthat is the question\n' >"$1"; }

# expect_counts OUTPUT: one line for each word: "to: 2", or a whole window result.
expect_counts() {
  local output=$1 word count lines
  while read -r word count; do
    grep -qE "^($word: $count|\{key: $word, .*, value: $count\})\$" "$output" ||
      { echo "no '$word' with $count in:"; cat "$output"; return 1; }
  done <<<"to 2
be 2
or 1
not 1
that 1
is 1
the 1
question 1"
  lines=$(grep -c . "$output")
  [[ $lines -eq 8 ]] || { echo "8 lines expected, not $lines:"; cat "$output"; return 1; }
}
