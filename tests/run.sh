#!/bin/sh
# All tests, one line each suite, and a closing line with the sums.  A suite
# is a command whose last line of the form "N passed, N failed[, N skipped]"
# (a word and a colon may stand before it) counts; a suite that exits
# non-zero without such a line counts as one failure.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

suite()
{
	name=$1
	shift
	start=$(date +%s)
	"$@" >"$log" 2>&1
	status=$?
	# Criterion's own closing line, said in ours.
	sed -E -i 's/.*Tested: ([0-9]+) \| Passing: ([0-9]+) \| Failing: ([0-9]+) \| Crashing: ([0-9]+).*/\2 passed, \3 failed, \4 crashed/' "$log"
	line=$(grep -E '(^|: )[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
	if [ -z "$line" ]; then
		[ $status = 0 ] && line="1 passed, 0 failed" ||
		    line="0 passed, 1 failed"
	fi
	p=$(echo "$line" | sed -E 's/.*(^|[^0-9])([0-9]+) passed.*/\2/')
	f=$(echo "$line" | sed -E 's/.*[^0-9]([0-9]+) failed.*/\1/')
	s=$(echo "$line" | sed -nE 's/.*[^0-9]([0-9]+) skipped.*/\1/p')
	c=$(echo "$line" | sed -nE 's/.*[^0-9]([0-9]+) crashed.*/\1/p')
	f=$((f + ${c:-0}))
	[ $status != 0 ] && [ "$f" = 0 ] && f=1
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
	[ "$f" = 0 ] || cat "$log"
	[ "$f" = 0 ] && grep -E '^(note|corpus|kernel|upstream):' "$log"
	printf '%-10s %5d passed %3d failed %3d skipped  (%d s)\n' "$name" \
	    "$p" "$f" "${s:-0}" $(($(date +%s) - start))
}

suite layers tests/check-layers.sh
suite unit $B/tests/unit --jobs 2
suite sets $B/tests/sets/sets 1 1000
suite golden tests/golden.sh
suite cli tests/cli.sh
suite examples tests/examples.sh
suite html tests/html.sh
suite tutorials tests/tutorials.sh
suite formats tests/formats.sh
suite hostile tests/hostile.sh
suite upstream tests/upstream.sh
suite corpus tests/corpus.sh
suite audit tests/corpus-audit.sh
suite kernel tests/kernel/run.sh
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
