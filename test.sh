#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves the tree: ./test.sh runs every stage, ./test.sh STAGE... those named.
#
#   format  clang-format has nothing to change
#   unit    release build, and every ctest: unit, tidy, simulation, integration, benchmarks
#   tidy    clang-tidy over every source but the tests
#   asan    the tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   fuzz    every fuzz target for ten seconds
#
# The last line counts the ctest tests of all stages: "WEIR: N passed, 0 failed". Under a sanitizer
# one of them is a sixth of a folder's tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/set_up.sh

all_stages=(format unit tidy asan fuzz)
jobs=$CMAKE_BUILD_PARALLEL_LEVEL
passed=0
failed=0
broken_stages=()

# our_sources PATTERN...: what git tracks or would, so that a new file counts before its commit. None
# is an error: a stage that looks at nothing must not pass.
our_sources() {
  local files
  files=$(git ls-files --cached --others --exclude-standard --deduplicate -- "$@") || return 1
  while read -r file; do
    [[ ! -f $file ]] || echo "$file"
  done <<<"$files" | grep . || { echo "no sources match $*" >&2; return 1; }
}

# run_ctest LOG ARGUMENTS...: runs ctest, shows what failed and adds to the totals.
run_ctest() {
  local log=$log_dir/$1.log status=0
  shift
  mkdir -p "$log_dir"
  ctest --output-on-failure -j "$jobs" --no-tests=error "$@" >"$log" 2>&1 || status=$?
  # "97% tests passed, 3 tests failed out of 120"
  local summary total bad
  summary=$(grep -E 'tests failed out of [0-9]+' "$log" | tail -n 1 || true)
  total=$(sed -nE 's/.*out of ([0-9]+).*/\1/p' <<<"$summary")
  bad=$(sed -nE 's/.* ([0-9]+) tests? failed.*/\1/p' <<<"$summary")
  passed=$((passed + ${total:-0} - ${bad:-0}))
  failed=$((failed + ${bad:-0}))
  if [[ $status -ne 0 ]]; then
    # The passing tests' lines say nothing; what is left is the failures and the summary.
    grep -vE '(Start +[0-9]+:|Test +#[0-9]+: .* Passed)' "$log" | head -n 300 >&2
  else
    grep -E 'tests passed' "$log"
  fi
  return "$status"
}

# The stages run as conditions, where `set -e` does not count: every step says what its failure does.

stage_format() {
  our_sources '*.cpp' '*.hpp' |
    xargs -r -P "$jobs" -n 16 clang-format-14 --style=file --dry-run -Werror
}

stage_unit() {
  quietly configure_release cmake --preset release -DWEIR_BUILD_TESTS=ON &&
    quietly build_release cmake --build build/release || return 1
  local status=0
  run_ctest ctest_release --test-dir build/release --label-exclude 'integration|soak' || status=1
  # Programs that are killed and waited for sleep most of the time.
  run_ctest ctest_scripts --test-dir build/release --label-regex 'integration|soak' \
    -j $((jobs + 1)) || status=1
  return "$status"
}

stage_tidy() {
  local log=$log_dir/clang_tidy.log
  # Its compilation database is Clang's: no warning options of GCC, no precompiled headers, and the
  # sources of libraries several at once.
  quietly configure_tidy cmake --preset tidy &&
    quietly generate_tidy cmake --build build/tidy --target weir_test_protocols || return 1
  # The sources that users run. Tests are left to the compiler's warnings and the tidy test: GCC's
  # ranges, which some use, are beyond Clang 14.
  local compiled source
  compiled=$(sed -nE 's/^ *"file": "(.*)",?$/\1/p' build/tidy/compile_commands.json | grep -v /tests/ | sort -u)
  while read -r source; do
    grep -qxF "$PWD/$source" <<<"$compiled" ||
      grep -qF "\"$PWD/$source\"" build/tidy/CMakeFiles/*.dir/Unity/*.cxx ||
      { echo "clang-tidy is not shown $source" >&2; return 1; }
  done < <(our_sources '*.cpp' | grep -v '^tests/')
  xargs -r -P "$jobs" -n 1 clang-tidy-14 -p build/tidy --quiet <<<"$compiled" >"$log" 2>&1 && return 0
  # A header's finding comes once for each source that includes it.
  grep -E ': (warning|error):' "$log" | sort -u >&2 || tail -n 20 "$log" >&2
  return 1
}

configure_asan() { quietly configure_asan cmake --preset asan -DWEIR_BUILD_SAMPLES=OFF; }

stage_asan() {
  configure_asan && quietly build_asan cmake --build build/asan || return 1
  # Sanitized code is slow: fewer seeds here, the full number in the unit stage.
  WEIR_SIMULATION_SEEDS=${WEIR_SIMULATION_SEEDS:-6} WEIR_MOST_SEEDS=${WEIR_MOST_SEEDS:-5} \
    run_ctest ctest_asan --test-dir build/asan --label-regex 'unit|simulation' \
    --exclude-regex '^compile_errors'
}

stage_fuzz() {
  our_sources 'tests/fuzz/*_fuzz.cpp' >/dev/null || return 1
  # With the libraries of the tests under sanitizers; the preset fuzz is for long runs.
  configure_asan &&
    quietly build_fuzz cmake --build build/asan --target weir_fuzz_targets &&
    run_ctest ctest_fuzz --test-dir build/asan --label-regex fuzz
}

stages=("$@")
[[ ${#stages[@]} -gt 0 ]] || stages=("${all_stages[@]}")
for stage in "${stages[@]}"; do
  [[ " ${all_stages[*]} " == *" $stage "* ]] || {
    echo "unknown stage '$stage'; the stages are: ${all_stages[*]}" >&2
    exit 2
  }
done

install_packages build test
mkdir -p "$log_dir"
for stage in "${stages[@]}"; do
  echo "=== $stage"
  began=$SECONDS
  if "stage_$stage"; then
    echo "--- $stage passed in $((SECONDS - began)) s"
  else
    echo "--- $stage FAILED after $((SECONDS - began)) s"
    broken_stages+=("$stage")
  fi
done

# A stage can fail without a failed test, such as a build that breaks.
if [[ ${#broken_stages[@]} -gt 0 && $failed -eq 0 ]]; then
  failed=${#broken_stages[@]}
fi
[[ $failed -eq 0 ]] || echo "failed stages: ${broken_stages[*]}"
echo "WEIR: $passed passed, $failed failed"
[[ $failed -eq 0 ]]
