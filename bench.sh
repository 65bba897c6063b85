#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the benchmarks as users run Weir and runs them: ./bench.sh [CASE] [options].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/set_up.sh

install_packages build test
quietly configure_release cmake --preset release -DWEIR_BUILD_TESTS=ON
quietly build_benchmarks cmake --build build/release --target weir_benchmarks
exec build/release/tests/weir_benchmarks "$@"
