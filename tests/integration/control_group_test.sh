#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# control_group_test.sh ROOT BUILD COMPILER: a node with --control-group on the real cgroup file
# system. A job whose task manager takes more memory than its limit is killed, fails and says why; a
# job beside it is not touched; groups are there as long as their processes, also when the node was
# killed. Skipped, with the reason, where groups may not be made. WEIR_TEST_RATE is for
# a machine so slow that processes are taken for lost: how many records a second the job beside it
# reads, so that it lasts. Then jobs may be restarted.
set -euo pipefail
root=$1 build=$2
source "$root/tests/integration/cluster_functions.sh"
hungry=$build/tests/hungry_job
[[ -x $hungry ]] || { echo "$hungry is not built"; exit 1; }

name=weir-test-$$
# mounted TYPE CONTROLLER: where a cgroup file system of that type has that controller.
mounted() {
  awk -v type="$1" -v controller="$2" '{
    for (i = 7; $i != "-"; ++i) {}
    if ($(i + 1) == type && (controller == "" || ("," $(i + 3) ",") ~ ("," controller ","))) { print $5; exit }
  }' /proc/self/mountinfo
}
roots=("$(mounted cgroup memory)" "$(mounted cgroup cpu)")
memory_file=memory.limit_in_bytes cpu_file=cpu.cfs_quota_us quota=100000
if [[ -z ${roots[0]} || -z ${roots[1]} ]]; then
  roots=("$(mounted cgroup2 "")")
  memory_file=memory.max cpu_file=cpu.max quota="100000 100000"
fi
[[ -n ${roots[0]} ]] || { echo "skipped: no cgroup file system is mounted"; exit 77; }
# groups [NAME]: the directories of the groups of processes below NAME.
groups() { find "${roots[@]/%//${1:-$name}}" -mindepth 1 -name 'weir-job-*' -type d 2>/dev/null || true; }
none_left() { [[ -z $(groups "$@") ]]; }
remove_groups() {
  for each in "${started[@]}"; do kill -9 $each 2>/dev/null || true; done
  for each in "${roots[@]/%//$name}" "${roots[@]/%//$name-own}"; do
    [[ -d $each ]] || continue
    find "$each" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    for ((n = 0; n < 100; ++n)); do
      find "$each" -depth -type d -exec rmdir {} + 2>/dev/null && break
      sleep 0.05
    done
  done
  rm -rf "$work"
}
trap remove_groups EXIT

echo "what an earlier run has left"
if ! mkdir "${roots[@]/%//$name}" 2>"$work/said"; then
  echo "skipped: groups may not be made here: $(cat "$work/said")"
  exit 77
fi
# With version 2 it passes on what there is; the node sees to the rest.
left=("${roots[@]/%//$name/weir-job-4f5e6a7b8c9d-7}")
mkdir "${left[@]}"
sleep 1000 &
sleeping=$!
started+=($sleeping)
for each in "${left[@]}"; do echo $sleeping >"$each/cgroup.procs"; done

# What is deeper than a node looks it cannot remove.
deep=${roots[0]}/$name/weir-job-4f5e6a7b8c9d-8
mkdir -p "$deep$(printf '/a%.0s' {1..17})"

node 1 --control-group "$name"
first=$node
listens() { grep -qs listens "$work/node-1.log"; }
for ((n = 0; n < 200; ++n)); do
  ! listens || break
  if ! kill -0 $first 2>/dev/null; then
    grep -qE "controller|Permission denied|Read-only" "$work/node-1.log" || fail "the node does not begin"
    echo "skipped: $(cat "$work/node-1.log")"
    exit 77
  fi
  sleep 0.05
done
wait $sleeping 2>/dev/null || true
said "$work/node-1.log" "weir node: what an earlier run has left: remove the control group $deep/a"
find "$deep" -depth -type d -exec rmdir {} +
none_left || fail "it is still there"

