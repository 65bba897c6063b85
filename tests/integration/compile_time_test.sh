#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# compile_time_test.sh ROOT BUILD COMPILER: a job of one file compiles in seconds, so nobody waits for
# an engine they do not see. The promise is 8 s; slow or busy machines get a warning up to 16 s.
set -euo pipefail
root=$1 build=$2 compiler=$3
promised=8 tolerated=16
object=$(mktemp --suffix=.o)
trap 'rm -f "$object"' EXIT

# Seconds of processor time, which other work on the machine changes least.
TIMEFORMAT='%U %S'
read -r user kernel < <({ time "$compiler" -std=c++20 -O3 -c -I"$root" -I"$build/include" \
  "$root/tests/integration/consumer_cmake/main.cpp" -o "$object"; } 2>&1 | tail -n 1)
[[ -s $object ]] || { echo "the job does not compile"; exit 1; }
seconds=$(awk -v user="$user" -v kernel="$kernel" 'BEGIN { printf "%.1f", user + kernel }')
echo "a one-file job compiles in $seconds s"

exceeds() { awk -v a="$seconds" -v b="$1" 'BEGIN { exit !(a > b) }'; }
if exceeds "$tolerated"; then
  echo "more than $tolerated s: something heavy has reached the users' headers"
  exit 1
elif exceeds "$promised"; then
  echo "warning: more than the promised $promised s"
fi
