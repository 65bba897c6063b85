#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# control_group_guest_test.sh ROOT BUILD COMPILER: the tests of control groups with version 2 of the
# kernel, in a virtual machine whose whole disk is in memory: the unit tests on real groups, a node in
# a group that was given to its user, and control_group_test.sh. It takes some three minutes, most of
# them because the machine is emulated. What it needs is large, and not in packages.txt:
#   apt-get install qemu-system-x86 linux-image-cloud-amd64 busybox-static cpio
# Skipped, with the reason, where that is not installed. WEIR_TEST_KERNEL names another kernel.
set -euo pipefail
root=$1 build=$2
kernel=${WEIR_TEST_KERNEL:-$(find /boot -name 'vmlinuz-*' 2>/dev/null | sort -V | tail -n 1)}
for each in qemu-system-x86_64 cpio busybox python3; do
  command -v $each >/dev/null || { echo "skipped: there is no $each; see the head of this script"; exit 77; }
done
[[ $(uname -m) == x86_64 ]] || { echo "skipped: this machine is no x86_64"; exit 77; }
[[ -r $kernel ]] || { echo "skipped: there is no kernel in /boot; see the head of this script"; exit 77; }
programs=("$build/tests/coordination_tests" "$build/bin/weir" "$build/tests/counting_job" "$build/tests/hungry_job")
for each in "${programs[@]}"; do
  [[ -x $each ]] || { echo "$each is not built"; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
disk=$work/disk
mkdir -p "$disk"/{proc,sys,dev,tmp,etc,root,usr/{bin,lib,lib64},weir/build/{bin,tests}}
for each in bin lib lib64; do ln -s usr/$each "$disk/$each"; done

# copy FILE...: to the same place, with the libraries that it needs.
copy() {
  local file library
  for file in "$@"; do
    for library in "$file" $(ldd "$file" 2>/dev/null | grep -oE '/[^ ]+' || true); do
      [[ -e $disk$library ]] || install -D "$library" "$disk$library"
    done
  done
}
tools=(awk base64 basename bash cat chmod comm cp cut date dd diff env find grep head kill ls mkdir mktemp mount mv
  rm rmdir sed seq sh sleep sort tail timeout tr uniq unshare umount wc xargs)
for each in "${tools[@]}"; do
  place=$(type -P $each) || { echo "skipped: there is no $each"; exit 77; }
  copy "$place"
  install -D "$(readlink -f "$place")" "$disk/usr/bin/$each"
done
copy "$(type -P busybox)"
# What /usr/bin has may be no more than a script that finds it.
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
library=$(python3 -c 'import os; print(os.path.dirname(os.__file__))')
copy "$python"
[[ -e $disk/usr/bin/python3 ]] || ln -s "$python" "$disk/usr/bin/python3"
mkdir -p "$disk$library"
tar -C "$library" --exclude=__pycache__ --exclude=test --exclude=config-* --exclude=dist-packages \
  --exclude=ensurepip --exclude=idlelib --exclude=lib2to3 --exclude=site-packages -cf - . | tar -C "$disk$library" -xf -
for each in "${programs[@]}"; do
  copy "$each"
  strip -o "$disk/weir/build/${each#"$build"/}" "$each"
  rm -f "$disk$each"
done
mkdir -p "$disk/weir/root/tests"
cp -r "$root"/tests/{integration,soak} "$disk/weir/root/tests"
cat >"$disk/init" <<'INIT'
#!/bin/bash
export PATH=/usr/bin HOME=/root
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
ln -s /proc/self/fd /dev/fd 2>/dev/null || busybox ln -s /proc/self/fd /dev/fd
busybox mount -t tmpfs tmp /tmp
busybox ip link set lo up
busybox mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo "$(busybox uname -r), controllers: $(cat /sys/fs/cgroup/cgroup.controllers)"
cd /weir/root
python3 -c 'import datetime, json' || busybox poweroff -f
/weir/build/tests/coordination_tests --gtest_color=no --gtest_filter='*RealControlGroups*'
echo "unit tests ended with $?"
# A group that belongs to a user, as systemd gives it with Delegate=.
given=/sys/fs/cgroup/given
mkdir $given /tmp/user
busybox chown 1000 $given $given/cgroup.procs $given/cgroup.subtree_control /tmp/user
export WEIR_CLUSTER_SECRET="what only this machine knows"
(echo $BASHPID >$given/cgroup.procs && exec python3 -c 'import os, sys
os.setgid(1000), os.setuid(1000), os.execv(sys.argv[1], sys.argv[1:])' /weir/build/bin/weir node \
  --listen 127.0.0.1:6123 --slots 1 --dir /tmp/user/node --control-group own 2>/tmp/said) &
for ((n = 0; n < 300; ++n)); do
  ! grep -q listens /tmp/said || break
  sleep 0.1
done
kill $!
wait $!
echo "the node of a user ended with $?, below it there is: $(cat /tmp/said $given/cgroup.subtree_control)"
WEIR_TEST_RATE=400 bash tests/integration/control_group_test.sh /weir/root /weir/build none
echo "integration test ended with $?"
busybox poweroff -f
INIT
chmod +x "$disk/init"
(cd "$disk" && find . -print0 | cpio --null --quiet -o -H newc) | gzip -1 >"$work/disk.gz"
echo "a disk of $(($(stat -c %s "$work/disk.gz") >> 20)) MiB for $(basename "$kernel")"
status=0
timeout 400 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 3072 -nographic -no-reboot -kernel "$kernel" \
  -initrd "$work/disk.gz" -append "console=ttyS0 loglevel=1 panic=-1" </dev/null >"$work/said" 2>&1 || status=$?
[[ $status -eq 0 ]] || { tail -n 40 "$work/said"; echo "the virtual machine ended with $status"; exit 1; }
tr -d '\r' <"$work/said" | grep -vE '^\[ +(RUN|OK) ' || true
# A filter that fits nothing would pass, too.
passed=$(tr -d '\r' <"$work/said" | sed -nE 's/^\[  PASSED  \] ([0-9]+) tests?\.$/\1/p' | head -n 1)
[[ ${passed:-0} -ge 1 ]] || { echo "no unit test has run"; exit 1; }
for each in "unit tests ended with 0" "the node of a user ended with 0" "integration test ended with 0"; do
  grep -q "^$each" "$work/said" || { echo "not so: $each"; exit 1; }
done
! grep -q SKIPPED "$work/said" || { echo "a test was skipped"; exit 1; }
