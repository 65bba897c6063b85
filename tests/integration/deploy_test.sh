#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# deploy_test.sh ROOT BUILD COMPILER: what docs/deploy/ says to `weir node` is what that understands.
set -euo pipefail
root=$1 build=$2
weir=$build/bin/weir
[[ -x $weir ]] || { echo "$weir is not built"; exit 1; }
help=$("$weir" node --help)

# unknown TEXT: options of a node in the text that its help does not name.
unknown() {
  local option
  for option in $(grep -oE -- '(^|[ "[])--[a-z-]+' <<<"$1" | grep -oE -- '--[a-z-]+' | sort -u); do
    grep -qF -- "$option " <<<"$help" || echo "$option"
  done
}
[[ $(unknown '["--listen", "a", "--lisen", "b"]') == --lisen ]] || { echo "the check itself fails"; exit 1; }

count=0
for file in compose.yaml kubernetes.yaml Dockerfile weir-node.service; do
  # Only what a node is told, or could be: not what is told to apt, docker or kubectl.
  text=$(grep -E 'weir", "node"|weir node|"--' "$root/docs/deploy/$file" | grep -v '^ *#[^"]*$')
  found=$(unknown "$text")
  [[ -z $found ]] || { echo "docs/deploy/$file: weir node has no" $found; exit 1; }
  count=$((count + $(grep -oE -- '--[a-z-]+' <<<"$text" | wc -l)))
done
[[ $count -gt 10 ]] || { echo "only $count options were looked at"; exit 1; }
while read -r key; do
  grep -qF -- "--$key " <<<"$help" || { echo "docs/deploy/node.yaml: weir node has no $key"; exit 1; }
done < <(sed -nE 's/^#?([a-z-]+):.*/\1/p' "$root/docs/deploy/node.yaml")
