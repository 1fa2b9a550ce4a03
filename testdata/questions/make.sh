#!/bin/sh
# Makes the snapshots here, on a Linux host, as root: each in a network
# namespace of its own, by ip, iptables and sysctl themselves.
set -eu
cd "$(dirname "$0")"

save()			# DIR
{
	mkdir -p "$1"
	ip netns exec $ns iptables-legacy-save -c |
	    sed '/^#/s/ on .*//' >"$1/iptables-save"
	ip netns exec $ns ip -d -j addr show >"$1/ip-addr.json"
	ip netns exec $ns ip -j route show table all >"$1/ip-route.json"
	ip netns exec $ns ip -j rule show >"$1/ip-rule.json"
	ip netns exec $ns sysctl net.ipv4.ip_forward \
	    net.ipv4.conf.all.rp_filter >"$1/sysctl"
}

begin()
{
	ns=nfwalk-q$$
	ip netns add $ns
	ip netns add $ns-peer
	trap end EXIT
	in="ip netns exec $ns"
	$in ip link set lo up
	$in sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
}

device()		# NAME ADDRESS MAC
{
	ip link add "$1" netns $ns address "$3" type veth \
	    peer name "$1" netns $ns-peer
	ip -n $ns-peer link set "$1" up
	$in ip link set "$1" up
	$in ip addr add "$2" dev "$1"
}

end()
{
	trap - EXIT
	ip netns del $ns
	ip netns del $ns-peer
}

# Q8: a tunnel whose clients are given other addresses than those translated.
begin
device eth0 198.51.100.10/24 02:00:00:00:00:10
device wg0 10.8.0.1/24 02:00:00:00:00:08
$in ip route add default via 198.51.100.1
$in iptables-legacy-restore <<'EOF'
*nat
-A POSTROUTING -s 10.66.0.0/24 -o eth0 -j MASQUERADE
COMMIT
*filter
:FORWARD DROP
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -i wg0 -j ACCEPT
COMMIT
EOF
save tunnel
end

# Q9: a port that is forwarded for those outside, asked for from inside.
begin
device eth0 198.51.100.10/24 02:00:00:00:00:10
device lan0 10.0.0.1/24 02:00:00:00:00:01
$in ip route add default via 198.51.100.1
$in iptables-legacy-restore <<'EOF'
*nat
-A PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.10
-A POSTROUTING -o eth0 -j MASQUERADE
COMMIT
*filter
:FORWARD DROP
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -i lan0 -j ACCEPT
-A FORWARD -d 10.0.0.10/32 -p tcp -m tcp --dport 80 -j ACCEPT
COMMIT
EOF
save hairpin
end
