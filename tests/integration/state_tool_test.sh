#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# state_tool_test.sh ROOT BUILD: runs a job with checkpoints, and finds in its final one exactly what
# it must hold; what the program `weir` says when it is asked for what is not there.
set -euo pipefail
job=$2/tests/counting_job weir=$2/bin/weir
source "$1/tests/integration/checks.sh"
need "$job" "$weir" "$weir-state"

# expect STATUS OUTPUT ERRORS ARGUMENT...
expect() {
  local status=$1 output=$2 errors=$3 actual=0
  shift 3
  "$weir" "$@" >printed 2>said || actual=$?
  same "status of weir $*" "$status" "$actual" && same "output of weir $*" "$output" "$(cat printed)" &&
    same "message of weir $*" "$errors" "$(cat said)"
}
# run DIRECTORY COUNT ARGUMENT...: ten keys, one after the other.
run() {
  local directory=$1 count=$2
  shift 2
  "$job" --no-progress -p 2 -D execution.checkpointing.dir="$directory" \
    -D execution.checkpointing.interval=1h -P count="$count" -P keys=10 -P rate=100000000 \
    -P output="out-$directory" "$@" 2>log || { cat log; exit 1; }
}
# seen COUNT: what the operator "number" must know of every key after COUNT records.
seen() {
  for key in 0 1 2 3 4 5 6 7 8 9; do
    echo "{\"operator\":\"number\",\"table\":\"seen\",\"key\":$key,\"value\":$((($1 - key + 9) / 10))}"
  done
}

run before 1000
run after 1004
# All that it can leave in RocksDB's files is there.
run in_files 1004 -D state.backend.type=rocksdb -D state.backend.rocksdb.cache-size=0b \
  -D state.backend.rocksdb.localdir=scratch

echo "ls"
checkpoint=$(echo after/chk-*)
for path in after "$checkpoint" "$checkpoint/" "$checkpoint/manifest"; do
  "$weir" state ls "$path" >printed
  same "$path" "seen keyed 10 160 pair{u64,u64}" "$(awk '/ seen / { $1 = $1; print }' printed)"
done
"$weir" state ls after --json | python3 -c '
import json, sys
told = json.load(sys.stdin)
assert told["job"] == "counting" and told["max_parallelism"] == 1024, told
operators = {each["name"]: each for each in told["operators"]}
seen = [each for each in operators["number"]["tables"] if each["name"] == "seen"]
assert seen == [{"name": "seen", "kind": "keyed", "schema": "pair{u64,u64}", "entries": 10, "bytes": 160}], seen
assert operators["number"]["parallelism"] == 2
assert any(each["parts"] for each in operators.values())'

echo "get"
for key in 0 3 4 9; do
  expect 0 "$(seen 1004 | sed -n "$((key + 1))p")" "" state get after number seen "$key"
done
expect 1 "" "weir: operator number: table seen has no key 77" state get after number seen 77
expect 1 "" "weir: the checkpoint has no operator numbr; did you mean number?" \
  state get after numbr seen 3
expect 1 "" "weir: the checkpoint has no table of number named sen; did you mean seen?" \
  state get after number sen 3

echo "export"
"$weir" state export after --operator number --table seen | sort >exported
same "all entries" "$(seen 1004)" "$(cat exported)"
"$weir" state export after | python3 -c '
import json, sys
for line in sys.stdin: json.loads(line)'

echo "diff"
"$weir" state diff before after 2>said | grep '"table":"seen"' >changes
same "changes" "$(for key in 0 1 2 3; do
  echo "{\"change\":\"changed\",\"operator\":\"number\",\"table\":\"seen\",\"key\":$key,\"before\":100,\"after\":101}"
done)" "$(cat changes)"
"$weir" state diff after after >printed 2>said
same "no changes" "" "$(cat printed)"
same "no changes" "0 added, 0 removed, 0 changed" "$(grep -oE '^0 added, 0 removed, 0 changed' said)"

echo "RocksDB's files"
export TMPDIR=$PWD
ls in_files/chk-*/*.sst >/dev/null
"$weir" state ls in_files >printed
same "in files" "seen keyed 10 0 pair{u64,u64}" "$(awk '/ seen / { $1 = $1; print }' printed)"
"$weir" state export in_files --operator number --table seen | sort >exported
same "all entries in files" "$(seen 1004)" "$(cat exported)"
"$weir" state diff after in_files >printed 2>said
same "no changes in files" "" "$(cat printed)"
same "nothing is left of reading" "" "$(find . -maxdepth 1 -name 'weir-rocksdb*' ! -name '*.lock')"
file=$(cd in_files && echo chk-*/*.sst | cut -d ' ' -f 1)
expect 1 "" "weir: operator number: table seen: the state is in ${file#*/}, which only\
 the job can read; have it take a savepoint, and edit that" \
  state edit in_files --operator number --table seen --key 3 --value 7 --out edited
cp -r in_files broken
printf '\xff' | dd of="broken/$file" bs=1 seek=40 conv=notrunc status=none
status=0
"$weir" state export broken --table seen >printed 2>said || status=$?
same "status of a damaged file of RocksDB" 1 "$status"
grep -q "checksum mismatch" said && grep -q "broken/chk-" said || { cat said; exit 1; }

echo "what is wrong"
expect 2 "" "weir: unknown command stat; did you mean state? See weir --help" stat
expect 2 "" "weir: unknown command exprt; did you mean export? See weir state --help" state exprt
expect 2 "" "weir: weir state ls: unknown option --jsn; did you mean --json? See weir state --help" \
  state ls after --jsn
expect 2 "" "weir: weir state diff: expected A B, got 1 word. See weir state --help" state diff after
mkdir alone nothing
cp "$weir" alone
status=0
alone/weir state ls after >printed 2>said || status=$?
same "status without weir-state" 1 "$status"
same "message without weir-state" "weir: start $PWD/alone/weir-state: No such file or directory: it is\
 installed beside this program; install it again" "$(cat said)"
# Not the weir-state of wherever it was started.
if unshare -m true 2>/dev/null; then
  status=0
  ln -s /bin/true weir-state
  unshare -m "$BASH" -c 'umount -l /proc && exec "$@"' _ "$weir" state --help >printed 2>said || status=$?
  rm weir-state
  same "status without /proc" 1 "$status"
  same "message without /proc" "weir: find weir-state beside this program: read /proc/self/exe: No such file or\
 directory: mount /proc, or install Weir under a shorter path" "$(cat said)"
fi
expect 1 "" "weir: look for a checkpoint at nothing: it has no manifest: it was never completed, or it\
 is no checkpoint" state ls nothing

echo "damage"
cp -r "$checkpoint" damaged
file=$(grep -laE 'pair\{u64,u64\}' damaged/*.snap | head -n 1)
printf '\xff' | dd of="$file" bs=1 seek=20 conv=notrunc status=none
status=0
"$weir" state export damaged --table seen >printed 2>said || status=$?
same "status of damage" 1 "$status"
grep -q 'checksum mismatch' said || { cat said; exit 1; }
echo "the tool shows what the job has counted"
