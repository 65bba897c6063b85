#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# hostile_soak.sh BUILD [SECONDS] [plain|tls]: the port of a running job is sprayed with garbage for
# so long, by hostile_peer, which also watches the job manager's process. Meanwhile task managers
# join there, one is killed, and another takes its place: the committed output must be that of a run
# that nobody disturbed.
set -euo pipefail
build=$1 seconds=${2:-3} transport=${3:-plain}
here=$(dirname "${BASH_SOURCE[0]}")
job=$build/tests/counting_job
for program in "$job" "$build/tests/hostile_peer"; do
  [[ -x $program ]] || { echo "$program is not built"; exit 1; }
done
work=$(mktemp -d)
processes=()
trap '((${#processes[@]} == 0)) || kill -9 "${processes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
# The second half of the input waits until the spraying is over.
count=$((seconds * 10000 + 60000)) keys=100
# What a join may take, and what a stranger may cost: 64 KiB, and what it has sent of a greeting; with
# TLS also a record, a first message of 128 KiB, and what OpenSSL needs.
most_join=3 kib_each=80
source "$here/counts.sh"
source "$here/../support/certificates.sh"

fail() { echo "$1:"; tail -n 20 "$work"/*.log; exit 1; }
head -c 24 /dev/urandom | base64 >"$work/secret"
port=$((10000 + RANDOM % 20000))
arguments=(--no-progress --restore latest -p 2 -D taskmanager.count=2 -D taskmanager.threads=1
  -D execution.checkpointing.dir="$work/checkpoints" -D execution.checkpointing.interval=50ms
  -D restart-strategy.exponential-delay.initial-backoff=10ms
  -D restart-strategy.exponential-delay.max-backoff=100ms --secret-file "$work/secret"
  -P count="$count" -P keys="$keys" -P output="$work/output" -P rate=10000 -P held_until="$work/released")
if [[ $transport == tls ]]; then
  authority "$work/ca"
  certificate "$work/cert" "$work/ca"
  arguments+=(--tls-cert "$work/cert.pem" --tls-key "$work/cert.key" --tls-ca "$work/ca.pem")
  kib_each=300
fi

# newest: the number of the last checkpoint that has completed; it needs all task managers.
newest() {
  find "$work/checkpoints" -name manifest 2>/dev/null | sed 's/.*chk-\([0-9]*\).*/\1/' | sort -n | tail -n 1
}
# join NAME: one more task manager.
join() {
  "$job" "${arguments[@]}" --join 127.0.0.1:$port 2>"$work/$1.log" &
  joined=$!
  processes+=("$joined")
}
# runs WHAT: waits until there is a newer checkpoint than $last; says how long that took.
runs() {
  local begun=$EPOCHREALTIME
  for ((n = 0; n < most_join * 20; ++n)); do
    if [[ $(newest) -gt $last ]]; then
      kill -0 "$hostile" 2>/dev/null || fail "the spraying was over before"
      awk -v what="$1" -v begun="$begun" -v end="$EPOCHREALTIME" \
        'BEGIN { printf "%s, and the job ran after %.0f ms\n", what, (end - begun) * 1000 }'
      return
    fi
    sleep 0.05
  done
  fail "no task manager could join within $most_join s"
}

"$job" "${arguments[@]}" --listen 127.0.0.1:$port 2>"$work/main.log" &
main=$!
processes+=("$main")
for ((n = 0; n < 100; ++n)); do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.05
done
"$build/tests/hostile_peer" "$port" "$seconds" "$main" 128 "$kib_each" >"$work/hostile" &
hostile=$!
processes+=("$hostile")
sleep 0.5
join first
join second
second=$joined
last=0
runs "hostile_soak ($transport): two task managers joined while it was sprayed"
kill -9 "$second"
wait "$second" 2>/dev/null || true
last=$(newest)
join third
runs "hostile_soak ($transport): one took the place of another that was killed"
status=0
wait "$hostile" || status=$?
cat "$work/hostile"
[[ $status -eq 0 ]] || fail "the process has not kept to its bounds"
# Bounds that nobody can keep to: what is watched is seen.
! "$build/tests/hostile_peer" "$port" 1 "$main" 1 1 >"$work/hostile" || fail "any number of sockets is accepted"
kill -0 "$main" 2>/dev/null || fail "the job was over before"
touch "$work/released"
timeout 60 tail --pid="$main" -f /dev/null || fail "the job does not come to its end"
wait "$main" || fail "the job failed"
said=$(stat -c %s "$work/main.log")
echo "hostile_soak ($transport): $said bytes of log"
[[ $said -le $((seconds * 10000 + 50000)) ]] || fail "strangers fill the log"
compare "hostile_soak ($transport)" || fail "the output is not what it should be"
