#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fuzz_long.sh BUILD [EXECUTIONS [TARGET...]]: runs each fuzz target of a build so often, ten million
# times unless told otherwise, one after the other, from the corpus that it has in the build tree,
# which grows. A line each says how often it ran and whether it has found something; what it was
# given then is kept in BUILD/found/TARGET. Fails if any has. With WEIR_FUZZ_JOBS=4, four at a time;
# with WEIR_FUZZ_SECONDS=60, none for longer than a minute, however often it ran by then; with
# WEIR_FUZZ_MAX_LEN=1024, no input has more bytes than that (4096 unless told otherwise).
set -euo pipefail
build=$(cd "$1" && pwd) executions=${2:-10000000}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[[ $executions =~ ^[1-9][0-9]*$ ]] || { echo "fuzz_long: '$executions' is no number"; exit 2; }
targets=("${@:3}")
if [[ ${#targets[@]} -eq 0 ]]; then
  mapfile -t targets < <(find "$build/fuzz" -maxdepth 1 -name '*_fuzz' -printf '%f\n' | sort)
fi
[[ ${#targets[@]} -gt 0 ]] || { echo "fuzz_long: no target is built in $build/fuzz"; exit 2; }
for target in "${targets[@]}"; do
  [[ -x $build/fuzz/$target ]] || { echo "fuzz_long: $build/fuzz/$target is not built"; exit 2; }
done

# As in tests/CMakeLists.txt.
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:suppressions=$root/tests/support/ubsan.supp

fuzz_one() {
  local build=$1 executions=$2 target=$3 status=0 done_so_far
  local corpus=$build/corpus/$target found=$build/found/$target log=$build/found/$target.log
  mkdir -p "$corpus" "$found"
  local started=$SECONDS
  "$build/fuzz/$target" -runs="$executions" -max_total_time="${WEIR_FUZZ_SECONDS:-0}" -timeout=20 \
    -max_len="${WEIR_FUZZ_MAX_LEN:-4096}" -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/" "$corpus" >"$log" 2>&1 || status=$?
  done_so_far=$(awk '/^stat::number_of_executed_units/ {print $2}' "$log")
  if [[ $status -eq 0 ]]; then
    echo "$target: $done_so_far executions in $((SECONDS - started)) s, nothing found"
    rmdir "$found" 2>/dev/null || true
    return 0
  fi
  echo "$target: exit status $status after ${done_so_far:-an unknown number of} executions:" \
    "see $log, and $found for the input"
  return 1
}
export -f fuzz_one
printf '%s\n' "${targets[@]}" |
  xargs -P "${WEIR_FUZZ_JOBS:-1}" -I{} bash -c 'fuzz_one "$@"' fuzz_one "$build" "$executions" {}
