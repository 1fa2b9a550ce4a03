#!/bin/sh
# Hostile text of all kinds in all that is written: hostile.sh --matrix shows
# which.
cd "$(dirname "$0")/.." || exit 1
if ! command -v python3 >/dev/null; then
	echo "note: python3 is not installed"
	echo "hostile: 0 passed, 0 failed, 1 skipped"
	exit 0
fi
NFWALK=${NFWALK:-$PWD/${B:+$B/}nfwalk}
[ -x "$NFWALK" ] || NFWALK=$PWD/nfwalk
export NFWALK PYTHONDONTWRITEBYTECODE=1
exec python3 tests/hostile.py "$@"
