#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# simulate_test.sh ROOT BUILD: the samples, as they are, under --simulate: they pass, and nothing of
# it touches the real disk.
set -euo pipefail
repository=$1
samples=$2/samples
source "$1/tests/integration/checks.sh"
need "$samples/flight_delays" "$samples/fraud_alerts"

complain() { echo "$*" >&2; exit 1; }

ln -s "$repository/samples" samples
mkdir build
for sample in flight_delays fraud_alerts; do
  "$samples/$sample" --simulate --seeds 1..20 -p 2 >stdout 2>stderr ||
    complain "$sample: exit status $?: $(cat stderr)"
  grep -qE '^20 seeds, [1-9][0-9]* faults, .*: 0 failed, 0 lost, 0 duplicated, 0 stuck$' stderr ||
    complain "$sample: $(cat stderr)"
  [[ ! -s stdout ]] || complain "$sample printed: $(head -n 3 stdout)"
done
[[ -z $(ls build) ]] || complain "written: $(ls build)"

refuses() {
  local expected=$1 status=0
  shift
  "$samples/fraud_alerts" "$@" >stdout 2>stderr || status=$?
  [[ $status -eq 2 ]] || complain "$*: exit status $status"
  grep -qF -- "$expected" stderr || complain "$*: $(cat stderr)"
}
refuses "--seeds belongs to --simulate" --seeds 1..3
refuses "--seeds: '3..1' is no range of seeds" --simulate --seeds 3..1
refuses "--faults: 'fire' is no kind of fault; there are crash, " --simulate --faults fire
echo "samples simulated"
