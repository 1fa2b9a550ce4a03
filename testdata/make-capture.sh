#!/bin/bash
# Makes testdata/demo: a router with real programs talking through it, what
# was captured on its interfaces, its snapshot, and what its kernel counted,
# logged, traced and remembered.  Root only; needs iptables-legacy, ipset,
# conntrack, tcpdump, ethtool and the programs that talk: curl, python3,
# nginx, ssh, sshd, dnsmasq, dig, vsftpd, ping, traceroute, nc, hping3.
# (Debian: bind9-dnsutils curl dnsmasq-base ethtool hping3 iputils-ping
# netcat-openbsd nginx-light openssh-client openssh-server python3 tcpdump
# traceroute vsftpd)
#
#	client (203.0.113.7, .66, .80) -- uplink router office -- (10.0.0.10, .11, .50)
set -eu
cd "$(dirname "$0")/demo"
out=$PWD
T=$(mktemp -d)
C=nfwalk-client R=nfwalk-router S=nfwalk-server
pids=

on() { local ns=$1; shift; ip netns exec "$ns" "$@"; }
# Without a function in between: $! is the program itself.
bg() { ip netns exec "$@" >>"$T/log" 2>&1 & pids="$pids $!"; }
quiet() { "$@" >>"$T/log" 2>&1 || true; }

cleanup()
{
	for p in $pids; do kill "$p" 2>/dev/null || true; done
	wait
	for ns in $C $R $S; do
		ip netns del $ns 2>/dev/null || true
		rm -rf /etc/netns/$ns
	done
	rm -rf "$T"
}
trap cleanup EXIT

# ---- three hosts ----
for ns in $C $R $S; do
	ip netns add $ns
	mkdir -p /etc/netns/$ns
	echo 'nameserver 203.0.113.80' >/etc/netns/$ns/resolv.conf
	on $ns ip link set lo up
	on $ns sysctl -qw net.ipv6.conf.all.accept_dad=0 \
	    net.ipv6.conf.default.accept_dad=0
done
wire()	# NS1 IF1 MAC1 NS2 IF2 MAC2
{
	ip link add nfw1 type veth peer name nfw2
	ip link set nfw1 netns $1 name $2 address $3
	ip link set nfw2 netns $4 name $5 address $6
	for side in "$1 $2" "$4 $5"; do
		set -- $side
		on $1 ethtool -K $2 tso off gso off gro off ufo off >/dev/null 2>&1 || true
		on $1 ip link set $2 gso_max_segs 1 gso_max_size 2000
		on $1 ip link set $2 up
	done
}
wire $C c0 02:00:00:00:01:07 $R uplink 02:00:00:00:01:01
wire $R office 02:00:00:00:02:01 $S s0 02:00:00:00:02:10
on $C ip addr add 203.0.113.7/24 brd + dev c0
on $C ip addr add 203.0.113.66/24 dev c0
on $C ip addr add 203.0.113.80/24 dev c0
on $C ip addr add 203.0.113.99/24 dev c0
on $C ip -6 addr add 2001:db8:1::7/64 dev c0 nodad
on $C ip route add default via 203.0.113.1
on $C ip -6 route add default via 2001:db8:1::1
on $R ip addr add 203.0.113.1/24 brd + dev uplink
on $R ip addr add 10.0.0.1/24 brd + dev office
on $R ip -6 addr add 2001:db8:1::1/64 dev uplink nodad
on $R ip -6 addr add 2001:db8:2::1/64 dev office nodad
on $R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
on $S ip addr add 10.0.0.10/24 brd + dev s0
on $S ip addr add 10.0.0.11/24 dev s0
on $S ip addr add 10.0.0.50/24 dev s0
on $S ip -6 addr add 2001:db8:2::10/64 dev s0 nodad
on $S ip route add default via 10.0.0.1
on $S ip -6 route add default via 2001:db8:2::1
sleep 3				# router solicitations and MLD are over

# ---- programs that answer ----
mkdir -p "$T/www" "$T/ssh" "$T/ftp/pub" "$T/empty"
head -c 90000 /dev/zero | tr '\0' x >"$T/www/page"
head -c 40000 /dev/zero | tr '\0' y >"$T/ftp/pub/file"
echo '<h1>office</h1>' >"$T/www/index.html"
chmod -R a+rX "$T"
cat >"$T/nginx.conf" <<-END
	daemon off; pid $T/nginx.pid; error_log $T/log; worker_processes 1;
	events { }
	http { access_log off; server { listen 10.0.0.10:80;
	    listen [2001:db8:2::10]:80; root $T/www; } }
