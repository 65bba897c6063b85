#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fraud_alerts_test.sh ROOT BUILD: the sample writes every alert once: at every parallelism, with
# checkpoints, and when it is killed in the middle and goes on.
set -euo pipefail
oracle=$1/tests/integration/fraud_alerts_oracle.py
program=$2/samples/fraud_alerts
source "$1/tests/integration/checks.sh"
need "$program"

# run NAME ARGUMENT...: into the directory NAME.
run() {
  local name=$1
  shift
  "$program" -P output="$name" --no-progress "$@" 2>"$name.log" || { cat "$name.log"; return 1; }
}
is_right() { python3 "$oracle" "$1"; }

for parallelism in 1 2 4 7; do
  run "p$parallelism" -p "$parallelism"
  is_right "p$parallelism"
done

# Half of it, then kill -9, then the rest with other subtasks.
checkpoints=(-P rate=20000 -D execution.checkpointing.dir="$work/checkpoints"
  -D execution.checkpointing.interval=50ms)
"$program" -P output=killed --no-progress -p 2 "${checkpoints[@]}" 2>killed.log &
victim=$!
for _ in $(seq 200); do
  [[ -z $(compgen -G 'killed/alerts.csv.part-*-*') ]] || break
  sleep 0.02
done
kill -KILL "$victim" || true
wait "$victim" 2>wait.log && echo "it had finished before it was killed"
run killed -p 3 "${checkpoints[@]}" --restore latest
is_right killed

# The check can fail: one row less must show.
sed -i '$d' p1/alerts.csv
if is_right p1 >/dev/null 2>&1; then
  echo "the oracle accepted output with a row missing"
  exit 1
fi

# What cannot be is said before anything starts.
same "accounts=0" "fraud_alerts: job parameter accounts: 0; give it 1 or more" \
  "$("$program" -P output=none -P accounts=0 2>&1)"
