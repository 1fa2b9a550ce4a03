#!/bin/sh
# Pages of HTML: what is in them, against what the other formats say; that
# nothing hostile gets through; and, in a browser, that they fetch nothing,
# complain of nothing and do what they are for.
cd "$(dirname "$0")/.." || exit 1
if ! command -v python3 >/dev/null; then
	echo "note: python3 is not installed"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
NFWALK=${NFWALK:-$PWD/${B:+$B/}nfwalk}
[ -x "$NFWALK" ] || NFWALK=$PWD/nfwalk
export NFWALK PYTHONDONTWRITEBYTECODE=1
exec python3 tests/pages.py
