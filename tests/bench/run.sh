#!/bin/bash
# make bench: parsing against iptables-restore, replaying against the kernel.
# Both sides in one run, in turn; medians are printed.  The kernel's side
# needs root and network namespaces and is left out, with a word, without.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
T=$(mktemp -d) || exit 1
R=nfwbench-r A=nfwbench-a Z=nfwbench-z
RUNS=${RUNS:-5} PACKETS=${PACKETS:-4000000} INJECT=${INJECT:-1000000}

cleanup()
{
	for n in $R $A $Z; do ip netns del $n 2>/dev/null; done
	rm -rf "$T"
}
trap cleanup EXIT

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
seconds() { /usr/bin/env bash -c 'TIMEFORMAT=%R; time "$@" >/dev/null' _ "$@" 2>&1 | tail -1; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }

echo "== parsing"
$B/tests/bench/workload corp 100000 1 >"$T/corp.rules"
$B/tests/bench/workload kube 700000 >"$T/kube.rules"
for f in corp kube; do
	for i in $(seq "$RUNS"); do
		$B/tests/bench/parse "$T/$f.rules"
	done | sed "s|$T/||" | sort -t, -k2.2n | sed -n "$(((RUNS + 1) / 2))p"
done
if [ "$(id -u)" = 0 ] && command -v iptables-legacy-restore >/dev/null; then
	t=$(for i in 1 2 3; do seconds iptables-legacy-restore --test "$T/corp.rules"; done | median)
	echo "iptables-restore --test corp.rules: $t s"
fi

lab()
{
	ip netns add $A && ip netns add $R && ip netns add $Z || return 1
	ip link add a0 netns $A address 02:00:00:00:00:01 type veth \
	    peer name r0 address 02:00:00:00:00:02 netns $R
	ip link add r1 netns $R address 02:00:00:00:00:03 type veth \
	    peer name b1 address 02:00:00:00:00:04 netns $Z
	ip -n $A link set a0 up; ip -n $R link set r0 up
	ip -n $R link set r1 up; ip -n $Z link set b1 up; ip -n $R link set lo up
	ip -n $R addr add 10.1.255.254/16 dev r0
	ip -n $R addr add 192.0.2.1/24 dev r1
	ip -n $R neigh add 192.0.2.2 lladdr 02:00:00:00:00:04 dev r1
	ip -n $R route add 10.2.0.0/16 via 192.0.2.2 dev r1
	ip netns exec $R sysctl -qw net.ipv4.ip_forward=1 \
	    net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.r0.rp_filter=0
	sysctl -qw net.netfilter.nf_conntrack_max=1000000 2>/dev/null
}

snapshot()
{
	mkdir -p "$T/host"
	ip -n $R -d -j addr show >"$T/host/ip-addr.json"
	ip -n $R -j route show table all >"$T/host/ip-route.json"
	ip -n $R -j rule show >"$T/host/ip-rule.json"
	ip netns exec $R sysctl -a >"$T/host/sysctl" 2>/dev/null
	echo "net.netfilter.nf_conntrack_max = 1000000" >>"$T/host/sysctl"
}

# rules KIND N ACTION CT: with a rule that switches conntrack on, or not
rules()
{
	$B/tests/bench/workload linear "$1" "$2" "$3"
	[ "$4" = ct ] && printf '%s\n' '*mangle' ':PREROUTING ACCEPT [0:0]' \
	    ':INPUT ACCEPT [0:0]' ':FORWARD ACCEPT [0:0]' \
	    ':OUTPUT ACCEPT [0:0]' ':POSTROUTING ACCEPT [0:0]' \
	    '-A INPUT -m conntrack --ctstate INVALID -j DROP' COMMIT
}

echo "== replaying (millions of packets a second)"
$B/tests/bench/workload pcap "$PACKETS" 60 100000 11 >"$T/g64.pcap"
if [ "$(id -u)" != 0 ] || ! lab; then
	echo "no network namespaces here: the kernel's side is left out"
	exit 0
fi
snapshot
compare()
{
	local count=$INJECT ours=() theirs=() i s
	[ "$2" -ge 1000 ] && count=$((INJECT / 10))
	[ "$2" -ge 10000 ] && count=$((INJECT / 50))
	rules "$@" >"$T/rules"
	ip netns exec $R iptables-legacy-restore "$T/rules"
	[ "$4" = ct ] || ip netns exec $R iptables-legacy -t mangle -F
	ip netns exec $R $B/tests/bench/inject r0 $((count / 5)) >/dev/null
	for i in $(seq "$RUNS"); do
		theirs+=("$(ip netns exec $R $B/tests/bench/inject r0 $count)")
		s=$(seconds ./nfwalk replay -r "$T/rules" -S "$T/host" \
		    --write-counters "$T/counters" "r0=$T/g64.pcap")
		ours+=("$(awk -v n="$PACKETS" -v s="$s" 'BEGIN { print n / s / 1e6 }')")
	done
	local t o
	t=$(printf '%s\n' "${theirs[@]}" | median)
	o=$(printf '%s\n' "${ours[@]}" | median)
	printf '%-6s %6s rules %-6s %-9s kernel %8s  nfwalk %8s  ratio %s\n' \
	    "$1" "$2" "$3" "$4" "$t" "$o" "$(ratio "$o" "$t")"
}
compare early 10 ACCEPT ct
compare early 10 ACCEPT none
compare early 10 DROP ct
compare late 10 ACCEPT ct
compare early 100 ACCEPT ct
