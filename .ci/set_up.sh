# SPDX-License-Identifier: Apache-2.0
# Sourced by run.sh, test.sh and bench.sh: installs what is missing, configures, builds.

export DEBIAN_FRONTEND=noninteractive
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"
log_dir=build/log

# packages_of SECTION...: the packages listed in packages.txt under these headings.
packages_of() {
  awk -v wanted=" $* " '/^#/ { take = index(wanted, " " $2 " "); next } NF && take' packages.txt
}

# install_packages SECTION...: installs what is missing; asks for root only when something is.
install_packages() {
  local missing=() package as_root=()
  local installed
  installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' 2>/dev/null |
    awk '/^ii/ { sub(/^ii */, ""); printf "%s ", $0 }')"
  for package in $(packages_of "$@"); do
    [[ $installed == *" $package "* ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || {
      echo "cannot install ${missing[*]}: run as root, or install sudo" >&2
      return 1
    }
    as_root=(sudo --preserve-env=DEBIAN_FRONTEND)
  fi
  echo "Installing ${missing[*]}" >&2
  mkdir -p "$log_dir"
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$log_dir/packages.log" 2>&1; then
    tail -n 30 "$log_dir/packages.log" >&2
    return 1
  fi
}

# quietly NAME COMMAND...: shows the command's output only when it fails.
quietly() {
  local name=$1
  shift
  mkdir -p "$log_dir"
  "$@" >"$log_dir/$name.log" 2>&1 || {
    local status=$?
    grep -nE -B2 -A12 'error:|Error|FAILED' "$log_dir/$name.log" | head -n 80 >&2
    echo "failed: $* (all of its output is in $log_dir/$name.log)" >&2
    return "$status"
  }
}
