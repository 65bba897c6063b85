#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# takeover_test.sh ROOT BUILD COMPILER: nodes that elect their leader, in a shared directory and in a
# real ZooKeeper, as real processes on loopback. Leaders are killed, stopped and told to go; another
# takes the running job over without restarting any of its processes, whoever waits for a savepoint
# gets it, once, and the job's committed output is that of an undisturbed run.
set -euo pipefail
root=$1 build=$2
source "$root/tests/integration/cluster_functions.sh"
keys=100

# Nodes that run: by their numbers, their processes.
declare -A alive=()
begin_node() { node "$@"; alive[$1]=$node; }
# led_by_another WHO: a node other than WHO leads; it is $leader.
led_by_another() {
  leader=$(leader_of "${!alive[@]}") && [[ -n $leader && $leader != "$1" ]]
}
processes() { field "' '.join(sorted(str(p['pid']) for p in job['processes'] if p['pid'] > 0))"; }
# begin_job NAME NODE OTHER...: submits a job that runs on that node, and on none of the others. Its
# processes are $before.
begin_job() {
  of=$leader
  for each in "${@:3}"; do ask drain "$(port "$each")" >/dev/null; done
  submit "$1" 4000 -p 4
  until_so "a checkpoint" checkpointed
  is_so "all(p['place']['node'] == '$(port "$2")' for p in job['processes'])" ||
    fail "it runs on a drained node"
  before=$(processes)
}
# taken_over WHAT SINCE: another node leads, and has the job as it was.
taken_over() {
  local former=$leader
  until_so "another leads" led_by_another "$former"
  echo "$1: node $leader leads instead of $former after $((($(date +%s%N) - $2) / 1000000)) ms"
  of=$leader
  until_so "the new leader knows the job" is_so "job['state'] == 'running' and job['remark'] == ''"
  until_so "the new leader knows its processes" is_so "len(job['processes']) == 2"
  is_so "record['job_managers'] == 1 and report['attempts'] == 1" || { ask job "$id"; fail "it was started twice"; }
  [[ $(processes) == "$before" ]] || { ask job "$id"; fail "its processes are others than $before"; }
}
# lose HOW WHAT: what `kill HOW` of the leader leads to.
lose() {
  local began
  lost=$leader
  began=$(date +%s%N)
  kill "$1" "${alive[$lost]}"
  lost_process=${alive[$lost]}
  unset "alive[$lost]"
  taken_over "$2" "$began"
}
# back WHO [OPTION...]: a node that was lost is there again, and follows.
back() {
  begin_node "$@"
  until_so "node $1 follows" joined "$1"
}
joined() { of=$leader ask nodes --json | grep -qF "\"$(port "$1")\""; }

# ask_for_savepoint N: of the leader, which is about to be lost; the tool is $asking.
ask_for_savepoint() {
  local each nodes
  nodes=$(port "$leader")
  for each in 1 2 3; do [[ $each -eq $leader ]] || nodes+=,$(port $each); done
  timeout 100 "$weir" savepoint "$id" "$work/mine-$1" --secret-file "$work/secret" \
    --cluster "$nodes" >"$work/asked" 2>&1 &
  asking=$!
  sleep "0.0$((RANDOM % 10))"
}
# has_savepoint N: it was taken, and once.
has_savepoint() {
  wait $asking || { cat "$work/asked"; fail "the savepoint was not taken"; }
  [[ -f $(cat "$work/asked")/manifest ]] || { cat "$work/asked"; fail "there is no savepoint"; }
  [[ $(find "$work/mine-$1" -mindepth 1 -maxdepth 1 | wc -l) -eq 1 ]] || fail "it was taken twice"
}

echo "a directory that all share"
count=80000
shared=(--high-availability "$work/shared")
begin_node 1 "${shared[@]}"
until_so "a node leads" leader_of 1
begin_node 2 "${shared[@]}"
begin_node 3 "${shared[@]}"
# One that does not see the store asks the others.
begin_node 4 --join "$(port 2)"
leader=1
for each in 2 3 4; do until_so "node $each follows" joined $each; done
begin_job directory 4 1 2 3
ask_for_savepoint 1
lose -KILL "the leader is killed"
has_savepoint 1
back "$lost" "${shared[@]}"
ask_for_savepoint 2
lose -STOP "the leader stands still"
has_savepoint 2
kill -CONT "$lost_process"
alive[$lost]=$lost_process
until_so "node $lost follows" joined "$lost"
said "$work/node-$lost.log" "leads no longer"
lose -TERM "the leader is told to go"
[[ $(processes) == "$before" ]] || fail "its processes are others than $before"
finishes directory "three leaders lost, nothing restarted"
for each in "${!alive[@]}"; do kill -KILL "${alive[$each]}"; unset "alive[$each]"; done

echo "ZooKeeper"
can_run_zookeeper
zookeeper_port=$((first_port + 50))
zookeeper 127.0.0.1 $zookeeper_port
shared=(--high-availability "zookeeper://127.0.0.1:$zookeeper_port/weir/test")
for each in 11 12 13; do begin_node $each "${shared[@]}"; done
begin_node 14 --join "$(port 11)"
led() { leader=$(leader_of "${!alive[@]}"); }
until_so "a node leads" led
for each in 11 12 13 14; do until_so "node $each is there" joined $each; done
begin_job zookeeper 14 11 12 13
lose -KILL "the leader is killed"
echo "ZooKeeper is away for a while: nobody leads, and the job goes on"
kill -KILL $zookeeper
wait $zookeeper 2>/dev/null || true
until_so "the store is missed" grep -q "the high-availability store: " "$work/node-$leader.log"
zookeeper 127.0.0.1 $zookeeper_port
until_so "a node leads again" led
of=$leader
# The leader may not have noticed before the store was back, and lose the lead only then.
as_before() { is_so "job['state'] == 'running'" && [[ $(processes) == "$before" ]]; }
until_so "the leader knows the job, with the processes that it had" as_before
finishes zookeeper "ZooKeeper: a leader lost, ZooKeeper lost, nothing restarted"
echo "takeovers: by a directory and by ZooKeeper"
