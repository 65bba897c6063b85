#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# hosts_test.sh ROOT BUILD COMPILER: a job on three hosts, which are network namespaces that this
# test makes on a bridge of its own. Their links are cut for a while, one after the other, and a task
# manager is killed and joins again: the committed output is that of an undisturbed run.
# Skipped, with the reason, where network namespaces may not be made.
set -euo pipefail
root=$1 build=$2
job=$build/tests/counting_job
[[ -x $job ]] || { echo "$job is not built"; exit 1; }
work=$(mktemp -d)
source "$root/tests/integration/hosts.sh"
for host in 1 2 3; do add_host $host 10.77.0.$host; done

count=100000 keys=100
source "$root/tests/soak/counts.sh"
head -c 24 /dev/urandom | base64 >"$work/secret"
arguments=(--no-progress -p 3 --secret-file "$work/secret" -D taskmanager.count=3
  -D taskmanager.threads=1 -D execution.checkpointing.dir="$work/checkpoints"
  -D execution.checkpointing.interval=50ms
  -D restart-strategy.exponential-delay.initial-backoff=10ms
  -D restart-strategy.exponential-delay.max-backoff=100ms
  -P count=$count -P keys=$keys -P rate=8000 -P output="$work/output")
# join HOST: the task manager of that host; its number is in $joined.
join() {
  ip netns exec $name-$1 "$job" "${arguments[@]}" --join 10.77.0.1:6123 --listen 10.77.0.$1:0 >>"$work/log-$1" 2>&1 &
  joined=$!
}
cut() {
  ip -n $name-switch link set port$1 down
  sleep "$2"
  ip -n $name-switch link set port$1 up
}
# Checkpoints are discarded while find looks.
newest() { { find "$work" -path "*checkpoints*" -name manifest 2>/dev/null || true; } | sort -V | tail -n 1; }
# The job has gone on: there is a newer checkpoint than before.
wait_for_checkpoint() {
  local before
  before=$(newest)
  for ((n = 0; n < 200; ++n)); do
    [[ $(newest) == "$before" ]] || return 0
    kill -0 $main 2>/dev/null || return 0
    sleep 0.05
  done
  echo "no checkpoint in ten seconds:"
  tail -n 20 "$work"/log*
  return 1
}

ip netns exec $name-1 "$job" "${arguments[@]}" --listen 10.77.0.1:6123 --processes 1 >"$work/log-1" 2>&1 &
main=$!
join 2
second=$joined
join 3
third=$joined
wait_for_checkpoint
echo "a cut shorter than what is given up"
cut 2 0.3
wait_for_checkpoint
echo "a cut of one host"
cut 2 1.2
wait_for_checkpoint
echo "a cut of the job manager's host"
cut 1 1.2
wait_for_checkpoint
echo "a task manager is killed, and joins again"
kill -9 $third
wait $third 2>/dev/null || true
join 3
third=$joined
wait_for_checkpoint
kill -0 $main 2>/dev/null || { echo "the job was over before all faults"; exit 1; }
timeout 60 tail --pid=$main -f /dev/null || { echo "the job does not come to its end"; tail -n 20 "$work"/log*; exit 1; }
for process in $main $second $third; do
  status=0
  timeout 20 tail --pid=$process -f /dev/null || { echo "a process does not end"; exit 1; }
  wait $process || status=$?
  [[ $status -eq 0 ]] || { echo "a process ended with $status"; tail -n 20 "$work"/log*; exit 1; }
done
grep -q "nothing was heard" "$work"/log-* || { echo "nobody was given up"; exit 1; }
compare "hosts: three hosts, three cuts and a kill"
