#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds the flight delays sample and runs it with the arguments given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source .ci/set_up.sh

install_packages build
# A build directory that test.sh configured is kept as it is; ninja reconfigures when it must.
if [[ ! -f build/release/build.ninja ]]; then
  echo "Configuring" >&2
  quietly configure_release cmake --preset release -DWEIR_BUILD_TESTS=OFF
fi
[[ -x build/release/samples/flight_delays ]] || echo "Building (once)" >&2
quietly build_sample cmake --build build/release --target flight_delays
exec build/release/samples/flight_delays "$@"
