#!/bin/sh
# What "make demo" shows: a dropped packet explained, then real traffic through
# a router's rules, everything written, and compared with what the router's
# kernel had counted.  usage: tests/demo.sh [FOLDER]
cd "$(dirname "$0")/.." || exit 1
out=${1:-demo-output}
set -e
PATH=$PWD:$PATH
export PATH

# The command as one would type it, then what it prints.
show()
{
	printf '\n$'
	for word; do
		case $word in
		*[\ \>]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n\n'
	"$@"
}

echo "1. Why is my packet dropped?   (rules: testdata/edge1/edge1.rules)"
(cd testdata/edge1 && show nfwalk trace -r edge1.rules -S . \
    'eth0 tcp 203.0.113.7:51514 > 198.51.100.10:8080 syn')

echo
echo "2. Real programs through a router's rules   (testdata/demo)"
mkdir -p "$out"
cd testdata/demo
case $out in /*) ;; *) out=../../$out ;; esac
show nfwalk replay -S snapshot --write-counters "$out/counters" \
    --write-counters6 "$out/counters6" --write-log "$out/log" \
    --write-trace "$out/trace" --write-conntrack "$out/conntrack" \
    --write-pcap "$out/pcap" -o json="$out/summary.json" \
    -o jsonl="$out/packets.jsonl" -o text="$out/summary.txt" \
    uplink=uplink.pcap office=office.pcap
sed -n '1,12p' "$out/summary.txt"
echo "  ..."

echo
echo "3. The same as the router's kernel?"
for f in counters counters6 log trace; do
	if cmp -s "expected/$f" "$out/$f"; then
		echo "  $f: byte for byte"
	else
		echo "  $f: DIFFERS"
		diff "expected/$f" "$out/$f" || true
	fi
done
echo
echo "Written to ${out#../../}:"
(cd "$out" && ls -d -- * pcap/*)
