#!/bin/bash
# What the hook nfwalk-audit runs: nfwalk audit of each file by itself, for
# they are rulesets of different hosts.
#	.pre-commit-audit.sh [OPTION... --] FILE...
options=() code=0
for word; do
	[ "$word" = -- ] || continue
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	break
done
for file; do
	nfwalk audit -q "${options[@]}" "$file"
	status=$?
	[ $status -gt $code ] && code=$status
done
exit $code
