#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# spawn_test.sh ROOT BUILD COMPILER: nodes are started over ssh, by a real server on loopback; they
# form one cluster with TLS, which goes on when ssh has ended; so do two that elect their leader, of
# which either may be lost. Skipped where there is no ssh server.
set -euo pipefail
root=$1 build=$2
weir=$build/bin/weir
[[ -x $weir ]] || { echo "$weir is not built"; exit 1; }
sshd=$(command -v sshd || command -v /usr/sbin/sshd) || { echo "skipped: there is no sshd (openssh-server)"; exit 77; }
command -v ssh >/dev/null || { echo "skipped: there is no ssh (openssh-client)"; exit 77; }
source "$root/tests/support/certificates.sh"
work=$(mktemp -d)
server=
port=$((20000 + RANDOM % 10000))
first=$((port + 1)) second=$((port + 2)) third=$((port + 3)) fourth=$((port + 4))
# The nodes are nobody's children any more; they are known by where they listen.
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true
  pkill -9 -f "node --listen 127\.0\.0\.1:($first|$second|$third|$fourth) " || true
  rm -rf "$work"' EXIT
chmod 700 "$work"

ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
cp "$work/key.pub" "$work/authorized_keys"
mkdir -p /run/sshd 2>/dev/null || true
cat >"$work/sshd_config" <<END
ListenAddress 127.0.0.1:$port
HostKey $work/host_key
AuthorizedKeysFile $work/authorized_keys
PidFile $work/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
END
"$sshd" -D -e -f "$work/sshd_config" 2>"$work/sshd.log" &
server=$!
ssh="ssh -p $port -i $work/key -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
for ((n = 0; n < 50; ++n)); do $ssh 127.0.0.1 true 2>/dev/null && break; sleep 0.1; done
$ssh 127.0.0.1 true || { echo "skipped: the ssh server does not let this user in"; cat "$work/sshd.log"; exit 77; }

head -c 24 /dev/urandom | base64 >"$work/secret"
authority "$work/ca"
certificate "$work/node" "$work/ca"
tls=(--tls-cert "$work/node.pem" --tls-key "$work/node.key" --tls-ca "$work/ca.pem")
cat >"$work/hosts" <<END
127.0.0.1 port=$first  dir=$work/node1            # leads
127.0.0.1 port=$second dir=$work/node2 slots=3
END
spawn=("$weir" spawn --hosts "$work/hosts" --secret-file "$work/secret" --program "$weir" --ssh "$ssh" --slots 2 "${tls[@]}")
export WEIR_CLUSTER=127.0.0.1:$second
nodes() { "$weir" nodes --secret-file "$work/secret" "${tls[@]}"; }

echo "a dry run starts nothing, and prints a script"
"${spawn[@]}" --dry-run >"$work/script"
[[ ! -e $work/node1 ]] || { echo "a dry run has started something"; exit 1; }
[[ $(grep -c '^ssh ' "$work/script") -eq 4 ]] || { echo "unexpected:"; cat "$work/script"; exit 1; }
sh -n "$work/script"

echo "two nodes"
"${spawn[@]}"
for ((n = 0; n < 50; ++n)); do [[ $(nodes 2>/dev/null | grep -c 127.0.0.1) -eq 2 ]] && break; sleep 0.1; done
nodes
[[ $(nodes | grep -c 127.0.0.1) -eq 2 ]] || { cat "$work"/node*/node.log; exit 1; }

echo "they take connections with TLS only"
! "$weir" nodes --secret-file "$work/secret" 2>"$work/said" || { echo "a client without TLS was taken"; exit 1; }
grep -q "connections with TLS only" "$work/said" || { echo "not said:"; cat "$work/said"; exit 1; }

echo "a node that cannot start is reported with what it said"
! "${spawn[@]}" >"$work/said" 2>&1 || { echo "a second node took the same port"; exit 1; }
grep -q "start the node of 127.0.0.1:$first" "$work/said" && grep -qi "in use" "$work/said" ||
  { echo "not said:"; cat "$work/said"; exit 1; }
[[ $(stat -c %a "$work/node1/secret") == 600 ]] || { echo "others can read the secret"; exit 1; }

echo "two nodes that elect their leader: when it is killed, the other one leads"
cat >"$work/electors" <<END
127.0.0.1 port=$third  dir=$work/node3
127.0.0.1 port=$fourth dir=$work/node4
END
"$weir" spawn --hosts "$work/electors" --secret-file "$work/secret" --program "$weir" --ssh "$ssh" \
  --high-availability "$work/election"
export WEIR_CLUSTER=127.0.0.1:$third,127.0.0.1:$fourth
leading() {
  "$weir" nodes --secret-file "$work/secret" 2>/dev/null | sed -nE 's/^127\.0\.0\.1:([0-9]+) .* leads$/\1/p'
}
for ((n = 0; n < 100; ++n)); do former=$(leading) && [[ -n $former ]] && break; sleep 0.1; done
[[ -n $former ]] || { echo "nobody leads"; cat "$work"/node[34]/node.log; exit 1; }
pkill -9 -f "node --listen 127\.0\.0\.1:$former "
for ((n = 0; n < 200; ++n)); do
  leader=$(leading) && [[ -n $leader && $leader != "$former" ]] && break
  sleep 0.1
done
[[ -n $leader && $leader != "$former" ]] || { echo "nobody has taken over"; cat "$work"/node[34]/node.log; exit 1; }
echo "$leader leads instead of $former"
