# SPDX-License-Identifier: Apache-2.0
# Sourced by tests of clusters, behind root=... build=...: nodes and jobs as real processes on
# loopback, and what is asked of them. Whatever was started is killed at the end.
job=$build/tests/counting_job weir=$build/bin/weir
for program in "$job" "$weir"; do
  [[ -x $program ]] || { echo "$program is not built"; exit 1; }
done
work=$(mktemp -d)
started=()
joining=()  # Options of every node.
trap 'for each in "${started[@]}"; do kill -9 $each 2>/dev/null || true; done; rm -rf "$work"' EXIT
source "$root/tests/soak/counts.sh"
head -c 24 /dev/urandom | base64 >"$work/secret"
first_port=$((10000 + RANDOM % 20000))
port() { echo 127.0.0.1:$((first_port + $1)); }

fail() {
  echo "$1"
  tail -n 5 "$work"/node-*.log || true
  exit 1
}
# said FILE TEXT: the text is in what a program has said.
said() { grep -qF -- "$2" "$1" || { echo "not said: $2"; cat "$1"; return 1; }; }
# until WHAT COMMAND...: it succeeds within 30 seconds.
until_so() {
  local what=$1
  shift
  for ((n = 0; n < 600; ++n)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.05
  done
  fail "not so within 30 s: $what"
}
# enter N: the commands of host N begin with the words in prefix; 0 is whoever asks. One host is all.
enter() { prefix=(); }
# node N [OPTION...]: starts node N; its process is $node.
node() {
  enter "$1"
  "${prefix[@]}" "$weir" node --listen "$(port "$1")" --slots 4 --dir "$work/node-$1" --secret-file "$work/secret" \
    ${joining[@]+"${joining[@]}"} "${@:2}" 2>>"$work/node-$1.log" &
  node=$!
  started+=($node)
}
# ask WORD...: weir, of node 1.
ask() {
  enter 0
  "${prefix[@]}" timeout 120 "$weir" "$@" --cluster "$(port "${of:-1}")" --secret-file "$work/secret"
}
# submit NAME RATE [OPTION...]: the job's id is $id; its output goes to $work/NAME. Its second half
# waits for `finishes`, so that whatever is done to it before is done to a job that runs.
submit() {
  enter 0
  id=$("${prefix[@]}" timeout 60 "$job" --submit "$(port "${of:-1}")" --secret-file "$work/secret" --detach \
    -D execution.checkpointing.dir="$work/checkpoints" -D execution.checkpointing.interval=50ms \
    -D restart-strategy.exponential-delay.initial-backoff=10ms -D taskmanager.threads=1 \
    -D restart-strategy.exponential-delay.max-backoff=100ms \
    -P count=$count -P keys=$keys -P rate="$2" -P output="$work/$1" \
    -P held_until="$work/$1.released" "${@:3}")
}
# field NAME: of the job, from its JSON.
field() { ask job "$id" --json | python3 -c "
import json, sys
job = json.load(sys.stdin)
print(eval(sys.argv[1], {'job': job, 'record': job['record'], 'report': job['record']['report']}))" "$1"; }
is_so() { [[ $(field "$1") == True ]]; }
# victim KIND: the process id of one of the job's processes.
victim() { field "next((p['pid'] for p in job['processes'] if p['place']['is_job_manager'] == $1 and p['pid'] > 0), 0)"; }
checkpointed() { is_so "job['state'] == 'running' and report['checkpoints'] >= 2"; }
ended() { is_so "record['ended'] != ''"; }
# finishes NAME WHAT: the rest of it, and its output is right.
finishes() {
  touch "$work/$1.released"
  until_so "job $id ends" ended
  is_so "record['ended'] == 'finished'" || { ask job "$id"; ask logs "$id" | tail -n 20; fail "$2"; }
  mv "$work/$1" "$work/output"
  compare "cluster: $2"
  rm -rf "$work/output"
}

# number_of NAME: of the node that listens there, which port has made.
number_of() { echo $((${1##*:} - first_port)); }
# leader_of NODE...: the number of the node that leads, as the first of those says that answers.
leader_of() {
  local of answer
  for of in "$@"; do
    enter 0
    answer=$("${prefix[@]}" timeout 10 "$weir" nodes --json --cluster "$(port "$of")" \
      --secret-file "$work/secret" 2>/dev/null | python3 -c "
import json, sys
for node in map(json.loads, sys.stdin):
    if node['is_leader']:
        print(node['name'])") && [[ -n $answer ]] || continue
    number_of "$answer"
    return 0
  done
  return 1
}

# can_run_zookeeper: or the test is skipped, with the reason.
can_run_zookeeper() {
  [[ ! -f /usr/share/java/zookeeper.jar || ! -x /usr/bin/java ]] || return 0
  echo "skipped: there is no ZooKeeper; install libzookeeper-java and a Java runtime"
  exit 77
}
# zookeeper ADDRESS PORT: starts a server, with what there was; its process is $zookeeper.
zookeeper() {
  printf '%s\n' "dataDir=$work/zookeeper-data" "clientPortAddress=$1" "clientPort=$2" \
    tickTime=100 admin.enableServer=false >"$work/zoo.cfg"
  enter 0
  "${prefix[@]}" java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m \
    -Dzookeeper.forceSync=no -cp /usr/share/java/zookeeper.jar:/usr/share/java/slf4j-nop.jar \
    org.apache.zookeeper.server.ZooKeeperServerMain "$work/zoo.cfg" >"$work/zookeeper.log" 2>&1 &
  zookeeper=$!
  started+=($zookeeper)
}
