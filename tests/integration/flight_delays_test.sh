#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# flight_delays_test.sh ROOT BUILD: the main job is exact. Its output equals an independent
# computation, at every parallelism.
set -euo pipefail
repository=$1
program=$2/samples/flight_delays
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
flights=$repository/samples/data/flights.csv
for parallelism in 1 2 4 7; do
  output=$scratch/$parallelism
  "$program" -p "$parallelism" -P input="$flights" -P output="$output" --no-progress \
    >"$scratch/printed" 2>"$scratch/log" || { cat "$scratch/log"; exit 1; }
  echo "parallelism $parallelism: $(python3 "$repository/tests/integration/flight_delays_oracle.py" \
    "$flights" "$output" "$scratch/printed")"
done
# The check can fail: one row less must show.
sed -i '$d' "$output"/hourly.csv.part-0-of-7 2>/dev/null || sed -i '$d' "$output"/hourly.csv.part-*
if python3 "$repository/tests/integration/flight_delays_oracle.py" \
    "$flights" "$output" "$scratch/printed" >/dev/null; then
  echo "the oracle accepted output with a row missing" >&2
  exit 1
fi
