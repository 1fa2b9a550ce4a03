#!/bin/sh
# The kernel of this machine against nfwalk: every scenario, then random cases
# of fixed seeds.  Usage: run.sh [build folder] [options of the lab]
here=$(dirname "$0")
build=${1:-build}
[ $# -gt 0 ] && shift
exec "$build/tests/kernel/lab" --quiet "$@" test "$here/scenarios" 1 300
