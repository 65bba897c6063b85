#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cluster_test.sh ROOT BUILD COMPILER: nodes and jobs as real processes on loopback. Task managers,
# job managers and nodes are killed, jobs are rescaled and moved, and their committed output is that
# of an undisturbed run; what cannot be is refused with a reason; nobody is left behind.
set -euo pipefail
root=$1 build=$2
source "$root/tests/integration/cluster_functions.sh"

echo "the checks themselves"
echo a >"$work/said"
! said "$work/said" b >/dev/null || { echo "a missing text was accepted"; exit 1; }

echo "one node"
began=$(date +%s%N)
node 1
first=$node
until grep -qs listens "$work/node-1.log"; do sleep 0.002; done
echo "a node is there after $((($(date +%s%N) - began) / 1000000)) ms"
ask nodes >"$work/said"
said "$work/said" "leads"
ticks() { awk '{ print $14 + $15 }' /proc/$first/stat; }
before=$(ticks)
sleep 2
resident=$(awk '/VmRSS/ { print $2 }' /proc/$first/status)
[[ $resident -lt $((20 * 1024)) ]] || fail "an idle node has $resident KiB resident: 20 MiB or more"
! grep -E 'rocksdb|protobuf' /proc/$first/maps || fail "a node has loaded libraries that it has no use for"
echo "an idle node: $resident KiB resident, of those \
$(awk '/RssAnon/ { print $2 }' /proc/$first/status) its own; $(($(ticks) - before)) ticks of 10 ms \
in 2 s"

echo "what cannot be"
# refused STATUS TEXT COMMAND...
refused() {
  local expected=$1 text=$2 status=0
  shift 2
  if [[ $(type -t "$1") == function ]]; then
    "$@" >"$work/said" 2>&1 || status=$?
  else
    timeout 30 "$@" >"$work/said" 2>&1 || status=$?
  fi
  [[ $status -eq $expected ]] || { cat "$work/said"; fail "ended with $status: $*"; }
  said "$work/said" "$text"
}
echo short >"$work/short"
echo "not the secret, but long enough" >"$work/wrong"
a_node=("$weir" node --slots 4 --secret-file "$work/secret")
refused 2 "Address already in use" "${a_node[@]}" --listen "$(port 1)" --dir "$work/node-9"
refused 2 "another node uses the directory" "${a_node[@]}" --listen "$(port 9)" --dir "$work/node-1"
refused 2 "Not a directory" "${a_node[@]}" --listen "$(port 9)" --dir "$work/secret/node"
refused 2 "See weir node --help" "${a_node[@]}" --listen "$(port 9)"
echo "slot: 4" >"$work/node.yaml"
refused 2 "line 1: unknown key 'slot'; did you mean 'slots'?" "${a_node[@]}" --config "$work/node.yaml"
refused 2 "it needs at least 16" "$weir" node --listen "$(port 9)" --slots 1 --dir "$work/node-9" --secret-file "$work/short"
refused 1 "secret" "$weir" jobs --cluster "$(port 1)" --secret-file "$work/wrong"
refused 1 "is there a weir node of this cluster?" "$weir" jobs --cluster "$(port 9)" --secret-file "$work/secret"
refused 2 "--secret-file" env -u WEIR_CLUSTER_SECRET "$weir" jobs --cluster "$(port 1)"
refused 1 "there is no job 4f" ask job 4f
refused 1 "there is no node" ask drain 10.0.0.1:1
refused 1 "there is no node" ask undrain 10.0.0.1:1
refused 2 "is there a weir node of this cluster?" "$job" --submit "$(port 9)" --secret-file "$work/secret"
refused 2 "secret" "$job" --submit "$(port 1)" --secret-file "$work/wrong"
refused 2 "only weir node sets this variable" env WEIR_NODE_REPORTS=7 "$job"
said "$work/node-1.log" "secret"

echo "a task manager and a job manager are killed"
count=60000 keys=100
submit killed 12000 -p 4
until_so "a checkpoint" checkpointed
kill -9 "$(victim False)"
until_so "a task manager is replaced" is_so "len(record['failures']) == 1 and report['attempts'] == 2 and job['state'] == 'running'"
kill -9 "$(victim True)"
until_so "a job manager is replaced" is_so "record['job_managers'] == 2"
ask job "$id" >"$work/said"
said "$work/said" "was killed by signal 9"
finishes killed "a task manager and a job manager killed"

