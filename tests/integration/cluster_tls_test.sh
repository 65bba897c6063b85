#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cluster_tls_test.sh ROOT BUILD COMPILER: a cluster whose nodes have TLS. Its jobs' output is
# complete and free of duplicates, nothing of what goes between nodes, clients and processes can be
# read on the way, and whoever does not belong is told so, as is the node that it came to.
set -euo pipefail
root=$1 build=$2
job=$build/tests/counting_job weir=$build/bin/weir
for program in "$job" "$weir"; do
  [[ -x $program ]] || { echo "$program is not built"; exit 1; }
done
work=$(mktemp -d)
started=()
trap 'for each in "${started[@]}"; do kill -9 $each 2>/dev/null || true; done; rm -rf "$work"' EXIT
source "$root/tests/soak/counts.sh"
source "$root/tests/support/certificates.sh"
first_port=$((10000 + RANDOM % 20000))
port() { echo 127.0.0.1:$((first_port + $1)); }

fail() {
  echo "$1"
  tail -n 5 "$work"/*.log || true
  exit 1
}
# said FILE TEXT: the text is in what a program has said.
said() { grep -qF -- "$2" "$1" || { echo "not said: $2"; cat "$1"; return 1; }; }
# until_so WHAT COMMAND...: it succeeds within 20 seconds.
until_so() {
  local what=$1
  shift
  for ((n = 0; n < 400; ++n)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.05
  done
  fail "not so within 20 s: $what"
}
soon() { until_so "$1: $2" said "$work/$1.log" "$2"; }
# background NAME COMMAND...: its process is $process; what it says is in NAME.log.
background() {
  "${@:2}" >>"$work/$1.log" 2>&1 &
  process=$!
  started+=($process)
}

head -c 24 /dev/urandom | base64 >"$work/secret"
authority "$work/ca"
authority "$work/others"
for name in one two client; do certificate "$work/$name" "$work/ca"; done
certificate "$work/foreign" "$work/others"
certificate "$work/old" "$work/ca" -1
cat "$work/ca.pem" "$work/others.pem" >"$work/both.pem"
# tls NAME [AUTHORITY]: the options by which a process shows that certificate.
tls() { echo --tls-cert "$work/$1.pem" --tls-key "$work/$1.key" --tls-ca "$work/${2:-ca}.pem"; }
# node N NAME [OPTION...]: starts node N; its process is $process.
node() {
  background "$2" "$weir" node --listen "$(port "$1")" --slots 4 --dir "$work/node-$2" \
    --secret-file "$work/secret" "${@:3}"
}
# ask WORD...: weir, of node $of, with the options $with.
of=2 with=$(tls client)
ask() { timeout 30 "$weir" "$@" --cluster "$(port $of)" --secret-file "$work/secret" $with; }

echo "the checks themselves"
echo a >"$work/said"
! said "$work/said" b >/dev/null || { echo "a missing text was accepted"; exit 1; }

echo "two nodes, each with a certificate of its own; one has its options in a file"
node 1 one $(tls one)
cat >"$work/two.yaml" <<END
tls-cert: $work/two.pem
tls-key: two.key
tls-ca: $work/ca.pem
END
# A relative path is the node's; its jobs run elsewhere.
cd "$work"
node 2 two --join "$(port 1)" --config "$work/two.yaml"
two_nodes() { [[ $(ask nodes --json | wc -l) -eq 2 ]]; }
until_so "two nodes" two_nodes


# Everything that goes over loopback while it runs; prints whether $work/shared is in it, which is in
# what nodes, clients and processes tell each other. Packets are for root alone to see.
cat >"$work/eavesdrop.py" <<'END'
import signal, socket, sys
needle = sys.argv[1].encode()
try:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
except PermissionError:
    sys.exit(77)
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 26)
wire.bind(("lo", 0))
packets = heard = 0
def end(*_):
    print(f"{heard} of {packets} packets", flush=True)
    sys.exit(1 if heard else 0)
signal.signal(signal.SIGTERM, end)
print("listening", flush=True)
while True:
    packet = wire.recv(1 << 17)
    packets += 1
    heard += needle in packet
END
is_heard=1
begin_to_hear() {
  : >"$work/heard.log"
  background heard python3 "$work/eavesdrop.py" "$work/shared"
  ears=$process
  while kill -0 $ears 2>/dev/null && ! said "$work/heard.log" listening >/dev/null; do sleep 0.02; done
  kill -0 $ears 2>/dev/null || { is_heard=0; echo "packets may not be read here: nobody listens to them"; }
}
# end_to_hear STATUS WHAT: 1 if something was understood.
end_to_hear() {
  [[ $is_heard -eq 1 ]] || return 0
  local status=0
  kill $ears
  wait $ears || status=$?
  tail -n 1 "$work/heard.log"
  [[ $status -eq $1 ]] || fail "$2"
}

# submit NAME [OPTION...]: the job's id is $id; it needs $slots slots, and writes to shared/NAME.
# Its second half waits for `finishes`.
slots=8
submit() {
  id=$(timeout 60 "$job" --submit "$(port $of)" --secret-file "$work/secret" $with --detach \
    -p $slots -D execution.checkpointing.dir="$work/shared/checkpoints" \
    -D execution.checkpointing.interval=50ms -D taskmanager.threads=1 \
    -D restart-strategy.exponential-delay.initial-backoff=10ms \
    -D restart-strategy.exponential-delay.max-backoff=100ms \
    -P count=$count -P keys=$keys -P rate=15000 -P output="$work/shared/$1" \
    -P held_until="$work/$1.released" "${@:2}")
}
# field EXPRESSION: of the job, from its JSON.
field() { ask job "$id" --json | python3 -c "
import json, sys
job = json.load(sys.stdin)
print(eval(sys.argv[1], {'job': job, 'record': job['record'], 'report': job['record']['report']}))" "$1"; }
is_so() { [[ $(field "$1") == True ]]; }
finishes() {
  touch "$work/$1.released"
  until_so "job $id ends" is_so "record['ended'] != ''"
  is_so "record['ended'] == 'finished'" || { ask job "$id"; ask logs "$id" | tail -n 20; fail "$2"; }
  mv "$work/shared/$1" "$work/output"
  compare "cluster with TLS: $2"
  rm -rf "$work/output"
}

echo "a job on both of them, one of whose processes is killed"
count=40000 keys=100
begin_to_hear
submit encrypted
until_so "a checkpoint" is_so "job['state'] == 'running' and report['checkpoints'] >= 2"
# Both nodes run it, and each of its processes has the files of its own node.
field "'\n'.join(str(p['pid']) + ' ' + p['place']['node'] for p in job['processes'])" >"$work/processes"
[[ $(wc -l <"$work/processes") -eq 3 ]] || fail "unexpected: $(cat "$work/processes")"
while read -r pid node; do
  name=one
  [[ $node == "$(port 1)" ]] || name=two
  tr '\0' ' ' <"/proc/$pid/cmdline" >"$work/said"
  said "$work/said" "$(tls $name)"
done <"$work/processes"
kill -9 "$(field "next(p['pid'] for p in job['processes'] if not p['place']['is_job_manager'])")"
finishes encrypted "a task manager killed"
is_so "report['attempts'] >= 2" || fail "it was not disturbed"
ask logs "$id" >"$work/said"
end_to_hear 0 "what nodes, clients and processes say can be read on the way"

echo "a job that its submitter wants without TLS can be overheard"
begin_to_hear
count=10000
submit plain --job-tls none
finishes plain "a job without TLS"
end_to_hear 1 "nothing was understood of a job without TLS: the check itself fails"

echo "strangers"
# refused STATUS TEXT COMMAND...
refused() {
  local expected=$1 text=$2 status=0
  timeout 20 "${@:3}" >"$work/said" 2>&1 || status=$?
  [[ $status -eq $expected ]] || { cat "$work/said"; fail "ended with $status: ${*:3}"; }
  said "$work/said" "$text"
}
jobs=("$weir" jobs --cluster "$(port 1)" --secret-file "$work/secret")
mend="give --tls-cert, --tls-key and --tls-ca to the processes of both sides, or of neither"
refused 1 "this process takes connections with TLS only: $mend" "${jobs[@]}"
soon one "the other side speaks without TLS: $mend"
refused 2 "this process takes connections with TLS only: $mend" \
  "$job" --submit "$(port 1)" --secret-file "$work/secret"
refused 1 "TLS: the certificate of the other side is not accepted" "${jobs[@]}" $(tls foreign others)
soon one "TLS: the other side does not accept this one: unknown CA"
# It takes our authority for good, and we do not take its own.
refused 1 "TLS: the other side does not accept this one: unknown CA" "${jobs[@]}" $(tls foreign both)
soon one "TLS: the certificate of the other side is not accepted"
timeout 5 openssl s_client -connect "$(port 1)" -CAfile "$work/ca.pem" </dev/null >/dev/null 2>&1 || true
soon one "TLS: the other side shows no certificate"
node 3 plain --join "$(port 1)"
plain=$process
soon plain "this process takes connections with TLS only: $mend"
node 4 foreign --join "$(port 1)" $(tls foreign others)
soon foreign "TLS: the certificate of the other side is not accepted"
[[ $(ask nodes --json | wc -l) -eq 2 ]] || fail "a stranger has joined"
kill $plain
wait $plain || true
node 3 alone
soon alone listens
refused 1 "the other side speaks without TLS: $mend" \
  "$weir" jobs --cluster "$(port 3)" --secret-file "$work/secret" $(tls client)
soon alone "the other side speaks TLS, and this one does not: $mend"

echo "a job with files of its own, on a node without TLS"
of=3 with="" slots=4
submit own -P rate=5000 --job-tls "$work/two.pem,$work/two.key,$work/ca.pem"
until_so "it runs" is_so "job['state'] == 'running'"
tr '\0' ' ' <"/proc/$(field "job['processes'][0]['pid']")/cmdline" >"$work/said"
said "$work/said" "$(tls two)"
finishes own "a job with files of its own"
of=1 with=$(tls client)

echo "what cannot be"
a_node=("$weir" node --slots 1 --listen "$(port 9)" --dir "$work/node-9" --secret-file "$work/secret")
submission=("$job" --submit "$(port 1)" --secret-file "$work/secret")
together="--tls-cert, --tls-key and --tls-ca belong together; there is no --tls-ca."
mixed=(--tls-cert "$work/one.pem" --tls-key "$work/two.key" --tls-ca "$work/ca.pem")
for command in a_node jobs submission; do
  declare -n words=$command
  refused 2 "$together" "${words[@]}" --tls-cert "$work/one.pem" --tls-key "$work/one.key"
  refused 2 "--tls-cert: open $work/none.pem" "${words[@]}" $(tls none)
  refused 2 "it is not that of the certificate in $work/one.pem" "${words[@]}" "${mixed[@]}"
  refused 2 "use the certificate in $work/foreign.pem: " "${words[@]}" $(tls foreign)
  refused 2 "use the certificate in $work/old.pem: certificate has expired" "${words[@]}" $(tls old)
done
refused 2 "--job-tls: 'one.pem' is not node, none or CERT,KEY,CA" "${submission[@]}" --job-tls one.pem
kill "${started[@]}" 2>/dev/null || true
wait
echo "cluster_tls: two nodes, their clients and the processes of their jobs"
