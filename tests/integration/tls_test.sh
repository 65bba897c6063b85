#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tls_test.sh ROOT BUILD COMPILER: a job in several processes with mutual TLS writes what it writes in
# one; who has no right certificate, or no TLS, is told so, and so is the side that it came to; and
# files that cannot work are refused before anything starts.
set -euo pipefail
root=$1 build=$2
job=$build/samples/flight_delays
[[ -x $job ]] || { echo "$job is not built"; exit 1; }
work=$(mktemp -d)
processes=()
trap '((${#processes[@]} == 0)) || kill -9 "${processes[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$root"
source tests/support/certificates.sh
arguments=(--no-progress -p 4)

# lines DIRECTORY: what was written, in any order.
lines() { find "$1" -type f -exec cat {} + | sort; }
# same WHAT EXPECTED ACTUAL: two directories with the same lines.
same() {
  diff <(lines "$2") <(lines "$3") >"$work/difference" ||
    { echo "$1 differs:"; head -n 5 "$work/difference"; return 1; }
}
# said FILE TEXT: the text is in what a program has said.
said() { grep -qF -- "$2" "$1" || { echo "not said: $2"; cat "$1"; return 1; }; }
# soon FILE TEXT: it is said within ten seconds.
soon() {
  for ((n = 0; n < 100; ++n)); do
    ! grep -qsF -- "$2" "$1" || return 0
    sleep 0.1
  done
  said "$1" "$2"
}
# ends PID STATUS WHAT
ends() {
  local status=0
  timeout 30 tail --pid="$1" -f /dev/null || { echo "$3 does not end"; return 1; }
  wait "$1" || status=$?
  [[ $status -eq $2 ]] || { echo "$3 ended with $status instead of $2"; cat "$work/main"; return 1; }
}

authority "$work/ca"
authority "$work/others"
for name in main first second; do certificate "$work/$name" "$work/ca"; done
certificate "$work/foreign" "$work/others"
certificate "$work/old" "$work/ca" -1
# tls NAME [AUTHORITY]: the options by which a process shows that certificate.
tls() { echo --tls-cert "$work/$1.pem" --tls-key "$work/$1.key" --tls-ca "$work/${2:-ca}.pem"; }

echo "the checks themselves"
mkdir "$work/one" "$work/other" && echo a >"$work/one/f" && echo b >"$work/other/f"
! same "another output" "$work/one" "$work/other" >/dev/null || { echo "a difference was accepted"; exit 1; }
! said "$work/one/f" "b" >/dev/null || { echo "a missing text was accepted"; exit 1; }

echo "one process"
"$job" "${arguments[@]}" -P output="$work/alone" >"$work/printed" 2>"$work/said"

echo "three processes with TLS"
"$job" "${arguments[@]}" --processes 2 $(tls main) -P output="$work/three" >"$work/printed_three" 2>"$work/said"
same "the output of three processes" "$work/alone" "$work/three"
diff <(sort "$work/printed") <(sort "$work/printed_three")

echo "task managers that join, and others"
head -c 24 /dev/urandom | base64 >"$work/secret"
port=$((10000 + RANDOM % 20000))
joining=("${arguments[@]}" -D taskmanager.count=2 -P output="$work/joined" --secret-file "$work/secret")
# join NAME OPTION...: one more process; what it says is in the file NAME.said.
join() {
  local name=$1
  shift
  "$job" "${joining[@]}" --join 127.0.0.1:$port "$@" >"$work/$name.printed" 2>"$work/$name.said" &
  joined=$!
  processes+=("$joined")
}
"$job" "${joining[@]}" --listen 127.0.0.1:$port $(tls main) >"$work/printed" 2>"$work/main" &
main=$!
processes+=("$main")
join plain
plain=$joined
join stranger $(tls foreign others)
stranger=$joined
soon "$work/main" "the other side speaks without TLS: give --tls-cert, --tls-key and --tls-ca to the processes of both sides"
soon "$work/plain.said" "this process takes connections with TLS only"
soon "$work/stranger.said" "TLS: the certificate of the other side is not accepted"
soon "$work/main" "TLS: the other side does not accept this one: unknown CA"
kill "$plain" "$stranger"
ends "$plain" 130 "a process without TLS"
ends "$stranger" 130 "a process of another authority"
# It takes our authority for good, and we do not take its own.
cat "$work/ca.pem" "$work/others.pem" >"$work/both.pem"
join foreign $(tls foreign both)
foreign=$joined
soon "$work/main" "TLS: the certificate of the other side is not accepted"
soon "$work/foreign.said" "TLS: the other side does not accept this one: unknown CA"
kill "$foreign"
ends "$foreign" 130 "a process whose authority is not known"
timeout 5 openssl s_client -connect 127.0.0.1:$port -CAfile "$work/ca.pem" </dev/null >/dev/null 2>&1 || true
soon "$work/main" "TLS: the other side shows no certificate"
timeout 5 openssl s_client -connect 127.0.0.1:$port -tls1_2 -cert "$work/first.pem" -key "$work/first.key" \
  </dev/null >"$work/former" 2>&1 || true
said "$work/former" "alert protocol version"
join first $(tls first)
first=$joined
join second $(tls second)
second=$joined
ends "$main" 0 "the job"
ends "$first" 0 "a task manager"
ends "$second" 0 "a task manager"
same "the output of task managers that joined" "$work/alone" "$work/joined"

echo "a process with TLS that joins one without"
"$job" "${joining[@]}" --listen 127.0.0.1:$port >"$work/printed" 2>"$work/main" &
main=$!
processes+=("$main")
join first $(tls first)
first=$joined
soon "$work/main" "the other side speaks TLS, and this one does not"
soon "$work/first.said" "the other side speaks without TLS"
kill "$main" "$first"
ends "$first" 130 "a process with TLS"

echo "what cannot be"
# usage TEXT ARGUMENT...
usage() {
  local text=$1 status=0
  shift
  timeout 20 "$job" --no-progress "$@" >/dev/null 2>"$work/said" || status=$?
  [[ $status -eq 2 ]] || { echo "ended with $status: $*"; return 1; }
  said "$work/said" "$text"
}
usage "--tls-cert, --tls-key and --tls-ca belong together; there is no --tls-ca." --processes 2 \
  --tls-cert "$work/main.pem" --tls-key "$work/main.key"
usage "flight_delays: --tls-cert: " --processes 2 $(tls none)
usage "it is not that of the certificate in $work/main.pem" --processes 2 \
  --tls-cert "$work/main.pem" --tls-key "$work/first.key" --tls-ca "$work/ca.pem"
usage "use the certificate in $work/old.pem: certificate has expired" --processes 2 $(tls old)
usage "use the certificate in $work/foreign.pem: " --processes 2 $(tls foreign)
usage "read the certificates in $work/secret: there is none" --join 127.0.0.1:$port \
  --secret-file "$work/secret" --tls-cert "$work/secret" --tls-key "$work/main.key" --tls-ca "$work/ca.pem"
usage "read the key in $work/secret: " --listen 127.0.0.1:$port --secret-file "$work/secret" \
  --tls-cert "$work/main.pem" --tls-key "$work/secret" --tls-ca "$work/ca.pem"
echo "tls: the same output in one process, in three, and with task managers that joined"