echo "it waits for slots, and says so; it is cancelled"
submit long 100 -p 4
submit waiting 100 -p 4
ask jobs >"$work/said"
said "$work/said" "needs 4 slots, 0 are free on 1 node"
ask cancel "$id" >"$work/said"
said "$work/said" "is cancelled"
id=$(ask jobs --json | python3 -c "
import json, sys
print([job['record']['id'] for job in map(json.loads, sys.stdin) if job['record']['ended'] == ''][0])")
until_so "a checkpoint" checkpointed
ask cancel "$id" >"$work/said"
said "$work/said" "is cancelled"
refused 1 "it has ended: cancelled" ask savepoint "$id"
refused 1 "there is no job 4f" ask savepoint 4f "$work/mine"

echo "savepoint, stop, restart, rescale, logs"
submit moved 6000 -p 2
until_so "a checkpoint" checkpointed
savepoint=$(ask savepoint "$id")
[[ -f $savepoint/manifest ]] || fail "there is no savepoint: $savepoint"
[[ $savepoint == "$work/checkpoints/$id/savepoints/"* ]] || fail "it is not where the settings say: $savepoint"
savepoint=$(ask savepoint "$id" "$work/mine/")
[[ $savepoint == "$work/mine/savepoint-"* && -f $savepoint/manifest ]] || fail "no savepoint: $savepoint"
refused 2 "'mine', is no absolute path" ask savepoint "$id" mine
refused 2 "--savepoint needs a value" "$weir" stop "$id" --savepoint
refused 1 "take a savepoint of job $id: " ask savepoint "$id" "$work/secret/mine"
said "$work/said" "Not a directory"
refused 1 "Not a directory" ask stop "$id" --savepoint "$work/secret/mine"
kill -USR1 "$(victim True)"
until_so "people may send signals as well" is_so "report['savepoints'] == 5 and report['last_savepoint'] != ''"
ask rescale "$id" 4 >"$work/said"
said "$work/said" "goes on with parallelism 4"
until_so "a checkpoint" checkpointed
savepoint=$(ask stop "$id" --savepoint "$work/stopped")
[[ $savepoint == "$work/stopped/savepoint-"* && -f $savepoint/manifest ]] || fail "no savepoint: $savepoint"
is_so "record['ended'] == 'finished' and record['submitted']['parallelism'] == 4" || fail "not stopped"
refused 1 "it has ended: finished" ask savepoint "$id" "$work/mine"
ask restart "$id" --from "$savepoint" >"$work/said"
finishes moved "stopped, restarted and rescaled"
ask logs "$id" >"$work/said"
said "$work/said" "==> job-manager-1 on $(port 1) <=="
said "$work/said" "finished"

echo "the node is killed and started again"
submit again 15000 -p 4
until_so "a checkpoint" checkpointed
kill -9 $first
wait $first 2>/dev/null || true
node 1
first=$node
finishes again "the only node killed"

echo "three nodes"
node 2 --join "$(port 1)"
second=$node
node 3 --join "$(port 2)"
three_nodes() { [[ $(ask nodes --json | wc -l) -eq 3 ]]; }
until_so "three nodes" three_nodes
[[ $(of=3 ask nodes --json | wc -l) -eq 3 ]] || fail "a node that follows does not answer"
count=120000
of=2 submit spread 12000 -p 12
until_so "a checkpoint" checkpointed
is_so "sorted(p['slots'] for p in job['processes']) == [0, 4, 4, 4]" || fail "not spread"
until_so "its tasks are seen in its three task managers" is_so "len({t['process'] for t in \
job['tasks'] if t['state'] == 'running'} & {p['place']['number'] for p in job['processes']}) == 3"
ask job "$id" >"$work/said"
said "$work/said" "(1/12)"
echo "a node with a task manager is killed, and is there again"
kill -9 $second
wait $second 2>/dev/null || true
lacks() { ask jobs | grep -q "1 of 3 task managers need 4 slots each"; }
until_so "the job lacks slots" lacks
node 2 --join "$(port 1)"
until_so "the job runs again" is_so "report['attempts'] >= 2 and job['state'] == 'running'"
finishes spread "three nodes, one of them killed"
ask logs "$id" >"$work/said"
said "$work/said" "on $(port 3) <=="

echo "the leader is killed, and is there again: what runs elsewhere goes on"
ask drain "$(port 1)" >/dev/null
count=60000
submit leaderless 8000 -p 4
until_so "a checkpoint" checkpointed
is_so "all(p['place']['node'] != '$(port 1)' for p in job['processes'])" || fail "it runs on a drained node"
kill -9 $first
wait $first 2>/dev/null || true
sleep 1
node 1
until_so "the leader answers" ask nodes
until_so "the leader knows the job" is_so "job['state'] == 'running'"
is_so "record['job_managers'] == 1 and report['attempts'] == 1" || { ask job "$id"; fail "a job was started twice"; }
finishes leaderless "the leader killed"

echo "it is drained still, and is undrained: what waits for slots begins there"
ask nodes >"$work/said"
said "$work/said" "leads, draining"
submit waiting 8000 -p 12
ask jobs >"$work/said"
said "$work/said" "needs 12 slots, 8 are free on 3 nodes"
ask undrain "$(port 1)" >"$work/said"
said "$work/said" "takes processes again"
ask undrain "$(port 1)" >"$work/said"
said "$work/said" "was not drained"
! ask nodes | grep -q draining || fail "a node is drained still"
until_so "a checkpoint" checkpointed
is_so "'$(port 1)' in [p['place']['node'] for p in job['processes']]" || fail "nothing runs on the undrained node"
finishes waiting "begun on an undrained node"

echo "nobody is left behind"
count=1000000
submit endless 100 -p 8
until_so "a checkpoint" checkpointed
processes=$(field "' '.join(str(p['pid']) for p in job['processes'])")
[[ $(wc -w <<<"$processes") -ge 2 ]] || fail "no processes: $processes"
for each in "${started[@]}"; do kill $each 2>/dev/null || true; done
for each in "${started[@]}" $processes; do
  timeout 20 tail --pid="$each" -f /dev/null || fail "process $each is left behind"
done
echo "cluster: one node, three nodes, and everything killed once"
