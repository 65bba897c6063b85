#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# process_soak.sh BUILD [FAULTS [OPTION...]]: a job in four processes, of which one after the other
# is killed (SIGKILL), stopped for a while (SIGSTOP), or, being the job manager's, killed and
# started again from the latest checkpoint: FAULTS times in all. Its committed output must be that
# of a run that nobody disturbed. Bounded in time by FAULTS x 1 s and a minute. The options are the
# job's: with -D execution.checkpointing.local-backup.enabled=true it restarts from local copies.
set -euo pipefail
build=$1 faults=${2:-12} options=("${@:3}")
job=$build/tests/counting_job
[[ -x $job ]] || { echo "$job is not built"; exit 1; }
seed=${WEIR_SOAK_SEED:-$RANDOM}
RANDOM=$seed
echo "process_soak: $faults faults, WEIR_SOAK_SEED=$seed"
work=$(mktemp -d)
main=
trap '[[ -z $main ]] || kill -9 $main 2>/dev/null; rm -rf "$work"' EXIT
count=$((faults * 10000 + 20000)) keys=100
source "$(dirname "${BASH_SOURCE[0]}")/counts.sh"

start() {
  "$job" --no-progress --restore latest --processes 3 -p 3 \
    -D execution.checkpointing.dir="$work/checkpoints" -D execution.checkpointing.interval=20ms \
    -D restart-strategy.exponential-delay.initial-backoff=10ms \
    -D restart-strategy.exponential-delay.max-backoff=100ms -D taskmanager.threads=1 \
    -P count="$count" -P keys="$keys" -P output="$work/output" -P rate="$1" \
    "${options[@]}" >>"$work/log" 2>&1 &
  main=$!
}
fail() { echo "$1:"; tail -n 30 "$work/log"; exit 1; }
pause() { sleep "0.$(printf '%03d' $((RANDOM % $1 + 50)))"; }
# One of the processes that the job manager's has started; none while they are being started.
victim() { pgrep -P "$main" | shuf -n 1 --random-source=<(yes $RANDOM) || true; }

killed=0 stopped=0 restarted=0
start 15000
for ((n = 0; n < faults; ++n)); do
  pause 600
  if ! kill -0 "$main" 2>/dev/null; then
    wait "$main" || fail "the job failed by itself"
    break
  fi
  who=$(victim)
  [[ -n $who ]] || continue
  case $((RANDOM % 6)) in
    0)
      kill -9 "$main"
      wait "$main" 2>/dev/null || true
      restarted=$((restarted + 1))
      start 15000
      ;;
    1 | 2)
      kill -STOP "$who" 2>/dev/null || true
      pause 900
      kill -CONT "$who" 2>/dev/null || true
      stopped=$((stopped + 1))
      ;;
    *)
      kill -9 "$who" 2>/dev/null || true
      killed=$((killed + 1))
      ;;
  esac
done
[[ $((killed + stopped + restarted)) -gt 0 ]] || fail "nothing was disturbed"
kill -0 "$main" 2>/dev/null || wait "$main" || fail "the job failed by itself"
# What is left goes fast.
kill -9 "$main" 2>/dev/null || true
wait "$main" 2>/dev/null || true
start 100000000
timeout 60 tail --pid="$main" -f /dev/null || fail "the job does not come to its end"
wait "$main" || fail "the job failed by itself"
main=
compare "process_soak: $killed processes killed, $stopped stopped, the job manager's killed \
$((restarted + 1)) times" || fail "the output is not what it should be"
