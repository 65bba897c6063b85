#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cluster_hosts_test.sh ROOT BUILD COMPILER: three nodes on hosts that are network namespaces, which
# this test makes on a bridge of its own, and a real ZooKeeper on a fourth. The host of the leader,
# where the job runs, is cut off: it stops leading and gives its job manager up, another node leads
# and has the job go on elsewhere, and the committed output is that of an undisturbed run.
# Skipped, with the reason, where network namespaces may not be made or there is no ZooKeeper.
set -euo pipefail
root=$1 build=$2
source "$root/tests/integration/cluster_functions.sh"
can_run_zookeeper
source "$root/tests/integration/hosts.sh"
for host in 0 1 2 3; do add_host $host 10.78.0.$((100 + host)); done
enter() { prefix=(ip netns exec $name-$1); }
port() { echo 10.78.0.$((100 + $1)):6123; }
number_of() { local host=${1%:*}; echo $((${host##*.} - 100)); }
all_nodes() { ask nodes --json | wc -l; }
three_nodes() { [[ $(all_nodes) -eq 3 ]]; }

zookeeper 10.78.0.100 2181
# The first leads; jobs go to the first node that has room.
first=1 others=(2 3)
shared=(--high-availability zookeeper://10.78.0.100:2181/weir)
node 1 "${shared[@]}"
until_so "a node leads" leader_of 1
for host in "${others[@]}"; do node $host "${shared[@]}"; done
until_so "three nodes" three_nodes
count=60000 keys=100
submit cut 4000 -p 4
until_so "a checkpoint" checkpointed
is_so "all(p['place']['node'] == '$(port "$first")' for p in job['processes'])" || fail "it runs elsewhere"

echo "the host of the leader and of the job is cut off"
began=$(date +%s%N)
since() { echo $((($(date +%s%N) - began) / 1000000)); }
ip -n $name-switch link set port$first down
led_by_another() { leader=$(leader_of "${others[@]}") && [[ $leader != "$first" ]]; }
until_so "another leads" led_by_another
echo "node $leader leads after $(since) ms"
of=$leader
goes_on() { is_so "record['job_managers'] == 2 and job['state'] == 'running' and report['checkpoints'] >= 1"; }
until_so "the job goes on" goes_on
echo "the job goes on after $(since) ms"
said "$work/node-$first.log" "leads no longer"
said "$work/node-$first.log" "their job managers here are killed"
ip -n $name-switch link set port$first up
until_so "the former leader follows" grep -q "follows $(port "$leader")" "$work/node-$first.log"
finishes cut "hosts: the leader and its job cut off"
is_so "record['job_managers'] == 2" || fail "the job was moved more than once"