END
bg $S nginx -c "$T/nginx.conf"
bg $S python3 -m http.server 8080 --bind 10.0.0.10 -d "$T/www"
bg $S python3 -m http.server 8080 --bind 10.0.0.11 -d "$T/www"
bg $C python3 -m http.server 80 --bind 203.0.113.80 -d "$T/www"
ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/host"
ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/user"
mkdir -p /run/sshd
cp "$T/ssh/user.pub" "$T/ssh/keys"
sshd_on()	# NS ADDRESS
{
	bg $1 "$(command -v sshd)" -D -e -f /dev/null -h "$T/ssh/host" \
	    -o ListenAddress=$2 -o AuthorizedKeysFile="$T/ssh/keys" \
	    -o StrictModes=no -o PidFile=none -o PermitRootLogin=yes \
	    -o UsePAM=no -o UseDNS=no
}
sshd_on $S 10.0.0.10
sshd_on $R 10.0.0.1
ssh_opts="-i $T/ssh/user -o StrictHostKeyChecking=no -o BatchMode=yes
    -o UserKnownHostsFile=/dev/null -o ConnectTimeout=3"
cat >"$T/vsftpd.conf" <<-END
	listen=YES
	listen_address=10.0.0.10
	background=NO
	anonymous_enable=YES
	local_enable=NO
	no_anon_password=YES
	anon_root=$T/ftp
	secure_chroot_dir=$T/empty
	pasv_min_port=40000
	pasv_max_port=40009
	seccomp_sandbox=NO
	isolate=NO
	isolate_network=NO
END
bg $S vsftpd "$T/vsftpd.conf"
bg $C dnsmasq -k -C /dev/null -x "$T/dns1" --no-resolv --no-hosts -u root \
    --listen-address=203.0.113.80 --bind-interfaces \
    --address=/example.com/203.0.113.80
bg $R dnsmasq -k -C /dev/null -x "$T/dns2" --no-resolv --no-hosts -u root \
    --listen-address=10.0.0.1 --bind-interfaces --server=203.0.113.80
sleep 2

# ---- rules, snapshot, captures ----
on $R ipset create blocklist hash:net
on $R ipset add blocklist 203.0.113.96/29
on $R sysctl -qw net.netfilter.nf_conntrack_acct=1 2>/dev/null || true
all_netns=$(cat /proc/sys/net/netfilter/nf_log_all_netns)
echo 1 >/proc/sys/net/netfilter/nf_log_all_netns
dmesg -w --raw >"$T/kmsg" 2>/dev/null &
pids="$pids $!"
dumps=
for dev in uplink office any; do
	bg $R tcpdump --immediate-mode -i $dev -s 128 -U -Z root -w "$out/$dev.pcap" \
	    -B 16384
	dumps="$dumps $!"
done
sleep 2
on $R iptables-legacy-restore <router.v4
on $R ip6tables-legacy-restore <router.v6
on $R sysctl -qw net.netfilter.nf_conntrack_acct=1
mkdir -p snapshot expected
on $R iptables-legacy-save -c >snapshot/iptables-save
on $R ip6tables-legacy-save -c >snapshot/ip6tables-save
on $R ip -d -j addr show >snapshot/ip-addr.json
on $R ip -j route show table all >snapshot/ip-route.json
on $R ip -j -6 route show table all >snapshot/ip6-route.json
on $R ip -j rule show >snapshot/ip-rule.json
on $R ip -j -6 rule show >snapshot/ip6-rule.json
on $R ipset save >snapshot/ipset-save
on $R sysctl -a 2>/dev/null | grep -E '^net\.(ipv4\.(ip_forward|icmp_|conf\.)|ipv6\.(conf|icmp)\.|netfilter\.nf_conntrack_|bridge\.)' |
    grep -v -e '_id =' -e stable_secret >snapshot/sysctl
: >snapshot/conntrack
on $R ss -lntup | sed 's/ users:.*//' >snapshot/sockets

# ---- traffic ----
curl_to() { quiet on $1 curl -s -m 4 -o /dev/null "${@:2}"; }
# Web, published on the router's address; some at once, too many at once.
for i in 1 2 3 4 5 6; do curl_to $C http://203.0.113.1/page; done
for i in 1 2 3 4; do curl_to $C http://203.0.113.1:8080/; done
for i in 1 2 3 4 5 6 7 8; do
	on $C nc -w 2 203.0.113.1 80 >>"$T/log" 2>&1 <&- &
