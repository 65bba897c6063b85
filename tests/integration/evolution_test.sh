#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# evolution_test.sh ROOT BUILD: a job whose types change between two runs goes on from its
# checkpoint; what --check-restore says before; a savepoint that `weir state edit` has changed.
set -euo pipefail
build=$2 weir=$2/bin/weir
source "$1/tests/integration/checks.sh"
need "$weir" "$build"/tests/evolving_job_{1,2,3}

# job VERSION ARGUMENT...: its output is in `printed`, its exit status in `status`.
job() {
  local version=$1
  shift
  status=0
  "$build/tests/evolving_job_$version" --no-progress -D execution.checkpointing.dir=ck \
    -D execution.checkpointing.interval=1h "$@" >printed 2>log || status=$?
}
last() { "$weir" state get "$1" keep last "$2"; }
told() { "$weir" state get "$1" keep told "$2"; }
# verdict STATE: what --check-restore said of it.
verdict() { awk -v state="$1" '$2 == state { $1 = $2 = $3 = ""; sub(/^ +/, ""); print }' printed; }

job 1 -p 2
same "the first run" 0 "$status"
same "its state" '{"operator":"keep","table":"last","key":2,"value":{"number":97,"price":48.5,"note":"note"}}' \
  "$(last ck 2)"
same "its message" '{"operator":"keep","table":"told","key":2,"value":{"number":"97","by":{"name":"one"}}}' \
  "$(told ck 2)"
"$weir" state ls ck >listed
grep -q ' pair{u64,protobuf{evolving.Told}}$' listed || { cat listed; exit 1; }

echo "--check-restore"
find ck -type f -exec cksum {} + | sort >before
job 1 --check-restore latest -p 3
same "the same program" "0 same" "$status $(verdict last)"
job 2 --check-restore latest -p 3
same "evolved types" "0 evolves: price->cost, number i32->i64, cost f32->f64, -note, +fee" \
  "$status $(verdict last)" || { cat printed; exit 1; }
same "a message with another field" "same" "$(verdict told)"
same "a new state" "starts empty" "$(verdict times)"
grep -q '^keep  *last  *5  *evolves' printed || { cat printed; exit 1; }
grep -qx 'the job can go on from it' printed
job 3 --check-restore latest
same "a type that cannot go on" 1 "$status"
[[ $(verdict last) == "fails: state \"last\" was saved as "*"number: i32 cannot become string"* ]] ||
  { cat printed; exit 1; }
grep -qx 'the job cannot go on from it' printed
job 2 --check-restore nothing
same "no checkpoint" 1 "$status"
find ck -type f -exec cksum {} + | sort >after
same "what is there is not touched" "$(cat before)" "$(cat after)"

echo "--restore"
job 3 --restore latest
same "a type that cannot go on" 1 "$status"
grep -q 'number: i32 cannot become string' log || { cat log; exit 1; }
job 2 --restore latest -p 3
same "evolved types" 0 "$status" || { cat log; exit 1; }
same "the next checkpoint has the new type" \
  '{"operator":"keep","table":"last","key":2,"value":{"fee":0.1,"cost":48.5,"number":97}}' "$(last ck 2)"

echo "weir state edit"
same "changed" "1 changed, 0 added, 0 removed; go on with --restore edited" \
  "$("$weir" state edit ck --operator keep --table last --key 2 \
    --value '{"number":-1,"cost":7,"fee":0}' --out edited 2>&1)"
same "its value" '{"operator":"keep","table":"last","key":2,"value":{"fee":0,"cost":7,"number":-1}}' \
  "$(last edited 2)"
"$weir" state edit edited --operator keep --table told --key 2 \
  --value '{"number":5,"by":{"name":"two"},"remarks":["a"]}' --out retold 2>said
same "its message" \
  '{"change":"changed","operator":"keep","table":"told","key":2,"before":{"number":"97","by":{"name":"one"}},"after":{"number":"5","by":{"name":"two"},"remarks":["a"]}}' \
  "$("$weir" state diff edited retold 2>said)"
status=0
"$weir" state edit ck --operator keep --table told --key 2 --value '{"numbr":1}' --out wrong 2>said ||
  status=$?
[[ $status == 1 && $(cat said) == *'value {"numbr":1}: evolving.Told: '*numbr* ]] || { cat said; exit 1; }
"$weir" state edit retold --operator keep --table last --key 1234 --value '{"number":1,"cost":1,"fee":1}' \
  --out again 2>said
"$weir" state edit again --operator keep --table last --key 3 --remove --out third 2>said
status=0
"$weir" state edit ck --operator keep --table last --key 2 --value '{"number":"x"}' --out wrong 2>said ||
  status=$?
same "a wrong value" \
  '1 weir: operator keep: table last: value {"number":"x"}: field fee is missing' "$status $(cat said)"
[[ ! -e wrong ]]
rm -rf ck
job 2 --check-restore third
same "an edited savepoint" "0 same" "$status $(verdict last)"
job 2 --restore third -p 4
same "an edited savepoint" 0 "$status" || { cat log; exit 1; }
same "its keys" "0 1 1234 2 4" \
  "$("$weir" state export ck --table last | sed -E 's/.*"key":([0-9]+).*/\1/' | sort | xargs)"
same "what was changed" '{"operator":"keep","table":"last","key":2,"value":{"fee":0,"cost":7,"number":-1}}' \
  "$(last ck 2)"
same "its message" \
  '{"operator":"keep","table":"told","key":2,"value":{"number":"5","by":{"name":"two"},"remarks":["a"]}}' \
  "$(told ck 2)"
echo "a job goes on with other types, and with state that was edited"