echo "what cannot be"
# refused TEXT OPTION...: a second node of this host ends with 2.
where=()  # Words before it.
refused() {
  local text=$1 status=0
  shift
  timeout 30 "${where[@]}" "$weir" node --slots 4 --secret-file "$work/secret" --listen "$(port 9)" --dir "$work/node-9" \
    "$@" >"$work/said" 2>&1 || status=$?
  [[ $status -eq 2 ]] || { cat "$work/said"; fail "ended with $status: $*"; }
  said "$work/said" "$text"
}
refused "another node uses the control group" --control-group "$name"
refused "'../weir' is neither own nor a path" --control-group ../weir
refused "is neither own nor a path" --control-group /weir
refused "nodes name groups like weir-job-4f5e6a7b8c9d-7" --control-group weir-job-4f5e6a7b8c9d-7
echo "control-group: /" >"$work/node.yaml"
refused "is neither own nor a path" --config "$work/node.yaml"
if unshare -m true 2>/dev/null; then
  where=(unshare -m "$BASH" -c 'for each in "${@:2:$1}"; do
      mount --bind "$each" "$each" && mount -o remount,bind,ro "$each"
    done; exec "${@:2 + $1}"' _ ${#roots[@]} "${roots[@]}")
  refused "Read-only file system; run the node as root" --control-group "$name-other"
  where=(unshare -m "$BASH" -c 'umount -l /sys/fs/cgroup && exec "$@"' _)
  refused "no cgroup file system with memory and cpu is mounted here" --control-group "$name-other"
  where=()
fi

echo "one job takes too much, another does not"
limits=(-D taskmanager.memory.process.size=512mb -D taskmanager.cpu.cores=1)
count=30000 keys=100
submit beside "${WEIR_TEST_RATE:-6000}" "${limits[@]}"
beside=$id
until_so "a checkpoint" checkpointed
strategy=${WEIR_TEST_RATE:+exponential-delay}
job=$hungry submit hungry 1 -D restart-strategy.type="${strategy:-none}" "${limits[@]}" -P take=4000 2>"$work/said" ||
  { cat "$work/said"; fail "not submitted"; }
# in_its_group NAME: a process is in the group of that name, which has both limits.
in_its_group() {
  local process directory=${roots[0]}/$name/$1
  process=$(cat "$directory/cgroup.procs" 2>/dev/null) && [[ -n $process ]] &&
    grep -q "/$1\$" "/proc/$process/cgroup" && [[ $(cat "$directory/$memory_file") == $((512 << 20)) ]] &&
    [[ $(cat "${roots[-1]}/$name/$1/$cpu_file") == "$quota" ]]
}
limited() {
  local each
  for each in "${roots[0]}/$name/weir-job-$beside-"*; do ! in_its_group "$(basename "$each")" || return 0; done
  return 1
}
until_so "a task manager is in its group, with its limits" limited
why="was killed by signal 9 (Killed): it needed more memory than its limit of 512mb; raise taskmanager.memory.process.size"
# The node may say so after the job has failed.
said_why() { ask job "$id" >"$work/why" && grep -F "$why" "$work/why"; }
until_so "it is killed, and that is said" said_why
said_why
if [[ -n $strategy ]]; then
  ask cancel "$id" >/dev/null
else
  until_so "the hungry job ends" ended
  is_so "record['ended'] == 'failed'" || { cat "$work/why"; fail "it has not failed"; }
fi
all_gone() { [[ -z $(groups | grep "weir-job-$id-" || true) ]]; }
until_so "its groups are gone" all_gone
id=$beside
[[ -n $strategy ]] ||
  is_so "record['failures'] == [] and report['attempts'] == 1 and record['job_managers'] == 1" ||
  { ask job "$id"; fail "the job beside it was touched"; }
ask job "$id" >"$work/said"
! grep -F "memory" "$work/said" || fail "the job beside it was killed, too"
finishes beside "a job beside one that was killed"
until_so "no group is left" none_left

echo "enough memory is enough"
job=$hungry submit hungry 1 -D restart-strategy.type="${strategy:-none}" "${limits[@]}" -P take=64 2>/dev/null
until_so "a checkpoint" checkpointed
two_groups() { [[ $(groups | wc -l) -eq $((2 * ${#roots[@]})) ]]; }
until_so "a group for each process" two_groups

echo "the node is killed, started again and ended"
kill -9 $first
wait $first 2>/dev/null || true
node 1 --control-group "$name"
first=$node
until_so "it runs again" is_so "job['state'] == 'running' and record['job_managers'] >= 2"
until_so "its groups are those of its processes" two_groups
kill $first
wait $first || fail "the node ended with $?"
none_left || { groups; fail "groups are left"; }

echo "in the group that the node is in"
own=$name-own
mkdir "${roots[@]/%//$own}"
"$BASH" -c 'for each in "${@:2:$1}"; do echo $$ >"$each/cgroup.procs"; done; exec "${@:2 + $1}"' _ \
  ${#roots[@]} "${roots[@]/%//$own}" "$weir" node --listen "$(port 2)" --slots 4 --dir "$work/node-2" \
  --secret-file "$work/secret" --control-group own 2>"$work/node-2.log" &
second=$!
started+=($second)
until_so "a node in its own group" grep -q listens "$work/node-2.log"
of=2
job=$hungry submit hungry 1 -D restart-strategy.type="${strategy:-none}" "${limits[@]}" -P take=4000 2>/dev/null
until_so "it is killed, and that is said" said_why
[[ -z $strategy ]] || ask cancel "$id" >/dev/null
until_so "no group is left" none_left "$own"
kill $second
wait $second || fail "the node ended with $?"

echo "the check itself: without groups it is not killed"
node 3
until_so "a node without groups" grep -q listens "$work/node-3.log"
of=3
job=$hungry submit hungry 1 -D restart-strategy.type="${strategy:-none}" "${limits[@]}" -P take=600 2>/dev/null
until_so "a checkpoint" checkpointed
takes_more() { awk '/RssShmem/ { exit $2 < 590000 }' "/proc/$(victim False)/status"; }
until_so "it takes more than it may" takes_more
echo "control groups: one process killed at its limit of memory, none beside it"
