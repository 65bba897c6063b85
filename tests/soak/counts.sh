# SPDX-License-Identifier: Apache-2.0
# Sourced by soaks of counting_job: what it must write, and what it has written. Needs $count, $keys
# and $work.

# What the job must write: computed without it.
expected() {
  awk -v count="$count" -v keys="$keys" 'BEGIN {
    for (i = 0; i < count; ++i) {
      key = i % keys
      print key ":" ++seen[key]
      ++windows[key "@" int(i / 10000)]
    }
    for (place in windows) {
      split(place, part, "@")
      print part[1] "@" part[2] "=" windows[place]
    }
  }' | sort
}
# Committed lines of all files, with windows by number: 1970-01-01T00:00:10Z is window 1.
written() {
  find "$work/output" -type f ! -name '*.in-progress' -exec cat {} + | python3 -c '
import datetime, sys
for line in sys.stdin:
    if "@" in line:
        key, rest = line.rstrip("\n").split("@")
        time, count = rest.split("=")
        start = datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()
        line = f"{key}@{int(start) // 10}={count}\n"
    sys.stdout.write(line)' | sort
}
# compare WHAT: fails unless nothing is lost, duplicated or left over.
compare() {
  expected >"$work/expected"
  written >"$work/written"
  local lost extra left
  lost=$(comm -23 "$work/expected" "$work/written" | wc -l)
  extra=$(comm -13 "$work/expected" "$work/written" | wc -l)
  echo "$1, $(wc -l <"$work/expected") lines, $lost lost, $extra duplicated or wrong"
  left=$(find "$work/output" -name '*.in-progress' | wc -l)
  [[ $left -eq 0 ]] || { echo "$left unfinished files are left over"; return 1; }
  [[ $lost -eq 0 && $extra -eq 0 ]]
}
