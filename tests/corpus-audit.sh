#!/bin/bash
# Every ruleset of the corpus beside the project is audited: no crash, and no
# finding whose witness the simulator does not agree with (exit 5); of some
# the whole paths are asked for, with the same end.  What the
# findings of the richest ten are is kept in tests/audited/: line, id and
# severity, nothing of the rulesets themselves; --update writes it anew.
cd "$(dirname "$0")/.." || exit 1
PATH=${B:+$PWD/$B:}$PWD:$PATH
corpus=${NFWALK_CORPUS:-$PWD/../shared/corpus}
if [ ! -d "$corpus/rulesets" ]; then
	echo "corpus: not beside the project: its audits are left out"
	echo "audit: 0 passed, 0 failed, 1 skipped"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# Those that cannot be read are the parser's to judge (tests/corpus.sh).
one()
{
	timeout 120 nfwalk audit -r "$1" --profile strict -f json --today \
	    2026-01-01 >/dev/null 2>"$2.$$"
	code=$?
	case $code in
	0 | 1) echo pass ;;
	3) echo unread ;;
	*) echo "FAIL exit $code $1: $(grep -m1 error "$2.$$" | cut -c1-300)" ;;
	esac
	rm -f "$2.$$"
}
export -f one
find "$corpus/rulesets" "$corpus/kernel-saved" -type f |
    xargs -d '\n' -P 2 -I{} bash -c 'one "$1" "$2"' _ {} "$tmp/err" >"$tmp/all"
grep '^FAIL' "$tmp/all"
passed=$(grep -c '^pass' "$tmp/all") failed=$(grep -c '^FAIL' "$tmp/all")

# Whole paths of some of them, small ones: new connections and later packets,
# whose witnesses the simulator has to agree with from end to end.
paths()
{
	for way in in forward out; do
		for state in NEW ESTABLISHED; do
			timeout 60 nfwalk query -r "$1" --path $way \
			    --ctstate $state >/dev/null 2>"$2.$$"
			code=$?
			case $code in
			0 | 1) echo pass ;;
			3) echo unread ;;
			*) echo "FAIL exit $code --path $way $state $1:" \
			    "$(head -1 "$2.$$" | cut -c1-300)" ;;
			esac
		done
	done
	rm -f "$2.$$"
}
export -f paths
find "$corpus/rulesets" -type f -size -16k | LC_ALL=C sort |
    awk 'NR % 16 == 0' |
    xargs -d '\n' -P 2 -I{} bash -c 'paths "$1" "$2"' _ {} "$tmp/err" \
    >"$tmp/paths"
grep '^FAIL' "$tmp/paths"
passed=$((passed + $(grep -c '^pass' "$tmp/paths")))
failed=$((failed + $(grep -c '^FAIL' "$tmp/paths")))

while read -r name file; do
	nfwalk audit -r "$corpus/rulesets/$file" --today 2026-01-01 \
	    2>/dev/null | sed -nE 's/^[^ ]*:([0-9]+):[0-9]+: (error|warning|note): .*(\(possible\))? \[(FW[0-9]+)\]$/\1 \4 \2 \3/p
	    s/^[^ ]*: (error|warning|note): .*(\(possible\))? \[(FW[0-9]+)\]$/0 \3 \1 \2/p' |
	    sed 's/ $//' >"$tmp/now"
	if [ "${1:-}" = --update ]; then
		cp "$tmp/now" "tests/audited/$name"
	elif diff -u --label "$name (expected)" --label "$name" \
	    "tests/audited/$name" "$tmp/now"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done <tests/audited/files
echo "audit: $passed passed, $failed failed"
[ "$failed" = 0 ]
