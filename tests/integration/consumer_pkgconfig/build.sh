#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh COMPILER SOURCE OUTPUT: one command builds a job with nothing but pkg-config.
set -euo pipefail
compiler=$1 source=$2 output=$3

read -ra flags <<<"$(pkg-config --cflags --libs weir)"
"$compiler" "$source" -o "$output" "${flags[@]}"
