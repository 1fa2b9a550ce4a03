#!/bin/sh
# The machine formats, read by those that they are made for: validators of
# JSON Schema and XML, TAP's prove, tshark, a Markdown renderer.
cd "$(dirname "$0")/.." || exit 1
if ! command -v python3 >/dev/null; then
	echo "note: python3 is not installed"
	echo "formats: 0 passed, 0 failed, 1 skipped"
	exit 0
fi
NFWALK=${NFWALK:-$PWD/${B:+$B/}nfwalk}
[ -x "$NFWALK" ] || NFWALK=$PWD/nfwalk
export NFWALK PYTHONDONTWRITEBYTECODE=1
exec python3 tests/formats.py "$@"
