#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill_soak.sh BUILD [KILLS]: kills a job with SIGKILL at random instants, KILLS times in all, starts
# it again from its latest checkpoint each time, at another parallelism and with another state
# backend, and lets it come to its end: its committed output must be that of a run that nobody
# disturbed. Bounded in time by KILLS x 0.4 s.
set -euo pipefail
build=$1 kills=${2:-20}
job=$build/tests/counting_job
[[ -x $job ]] || { echo "$job is not built"; exit 1; }
seed=${WEIR_SOAK_SEED:-$RANDOM}
RANDOM=$seed
echo "kill_soak: $kills kills, WEIR_SOAK_SEED=$seed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=$((kills * 4000 + 20000)) keys=100

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
# next_run BACKEND ARGUMENT...: the arguments of the next run.
next_run() {
  local backend=$1
  shift
  arguments=(--restore latest -p $((1 + RANDOM % 4))
    -D execution.checkpointing.dir="$work/checkpoints" -D execution.checkpointing.interval=10ms
    -D execution.checkpointing.num-retained=2 -D taskmanager.threads=2
    -D state.backend.type="$backend" -D state.backend.rocksdb.cache-size="$((RANDOM % 3))kb"
    -D state.backend.rocksdb.localdir="$work/rocksdb"
    -P count="$count" -P keys="$keys" -P output="$work/output" "$@")
}

done_kills=0
while [[ $done_kills -lt $kills ]]; do
  backends=(memory rocksdb)
  next_run "${backends[RANDOM % 2]}" -P rate=20000
  "$job" "${arguments[@]}" >>"$work/log" 2>&1 &
  sleep "0.$(printf '%03d' $((RANDOM % 250 + 20)))"
  kill -9 $! 2>/dev/null || true
  status=0
  wait $! 2>/dev/null || status=$?
  if [[ $status -ne 137 ]]; then
    [[ $status -eq 0 ]] || { echo "the job failed by itself:"; tail -n 20 "$work/log"; exit 1; }
    break
  fi
  done_kills=$((done_kills + 1))
done
[[ $done_kills -gt 0 ]] || { echo "nothing was killed"; exit 1; }
# The last one tidies up behind those that were killed, as whoever opens a store there does.
next_run rocksdb -D state.backend.rocksdb.cache-size=0b -P rate=100000000
"$job" "${arguments[@]}" >>"$work/log" 2>&1 || { echo "the job failed by itself:"; tail -n 20 "$work/log"; exit 1; }

expected >"$work/expected"
written >"$work/written"
lost=$(comm -23 "$work/expected" "$work/written" | wc -l)
extra=$(comm -13 "$work/expected" "$work/written" | wc -l)
echo "kill_soak: $done_kills kills, $(wc -l <"$work/expected") lines, $lost lost, $extra duplicated or wrong"
left=$(find "$work/output" -name '*.in-progress' | wc -l)
[[ $left -eq 0 ]] || { echo "$left unfinished files are left over"; exit 1; }
left=$(find "$work/rocksdb" -mindepth 1 ! -name '*.lock' | wc -l)
[[ $left -eq 0 ]] || { echo "$left files of RocksDB are left over"; exit 1; }
[[ $lost -eq 0 && $extra -eq 0 ]]
