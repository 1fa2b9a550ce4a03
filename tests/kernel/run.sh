#!/bin/sh
# The kernel of this machine against nfwalk: every scenario, then random cases
# of fixed seeds.  Options are the lab's.  $B: the build folder.
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
nfwalk=./nfwalk
[ -x "$B/nfwalk" ] && nfwalk=$B/nfwalk
exec "$B/tests/kernel/lab" --quiet --nfwalk "$nfwalk" "$@" \
    test tests/kernel/scenarios 1 300
