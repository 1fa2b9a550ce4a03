#!/bin/bash
# The command line as people meet it: help, manual pages, completions, what a
# terminal gets, installation.  What needs a program that is not there is
# skipped.  tests/cli/*.sh are the parts; each is sourced.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
PATH=$PWD:$PATH
[ "$B" = build ] || PATH=$PWD/$B:$PATH
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0 skipped=0
commands=$(nfwalk --help | sed -n 's/^  \([a-z]*\) .*/\1/p')

# check WHAT COMMAND...: it exits 0; else what it printed is shown.
check()
{
	local what=$1
	shift
	if "$@" >"$tmp/log" 2>&1; then
		passed=$((passed + 1))
		return
	fi
	echo "$what: failed: $*"
	head -20 "$tmp/log"
	failed=$((failed + 1))
}

# same WHAT WANTED GOT: two texts.
same()
{
	check "$1" diff -u --label wanted --label got <(echo "$2") <(echo "$3")
}

# needs WHAT PROGRAM...: are they there?  Else it counts as skipped.
needs()
{
	local what=$1 p
	shift
	for p; do
		command -v "$p" >/dev/null && continue
		echo "note: $what skipped: there is no $p"
		skipped=$((skipped + 1))
		return 1
	done
}

# needs_pty WHAT: can a terminal be made here (is /dev/pts mounted)?
needs_pty()
{
	needs "$1" script || return 1
	script -qec true /dev/null >/dev/null 2>&1 </dev/null && return
	echo "note: $1 skipped: no pseudo-terminal can be made here"
	skipped=$((skipped + 1))
	return 1
}

# Rules, and a packet that they drop.
edge=testdata/edge1/edge1.rules
packet='eth0 tcp 203.0.113.7:51514 > 198.51.100.10:8080 syn'

demo=testdata/demo
# The demo without what hosts share and what translates, in $tmp/safe; safe
# OPTION... replays its captures.
cp -r $demo/snapshot "$tmp/safe"
for f in iptables-save ip6tables-save; do
	sed -i '/^\*nat/,/^COMMIT/d; /limit\|recent/d' "$tmp/safe/$f"
done
safe()
{
	nfwalk replay -S "$tmp/safe" uplink=$demo/uplink.pcap \
	    office=$demo/office.pcap "$@"
}

for part in tests/cli/*.sh; do
	. "$part"
done
echo "cli: $passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
