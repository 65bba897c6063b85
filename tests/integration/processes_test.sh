#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# processes_test.sh ROOT BUILD COMPILER: a job in several processes writes what it writes in one;
# task managers join from elsewhere; who does not belong is told so, on both sides; signals take
# savepoints; and no process is left behind.
set -euo pipefail
root=$1 build=$2
job=$build/samples/flight_delays
[[ -x $job ]] || { echo "$job is not built"; exit 1; }
work=$(mktemp -d)
trap 'pkill -9 -f "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$root"
arguments=(--no-progress -p 4)

# lines FILE...: what was written, in any order.
lines() { find "$1" -type f -exec cat {} + | sort; }
# same WHAT EXPECTED ACTUAL: two directories with the same lines.
same() {
  diff <(lines "$2") <(lines "$3") >"$work/difference" ||
    { echo "$1 differs:"; head -n 5 "$work/difference"; return 1; }
}
# said FILE TEXT: the text is in what a program has said.
said() { grep -qF -- "$2" "$1" || { echo "not said: $2"; cat "$1"; return 1; }; }
# ends PID STATUS WHAT
ends() {
  local status=0
  timeout 20 tail --pid="$1" -f /dev/null || { echo "$3 does not end"; return 1; }
  wait "$1" || status=$?
  [[ $status -eq $2 ]] || { echo "$3 ended with $status instead of $2"; return 1; }
}

echo "the checks themselves"
mkdir "$work/one" "$work/other" && echo a >"$work/one/f" && echo b >"$work/other/f"
! same "another output" "$work/one" "$work/other" >/dev/null || { echo "a difference was accepted"; exit 1; }
! said "$work/one/f" "b" >/dev/null || { echo "a missing text was accepted"; exit 1; }
(exit 3) &
! ends $! 0 "a job" >/dev/null 2>&1 || { echo "a failure was accepted"; exit 1; }
(exit 3) &
ends $! 3 "a job"

echo "one process"
"$job" "${arguments[@]}" -P output="$work/alone" >"$work/printed" 2>"$work/said"

echo "three processes"
"$job" "${arguments[@]}" --processes 2 -P output="$work/three" >"$work/printed_three" 2>"$work/said"
same "the output of three processes" "$work/alone" "$work/three"
diff <(sort "$work/printed") <(sort "$work/printed_three")

echo "task managers that join"
head -c 24 /dev/urandom | base64 >"$work/secret"
port=$((10000 + RANDOM % 20000))
listening=("${arguments[@]}" -D taskmanager.count=2 -P output="$work/joined")
"$job" "${listening[@]}" --listen 127.0.0.1:$port --secret-file "$work/secret" >"$work/printed" 2>"$work/main" &
main=$!
echo "not the secret, but long enough" >"$work/wrong"
"$job" "${listening[@]}" --join 127.0.0.1:$port --secret-file "$work/wrong" 2>"$work/stranger" &
stranger=$!
"$job" -p 3 -D taskmanager.count=2 --join 127.0.0.1:$port --secret-file "$work/secret" 2>"$work/foreign" &
foreign=$!
for ((n = 0; n < 100; ++n)); do
  grep -q secret "$work/main" && grep -q program "$work/main" && grep -q secret "$work/stranger" &&
    grep -q program "$work/foreign" && break
  sleep 0.1
done
said "$work/main" "secret"
said "$work/main" "program"
said "$work/stranger" "secret"
said "$work/foreign" "program"
kill "$stranger" "$foreign"
ends "$stranger" 130 "a process with the wrong secret"
ends "$foreign" 130 "a process with another plan"
"$job" "${listening[@]}" --join 127.0.0.1:$port --secret-file "$work/secret" >"$work/printed" 2>"$work/first" &
first=$!
WEIR_CLUSTER_SECRET=$(cat "$work/secret") "$job" "${listening[@]}" --join localhost:$port >"$work/printed" 2>"$work/second" &
second=$!
ends "$main" 0 "the job"
ends "$first" 0 "a task manager"
ends "$second" 0 "a task manager"
same "the output of task managers that joined" "$work/alone" "$work/joined"

echo "savepoints by signals"
for processes in 0 2; do
  several=()
  [[ $processes -eq 0 ]] || several=(--processes $processes)
  "$build/tests/counting_job" --no-progress "${several[@]}" -P output="$work/counts" -P rate=1000 \
    -D execution.checkpointing.dir="$work/kept-$processes" -D execution.checkpointing.interval=50ms \
    >/dev/null 2>"$work/said" &
  main=$!
  for ((n = 0; n < 100; ++n)); do
    ! grep -q "savepoint complete" "$work/said" || break
    # Before it runs, the signal would end it.
    ! compgen -G "$work/kept-$processes/chk-*" >/dev/null || kill -USR1 "$main"
    sleep 0.1
  done
  said "$work/said" "savepoint complete"
  # Told twice, it stops once.
  kill -USR2 "$main"
  kill -USR2 "$main" 2>/dev/null || true
  ends "$main" 0 "a job that is stopped with a savepoint"
  ! grep "ERROR" "$work/said" || exit 1
  rm -rf "$work/counts"
done

echo "what cannot be"
# usage TEXT ARGUMENT...
usage() {
  local text=$1 status=0
  shift
  timeout 20 "$job" --no-progress "$@" >/dev/null 2>"$work/said" || status=$?
  [[ $status -eq 2 ]] || { echo "ended with $status: $*"; return 1; }
  said "$work/said" "$text"
}
usage "flight_delays: --secret-file: processes that join each other need a secret that nobody else knows" \
  --listen 127.0.0.1:$port
usage "it needs at least 16" --listen 127.0.0.1:$port --secret-file "$work/one/f"
usage "--secret-file: " --join 127.0.0.1:$port --secret-file "$work/none"
usage "--join 10.0.0.1:1: say with --listen HOST:PORT by which address the others reach this process" \
  --join 10.0.0.1:1 --secret-file "$work/secret"

echo "nobody is left behind"
"$build/tests/counting_job" --no-progress --processes 2 -P output="$work/counts" \
  -D taskmanager.memory.process.size=3gb -D taskmanager.cpu.cores=1 >/dev/null 2>&1 &
main=$!
for ((n = 0; n < 100; ++n)); do
  [[ $(pgrep -c -P "$main" || true) -eq 2 ]] && break
  sleep 0.05
done
children=$(pgrep -P "$main")
[[ $(wc -w <<<"$children") -eq 2 ]] || { echo "there are no two processes of task managers"; exit 1; }
# limited PROCESS: it has these limits.
limited() {
  grep -q "^Max data size  *$((3 << 30)) " /proc/"$1"/limits &&
    grep -qE $'^Cpus_allowed_list:\t[0-9]+$' /proc/"$1"/status
}
for child in $children; do
  for ((n = 0; n < 100; ++n)); do
    ! limited "$child" || break
    sleep 0.05
  done
  limited "$child" || { echo "a process with tasks is not limited"; cat /proc/"$child"/limits; exit 1; }
done
! grep -q "^Max data size  *$((3 << 30)) " /proc/"$main"/limits || { echo "the job manager's process is limited"; exit 1; }
kill -9 "$main"
wait "$main" 2>/dev/null || true
for child in $children; do
  timeout 10 tail --pid="$child" -f /dev/null || { echo "process $child is left behind"; exit 1; }
done
echo "processes: the same output in one process, in three, and with task managers that joined"