done
sleep 0.5
curl_to $C http://203.0.113.1/
sleep 2.5
# From the office: web with connection marks, mail that is refused, names.
curl_to $S --interface 10.0.0.50 http://203.0.113.80/page
quiet on $S nc -w 1 -s 10.0.0.50 203.0.113.80 25 </dev/null
quiet on $S dig +time=1 +tries=1 -b 10.0.0.50 @10.0.0.1 www.example.com
quiet on $S dig +time=1 +tries=1 -b 10.0.0.50 @203.0.113.80 example.com
quiet on $S traceroute -n -q 2 -w 1 -m 3 -s 10.0.0.50 203.0.113.80
quiet on $S ssh $ssh_opts -b 10.0.0.50 root@10.0.0.1 true
# Secure shell from outside, four times: the fourth is over the limit.
for i in 1 2 3 4; do
	quiet on $C timeout 4 ssh $ssh_opts -p 2222 root@203.0.113.1 'head -c 3000 /dev/zero'
done
quiet on $C timeout 4 scp $ssh_opts -P 2222 "$T/www/page" root@203.0.113.1:/dev/null
# File transfer.
curl_to $C --disable-eprt ftp://203.0.113.1/pub/file
curl_to $C ftp://203.0.113.1/pub/
# Ping: small, traced, more than the limit, in fragments, from the blocklist.
quiet on $C ping -n -c 3 -i 0.3 203.0.113.1
quiet on $C ping -n -c 3 -i 0.3 -s 120 203.0.113.1
quiet on $C ping -n -c 6 -i 0.2 -W 1 203.0.113.1
quiet on $S ping -n -c 2 -s 3000 -I 10.0.0.50 203.0.113.80
quiet on $C ping -n -c 2 -W 1 -I 203.0.113.99 203.0.113.1
# What nobody offers: reset, unreachable, silence; then a scan.
quiet on $C nc -w 1 203.0.113.1 113 </dev/null
quiet on $C dig +time=1 +tries=1 @203.0.113.1 example.com
quiet on $C nc -w 1 203.0.113.1 443 </dev/null
quiet on $C hping3 -q -c 30 -i u20000 -a 203.0.113.66 -S -p ++1 203.0.113.1
quiet on $C hping3 -q -c 3 -i u50000 -a 203.0.113.66 -A -p 9999 203.0.113.1
quiet on $C traceroute -n -q 1 -w 1 -m 2 10.0.0.10
# IPv6.
quiet on $C ping -6 -n -c 2 2001:db8:1::1
quiet on $C ping -6 -n -c 2 2001:db8:2::10
curl_to $C 'http://[2001:db8:2::10]/page'
quiet on $C nc -6 -w 1 2001:db8:2::10 22 </dev/null
quiet on $C nc -6 -w 1 2001:db8:1::1 22 </dev/null
quiet on $C ping -n -c 1 -s 300 203.0.113.1

# ---- what the kernel made of it ----
sleep 0.2
kill $dumps
wait $dumps || true
on $R conntrack -L -o extended 2>/dev/null >expected/conntrack.new
on $R iptables-legacy-save -c >expected/counters.new
on $R ip6tables-legacy-save -c >expected/counters6.new
sleep 1
echo $all_netns >/proc/sys/net/netfilter/nf_log_all_netns
for f in conntrack counters counters6; do
	grep -v '^#' expected/$f.new >expected/$f
	rm expected/$f.new
done
mine='(IN|OUT)=(uplink|office) '
grep -E "$mine" "$T/kmsg" | grep -v 'TRACE: ' | sed 's/^<\([0-9]*\)>/\1 /' |
    awk '{ level = $1 % 8; sub(/^[0-9]+ /, ""); print "<" level ">" $0 }' |
    sed 's/^\(<.>\)\[ *[0-9.]*\] /\1/' >expected/log
grep -E "$mine" "$T/kmsg" | grep 'TRACE: ' |
    sed 's/^.*TRACE: /TRACE: /' >expected/trace
kill $(echo $pids) 2>/dev/null || true
sleep 1
chmod 644 *.pcap snapshot/* expected/*
ls -l . snapshot expected
