#!/bin/bash
# Replays every capture of the corpus through three of its rulesets, with
# address and undefined sanitizers on.  By hand, since it takes minutes:
#	make SAN=1 && tests/corpus-replay.sh
# Passed: exit code 0, or 3 with an error that says what is wrong with the
# capture.  A finding of a sanitizer, a crash or silence fails.
cd "$(dirname "$0")/.." || exit 1
corpus=${NFWALK_CORPUS:-../shared/corpus}
nfwalk=${NFWALK:-$PWD/build-san/nfwalk}
if [ ! -d "$corpus/pcaps" ]; then
	echo "corpus-replay: skipped, no folder $corpus/pcaps"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
# Three that load, of different kinds: a host's, a router's with NAT, a mesh's.
set -- $(ls "$corpus"/kernel-saved/moby__moby/* | head -1) \
    $(ls "$corpus"/kernel-saved/debian__shorewall/* | head -1) \
    $(ls "$corpus"/kernel-saved/istio__istio/* | head -1)
[ -n "${RULES:-}" ] && set -- $RULES
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=abort_on_error=1
export nfwalk tmp
one()
{
	cap=$1
	shift
	for r in "$@"; do
		out=$(mktemp -d "$tmp/XXXXXX")
		timeout 120 "$nfwalk" replay -r "$r" --partial --trace-all \
		    --write-counters "$out/c" --write-trace "$out/t" \
		    --write-log "$out/l" --write-conntrack "$out/n" \
		    --write-pcap "$out" -o json="$out/j" "eth0=$cap" \
		    >/dev/null 2>"$out/err"
		code=$?
		rm -f "$out"/*.pcap
		if { [ $code = 0 ] || { [ $code = 3 ] &&
		    grep -q 'error:' "$out/err"; }; } &&
		    ! grep -qE 'runtime error|Sanitizer' "$out/err"; then
			echo pass
		else
			echo "FAIL ($code) $r $cap"
			grep -E -m 8 'runtime error|ERROR|#[0-9]' "$out/err"
		fi
		rm -rf "$out"
	done
}
export -f one
find "$corpus/pcaps" -type f -print0 | sort -z |
    xargs -0 -P "${JOBS:-2}" -I{} bash -c 'one "$@"' _ {} "$@" >"$tmp/log"
grep -v '^pass$' "$tmp/log" | head -"${SHOW:-60}"
p=$(grep -c '^pass$' "$tmp/log") f=$(grep -c '^FAIL' "$tmp/log")
echo "corpus-replay: $p passed, $f failed, 0 skipped"
[ "$f" = 0 ]
