#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# error_messages_test.sh ROOT BUILD COMPILER: what the programs say when something is wrong, to the
# letter, their exit statuses (0 finished, 1 failed, 2 usage, 130 cancelled), and that a job that
# fails leaves no file that looks complete.
set -euo pipefail
root=$1 build=$2 compiler=${3:-c++}
job=$build/samples/flight_delays
[[ -x $job ]] || { echo "$job is not built"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# What the program wrote to standard error, without the times of the log.
said() { sed -E 's/^[0-9-]+T[0-9:.]+Z //' errors; }

# same WHAT EXPECTED ACTUAL
same() {
  [[ $2 == "$3" ]] || { printf '%s\nexpected: %s\nactual:   %s\n' "$1" "$2" "$3"; return 1; }
}

# expect STATUS MESSAGE ARGUMENT...
expect() {
  local status=$1 message=$2 actual=0
  shift 2
  timeout 60 "$job" --no-progress "$@" >printed 2>errors || actual=$?
  same "status of flight_delays $*" "$status" "$actual" &&
    same "message of flight_delays $*" "$message" "$(said)"
}
usage() { local message=$1; shift; expect 2 "flight_delays: $message" "$@"; }
failure() { local message=$1; shift; expect 1 "ERROR job flight_delays failed: $message" "$@"; }

# nothing_in DIRECTORY: not even the beginnings of a result.
nothing_in() {
  [[ ! -d $1 || -z $(find "$1" -type f) ]] || { echo "left behind:"; find "$1" -type f; return 1; }
}

echo "the checks themselves"
! (usage "something else" --bogus) >/dev/null || { echo "a wrong message was accepted"; exit 1; }
! (expect 1 "flight_delays: unknown option --bogus. See --help" --bogus) >/dev/null ||
  { echo "a wrong status was accepted"; exit 1; }
mkdir full && touch full/part
! nothing_in full >/dev/null || { echo "a file left behind was accepted"; exit 1; }

echo "options"
usage "unknown option --bogus. See --help" --bogus
usage "unknown option --paralelism; did you mean --parallelism? See --help" --paralelism 3
usage "unexpected argument 'flights.csv'; job parameters are given as -P NAME=VALUE. See --help" \
  flights.csv
usage "option --parallelism needs a value. See --help" -p
usage "option --parallelism was given more than once. See --help" -p 2 -p 3
usage "option --help does not take a value. See --help" --help=yes
usage "--parallelism: 'two' is not an integer between 1 and 32768" -p two
usage "parallelism 0: must be between 1 and 1024 (pipeline.max-parallelism)" \
  -D parallelism.default=0
usage "parallelism 5000: must be between 1 and 1024 (pipeline.max-parallelism)" -p 5000
usage "-D parallelism.defualt=3: unknown key; did you mean parallelism.default?" \
  -D parallelism.defualt=3
usage "-D taskmanager.network.credits=1: '1' is not an integer between 2 and 64" \
  -D taskmanager.network.credits=1
usage "-D parallelism.default: expected KEY=VALUE. See --help" -D parallelism.default
usage "-P input: expected NAME=VALUE. See --help" -P input
usage "--log-level: 'loud' is not one of debug, info, warn, error" --log-level loud

echo "configuration files"
usage "read the configuration: open missing.yaml: No such file or directory" -c missing.yaml
usage "read the configuration: open .: Is a directory" -c .
printf 'parallelism.default: [1\n' >unclosed.yaml
usage "unclosed.yaml: line 2, column 1: not valid YAML: end of sequence flow not found" \
  -c unclosed.yaml
printf 'parallelism:\n  default: many\n' >many.yaml
usage "many.yaml: line 2: parallelism.default: 'many' is not an integer between 1 and 32768" \
  -c many.yaml
printf 'paralelism.default: 2\n' >misspelt.yaml
usage "misspelt.yaml: line 1: unknown key 'paralelism.default'; did you mean\
 'parallelism.default'?" -c misspelt.yaml
printf 'parallelism.default: 2\nparallelism:\n  default: 3\n' >twice.yaml
usage "twice.yaml: line 3: 'parallelism.default' was already given in line 1" -c twice.yaml

echo "input"
head -200 "$root/samples/data/flights.csv" >good.csv
failure "discover splits: csv_of(missing.csv): look at missing.csv: No such file or directory; name\
 an existing file or directory" -P input=missing.csv -P output=out
nothing_in out
mkdir empty
failure "discover splits: csv_of(empty): empty: the directory has no file to read (names that begin\
 with '.' or '_' or end in .in-progress are passed over); put files into it or name another" \
  -P input=empty -P output=out
nothing_in out
if [[ $(id -u) -ne 0 ]]; then
  touch locked.csv && chmod 000 locked.csv
  failure "discover splits: csv_of(locked.csv): open locked.csv: Permission denied" \
    -P input=locked.csv -P output=out
  nothing_in out
fi
fix="fix the row or choose .on_malformed(...)"
read_input="operator csv_of(bad.csv): bad.csv:"
sed '100s/.*/2001-01-01T10:00:00Z,late,407,LAS,OAK/' good.csv >bad.csv
failure "$read_input line 100: column delay_minutes: 'late' is not an integer; $fix" \
  -P input=bad.csv -P output=out
nothing_in out
sed '200s/,[^,]*$//' good.csv >bad.csv
failure "$read_input line 200: 4 columns where the header has 5; $fix" \
  -P input=bad.csv -P output=out
nothing_in out
: >bad.csv
failure "$read_input the file is empty, not even a header line; write one, or choose\
 .without_header()" -P input=bad.csv -P output=out
nothing_in out

echo "output"
touch file
for argument in file/out file; do
  timeout 60 "$job" --no-progress -P input=good.csv -P output="$argument" >printed 2>errors &&
    { echo "wrote below a file"; exit 1; }
  # Both sinks fail; which of them is first, nobody knows.
  same "message for $argument" \
    "ERROR job flight_delays failed: operator file_sink: make the directory file: Not a directory" \
    "$(said | sed -E 's/file_sink\([^)]*\): file_sink\([^)]*\)/file_sink/')"
done
head -150 good.csv >bad.csv && echo "no flight" >>bad.csv
mkdir older && echo "an older result" >older/hourly.csv
failure "$read_input line 151: 1 column where the header has 5; $fix" \
  -P input=bad.csv -P output=older
same "the older result" "an older result" "$(cat older/*)"

echo "a job that finishes"
expect 0 "flight_delays: parameter inptu: the job has none of that name; did you mean input?" \
  -P input=good.csv -P output=out -P inptu=x
same "results" "airports.csv hourly.csv" "$(ls out | xargs)"

echo "a job that is interrupted"
"$compiler" -std=c++20 -I"$root" "$root/tests/integration/endless_job/main.cpp" -o endless \
  -L"$build" -Wl,--start-group -lweir_api -lweir_state -lweir_network -lweir_actors \
  -lweir_coordination -lweir_connectors -Wl,--end-group \
  -lcaf_core -lboost_program_options -lyaml-cpp -lsimdjson -lxxhash -lrocksdb -lssl -lcrypto -pthread
for signal in INT TERM; do
  mkfifo numbers-printed
  ./endless --no-progress -p 2 -P output=endless-out/numbers >numbers-printed 2>errors &
  program=$!
  exec 3<numbers-printed
  read -r -u 3 first
  same "the first line" "> " "${first//[0-9]/}"
  kill -s "$signal" "$program"
  cat <&3 >/dev/null
  exec 3<&-
  status=0
  wait "$program" || status=$?
  same "status after SIG$signal" 130 "$status"
  same "message after SIG$signal" "WARN job endless: cancelling" "$(said)"
  nothing_in endless-out
  rm numbers-printed
done

echo "a second process with the checkpoint directory of a first"
shared=(-D execution.checkpointing.dir=checkpoints --no-progress)
mkfifo numbers-printed
./endless "${shared[@]}" -P output=first-out/numbers >numbers-printed 2>first-errors &
program=$!
exec 3<numbers-printed
read -r -u 3 first
mkfifo numbers-of-second
rm errors  # Of the jobs before: nobody knows when it is opened anew.
./endless "${shared[@]}" -P output=second-out/numbers >numbers-of-second 2>errors &
second=$!
exec 4<numbers-of-second
for ((i = 0; i < 300; ++i)); do
  [[ ! -s errors ]] || break
  sleep 0.1
done
same "message of the second" "WARN job endless: this job waits for up to 30s: checkpoint directory checkpoints\
 is used by another running job; give each job its own, or stop the other one first" "$(said)"
nothing_in second-out
kill -INT "$program"
cat <&3 >/dev/null
exec 3<&-
status=0
wait "$program" || status=$?
same "status of the first" 130 "$status"
read -r -t 60 -u 4 number || { echo "the second does not begin when the first has ended"; exit 1; }
[[ $number =~ ^[0-9]+$ ]] || { echo "the second has printed '$number'"; exit 1; }
kill -INT "$second"
cat <&4 >/dev/null
exec 4<&-
status=0
wait "$second" || status=$?
same "status of the second" 130 "$status"
