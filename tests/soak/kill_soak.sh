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

source "$(dirname "${BASH_SOURCE[0]}")/counts.sh"

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

left=$(find "$work/rocksdb" -mindepth 1 ! -name '*.lock' | wc -l)
[[ $left -eq 0 ]] || { echo "$left files of RocksDB are left over"; exit 1; }
compare "kill_soak: $done_kills kills"
