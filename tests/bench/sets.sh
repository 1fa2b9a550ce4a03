#!/bin/bash
# The analysis of packet sets: whole process, one thread, medians of RUNS.
# The peers' figures beside them are those of the same workloads on a machine
# of this kind; what is dead is compared with BuDDy's answer (bdd) where
# libbdd-dev is installed, on 1,000 rules.  NFWALK_BENCH names a folder with
# classbench-*.rules.gz, which no program can make anew.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build} RUNS=${RUNS:-5}
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
bench=${NFWALK_BENCH:-../shared/bench}
W=$B/tests/bench/workload
dead=FW2001,FW2002,FW2003
all=$dead,FW2007,FW2008,FW2010,FW2011,FW2014,FW2015,FW2018

# median LIMIT COMMAND...
median()
{
	limit=$1
	shift
	$B/tests/bench/timed "$RUNS" "$@" | awk -v limit="$limit" '{ printf \
	    "%8.4f s %6.1f MiB  (wanted %s)\n", $1, $2, limit }'
}

for n in 1000 10000 100000; do
	for p in corp rand5; do
		$W $p $n 1 >"$T/${p}_$n"
	done
	for p in acl1 fw1 ipc1; do
		zcat "$bench/classbench-${p}_$n.rules.gz" >"$T/${p}_$n" 2>/dev/null ||
		    rm -f "$T/${p}_$n"
	done
done
for n in 10000 100000; do
	case $n in
	10000) one=0.03 more=0.1 local=0.05 ;;
	*) one=0.5 more=2 local=0.5 ;;
	esac
	for p in corp rand5 acl1 fw1 ipc1; do
		f=$T/${p}_$n
		[ -e "$f" ] || continue
		printf '%-6s %6d read         ' $p $n
		median - ./nfwalk convert -r "$f" -t save
		printf '%-6s %6d dead rules   ' $p $n
		median $one ./nfwalk audit -r "$f" --only $dead -q
		printf '%-6s %6d all of FW2   ' $p $n
		median $more ./nfwalk audit -r "$f" --only $all -q
		printf '%-6s %6d whole audit  ' $p $n
		median - ./nfwalk audit -r "$f" -q
	done
	for k in 3 30; do
		$W edit $k 9 <"$T/corp_$n" >"$T/edited"
		printf 'corp   %6d diff of %2d   ' $n $k
		median $local ./nfwalk diff "$T/corp_$n" "$T/edited"
	done
done
sed '0,/^-A/s//-A FORWARD -p tcp -m tcp --dport 443 -j DROP\n-A/' \
    "$T/corp_10000" >"$T/edited"
printf 'corp    10000 a wide edit  '
median 5 ./nfwalk diff "$T/corp_10000" "$T/edited"
printf 'corp   100000 query        '
median 0.3 ./nfwalk query -r "$T/corp_100000" --chain filter/FORWARD \
    --src 10.1.2.3 --dst 10.3.4.5 -p tcp --dport 443

# What each further question of the same rules costs: lines of "any" packets
# that a router forwards, 1,001 of them against one.
mkdir "$T/router"
cat >"$T/router/ip-addr.json" <<'END'
[{"ifindex": 1, "ifname": "eth0", "link_type": "ether",
  "address": "02:00:00:00:00:01", "addr_info": [{"family": "inet",
  "local": "192.0.2.1", "prefixlen": 24, "scope": "global"}]},
 {"ifindex": 2, "ifname": "eth1", "link_type": "ether",
  "address": "02:00:00:00:00:02", "addr_info": [{"family": "inet",
  "local": "10.0.0.1", "prefixlen": 8, "scope": "global"}]}]
END
echo '[{"dst": "192.0.2.0/24", "dev": "eth0"}, {"dst": "10.0.0.0/8",
  "dev": "eth1"}]' >"$T/router/ip-route.json"
echo "net.ipv4.ip_forward = 1" >"$T/router/sysctl"
for n in 1 1001; do
	{ echo "ruleset corp_100000"; echo "context router"
	for i in $(seq $n); do
		echo "test \"$i\""
		echo "  eth0 tcp any > 10.$((i % 8)).$((i * 7 % 256)).$((i *
		    31 % 256)):443  ACCEPT|DROP"
	done; } >"$T/$n.fwt"
	$B/tests/bench/timed "$RUNS" ./nfwalk test -q "$T/$n.fwt" >"$T/$n.time"
done
paste "$T/1.time" "$T/1001.time" | awk '{ printf \
    "corp   100000 each further query%9.4f s             (wanted 0.001)\n",
    ($3 - $1) / 1000 }'
echo "others, dead rules of corp, 10,000: capirca 106 s, fwbuilder 362 s, fffuu"
echo "38 s, c0m4r 7.4 s, BDD (BuDDy) 6.9 s; all but the last miss some"
if [ -x $B/tests/bench/bdd ]; then
	for f in "$T"/*_1000; do
		./nfwalk audit -r "$f" --only $dead |
		    sed -nE 's/^[^ ]*:([0-9]+):[0-9]+: .*\[FW200[123]\]$/\1/p' |
		    while read -r line; do
			sed -n "1,${line}p" "$f" | grep -c '^-A FORWARD'
		    done | sort -n >"$T/ours"
		$B/tests/bench/bdd "$f" FORWARD | sort -n | cmp -s - "$T/ours" &&
		    echo "$(basename "$f"): $(wc -l <"$T/ours") dead rules, as BuDDy says" ||
		    echo "$(basename "$f"): DIFFERENT from BuDDy"
	done
fi
