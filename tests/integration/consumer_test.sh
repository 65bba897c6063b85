#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# consumer_test.sh ROOT BUILD COMPILER: an installed Weir is usable through CMake and through
# pkg-config, and both jobs count correctly.
set -euo pipefail
root=$1 build=$2 compiler=$3
here="$root/tests/integration"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log" ||
  { cat "$work/install.log"; exit 1; }

# Whoever has no source tree must not need it: nothing installed may mention it.
if grep -rlF "$root/" "$work/prefix" --include='*.cmake' --include='*.pc' --include='*.hpp'; then
  echo "the files above mention the source tree"
  exit 1
fi

# Nor where this host has its libraries.
if grep -rE '/[^ ";]+\.(so|a)\b' "$work/prefix" --include='weir-targets*.cmake' | grep -v _IMPORT_PREFIX; then
  echo "the lines above name libraries of this host"
  exit 1
fi

source "$here/word_counts.sh"
write_book "$work/book.txt"

run_job() {
  (cd "$work" && timeout 60 "$1" >"$2" 2>"$2.err") ||
    { echo "$1 failed:"; cat "$work/$2" "$work/$2.err"; return 1; }
  expect_counts "$work/$2"
}

echo "CMake: find_package(weir)"
cmake -S "$here/consumer_cmake" -B "$work/cmake" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/cmake.log" &&
  cmake --build "$work/cmake" >>"$work/cmake.log" 2>&1 || { cat "$work/cmake.log"; exit 1; }
run_job "$work/cmake/word_count" cmake.out

echo "pkg-config --cflags --libs weir"
pc=$(find "$work/prefix" -name weir.pc)
PKG_CONFIG_PATH=$(dirname "$pc") bash "$here/consumer_pkgconfig/build.sh" "$compiler" \
  "$here/consumer_cmake/main.cpp" "$work/with_pkg_config"
run_job "$work/with_pkg_config" pkg_config.out

echo "pkg-config --static --cflags --libs weir"
PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --static --cflags --libs weir
echo "both consumers build and count correctly"
