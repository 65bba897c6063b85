#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# process_soak.sh BUILD [FAULTS [JOBS [OPTION...]]]: JOBS jobs side by side, each in four processes, of which one
# after the other is killed (SIGKILL), stopped for longer than the others wait for it (SIGSTOP), cut
# off from one of the others (a connection is reset), or, being the job manager's, killed and started
# again from the latest checkpoint: FAULTS times in all. The committed output of each job must be
# that of a run that nobody disturbed. What happens when and to whom follows from WEIR_SOAK_SEED.
# On two cores 200 faults take a minute, 1,000 four. Bounded in time by FAULTS / JOBS x 3 s and two
# minutes. The options are the jobs': with -D execution.checkpointing.local-backup.enabled=true they
# restart from local copies.
set -euo pipefail
build=$1 faults=${2:-200} jobs=${3:-4} options=("${@:4}")
[[ $jobs -le $faults ]] || jobs=$faults
program=$build/tests/counting_job
[[ -x $program ]] || { echo "$program is not built"; exit 1; }
seed=${WEIR_SOAK_SEED:-$RANDOM}
echo "process_soak: $faults faults of $jobs jobs, WEIR_SOAK_SEED=$seed"
all=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$all"' EXIT
source "$(dirname "${BASH_SOURCE[0]}")/counts.sh"
keys=100
# Of the first half of its input a job reads so much in a second; it does not go further while it is
# disturbed.
rate=6000

# Who is not heard of for 500 ms is taken for lost (network/connection.hpp).
longer_than_the_others_wait() { sleep "0.$((RANDOM % 300 + 600))"; }
pause() { sleep "0.$(printf '%03d' $((RANDOM % 400 + 50)))"; }
# Only an administrator may reset the connections of others.
if ss -K dst 192.0.2.1 >/dev/null 2>&1; then can_cut=1; else can_cut=; fi
# cut PID: resets a connection of that process; fails if it has none.
cut() {
  local ports
  mapfile -t ports < <(ss -Htnp state established 2>/dev/null | grep "pid=$1," |
    awk '{sub(".*:", "", $3); print $3}' | sort -n)
  [[ ${#ports[@]} -gt 0 ]] || return 1
  local port=${ports[RANDOM % ${#ports[@]}]}
  [[ -n $(ss -HKtn state established "( sport = :$port )" 2>/dev/null) ]]
}

start() {
  "$program" --no-progress --restore latest --processes 3 -p 3 \
    -D execution.checkpointing.dir="$work/checkpoints" -D execution.checkpointing.interval=20ms \
    -D restart-strategy.exponential-delay.initial-backoff=10ms \
    -D restart-strategy.exponential-delay.max-backoff=100ms -D taskmanager.threads=1 \
    -P count="$count" -P keys="$keys" -P output="$work/output" -P rate="$1" \
    -P held_until="$work/released" \
    "${options[@]}" >>"$work/log" 2>&1 &
  main=$!
}
fail() { echo "job $number: $1:"; tail -n 30 "$work/log"; exit 1; }
# One of the processes that the job manager's has started; none while they are being started.
victim() {
  local children
  mapfile -t children < <(pgrep -P "$main" | sort -n)
  [[ ${#children[@]} -eq 0 ]] || echo "${children[RANDOM % ${#children[@]}]}"
}
restart() {
  kill -9 "$main" 2>/dev/null || true
  wait "$main" 2>/dev/null || true
  start "$1"
}

# disturb NUMBER FAULTS: one job, and what it is put through.
disturb() {
  number=$1 work=$all/$1 count=$((2 * ($2 * rate + 20000))) main=
  local killed=0 stopped=0 cut_off=0 restarted=0 who status=0
  RANDOM=$((seed + number))
  mkdir "$work"
  trap '[[ -z $main ]] || kill -9 $main 2>/dev/null' EXIT
  start $rate
  while [[ $((killed + stopped + cut_off + restarted)) -lt $2 ]]; do
    pause
    kill -0 "$main" 2>/dev/null || fail "the job ended before it was disturbed so often"
    local drawn=$((RANDOM % 12)) chance=$RANDOM
    who=$(RANDOM=$chance && victim)
    [[ -n $who ]] || continue
    if [[ $drawn -eq 0 ]]; then
      restart $rate
      restarted=$((restarted + 1))
    elif [[ $drawn -le 3 ]]; then
      kill -STOP "$who" 2>/dev/null || continue
      longer_than_the_others_wait
      kill -CONT "$who" 2>/dev/null || true
      stopped=$((stopped + 1))
    elif [[ $drawn -le 6 && -n $can_cut ]]; then
      cut "$who" || continue
      cut_off=$((cut_off + 1))
    else
      kill -9 "$who" 2>/dev/null || continue
      killed=$((killed + 1))
    fi
  done
  # What is left goes fast.
  touch "$work/released"
  restart 100000000
  timeout 90 tail --pid="$main" -f /dev/null || fail "the job does not come to its end"
  wait "$main" || status=$?
  main=
  [[ $status -eq 0 ]] || fail "the job failed by itself"
  compare "process_soak: job $number: $killed processes killed, $stopped stopped, $cut_off cut off, \
the job manager's killed $((restarted + 1)) times" || fail "the output is not what it should be"
  echo $((killed + stopped + cut_off + restarted)) >"$work/faults"
}

running=()
for ((n = 0; n < jobs; ++n)); do
  disturb "$n" $(((faults + n) / jobs)) &
  running+=($!)
done
status=0
for each in "${running[@]}"; do wait "$each" || status=1; done
[[ $status -eq 0 ]] || exit 1
[[ -n $can_cut ]] || echo "process_soak: nobody was cut off, which only an administrator may"
echo "process_soak: $(cat "$all"/*/faults | awk '{sum += $1} END {print sum}') faults of $jobs jobs"
