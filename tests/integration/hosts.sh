# SPDX-License-Identifier: Apache-2.0
# Sourced by tests of several hosts: network namespaces on a bridge of their own. Whoever sources it
# has set $work, which is removed with them at the end. Skips, with the reason, where namespaces may
# not be made.

command -v ip >/dev/null || { echo "skipped: there is no ip (iproute2)"; exit 77; }
name=weir-$$
ip netns add $name-switch 2>/dev/null || { echo "skipped: network namespaces may not be made here"; exit 77; }
hosts=()
clean_hosts() {
  for host in "${hosts[@]}"; do
    ip netns pids $name-$host 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns delete $name-$host 2>/dev/null || true
  done
  ip netns delete $name-switch 2>/dev/null || true
  rm -rf "$work"
}
trap clean_hosts EXIT
ip -n $name-switch link add bridge type bridge
ip -n $name-switch link set bridge up
# add_host NUMBER ADDRESS: its namespace is $name-NUMBER, its port on the bridge portNUMBER.
add_host() {
  hosts+=($1)
  ip netns add $name-$1
  ip -n $name-$1 link add eth0 type veth peer name port$1 netns $name-switch
  ip -n $name-switch link set port$1 master bridge up
  ip -n $name-$1 address add "$2"/24 dev eth0
  ip -n $name-$1 link set lo up
  ip -n $name-$1 link set eth0 up
}
