#!/bin/bash
# The steps of the action; each can be run by hand:
#	NFWALK_RULESETS=rules run.sh audit
# Lists of files and options are words between spaces or ends of lines.
set -u
here=$(cd "$(dirname "$0")/../../.." && pwd)
nfwalk=${NFWALK:-nfwalk}
command -v "$nfwalk" >/dev/null || nfwalk=$here/nfwalk
summary=${GITHUB_STEP_SUMMARY:-/dev/null}
read -rd "" -a rulesets <<<"${NFWALK_RULESETS:-}"
read -rd "" -a options <<<"${NFWALK_OPTIONS:-}"
read -rd "" -a tests <<<"${NFWALK_TESTS:-}"
[ -n "${NFWALK_SNAPSHOT:-}" ] && options+=(-S "$NFWALK_SNAPSHOT")

# section TITLE STATUS: what is read on standard input, in the summary.
section()
{
	local text
	text=$(cat)
	{
		echo "## $1"
		echo
		case $2 in
		0) echo "Nothing is wrong." ;;
		1) echo "**There is something to look at.**" ;;
		3) echo "**Something cannot be read (exit code 3).**" ;;
		*) echo "**nfwalk could not tell (exit code $2).**" ;;
		esac
		if [ -n "$text" ]; then
			# A fence that is longer than any in the text.
			fence='```'
			while [[ $text == *"$fence"* ]]; do fence+='`'; done
			printf '\n%s\n%s\n%s\n\n' "$fence" "$text" "$fence"
		fi
	} >>"$summary"
}

case ${1-} in
build)
	command -v "$nfwalk" >/dev/null && exit 0
	"$here/tests/setup.sh" build &&
	    make -C "$here" -j"$(nproc)" all
	;;
audit)
	sarif=${NFWALK_SARIF:-nfwalk.sarif}
	text=$(mktemp) || exit 1
	trap 'rm -f "$text"' EXIT
	"$nfwalk" audit -f github -o "sarif=$sarif" -o "text=$text" \
	    "${options[@]}" "${rulesets[@]}"
	status=$?
	section "nfwalk audit" $status <"$text"
	[ -s "$sarif" ] && echo "sarif=true" >>"${GITHUB_OUTPUT:-/dev/null}"
	exit $status
	;;
test)
	text=$(mktemp) || exit 1
	trap 'rm -f "$text"' EXIT
	options=()
	[ -n "${NFWALK_SNAPSHOT:-}" ] && options+=(-S "$NFWALK_SNAPSHOT")
	for r in "${rulesets[@]}"; do
		options+=(-r "$r")
	done
	"$nfwalk" test -o "text=$text" -f text "${options[@]}" "${tests[@]}"
	status=$?
	section "nfwalk test" $status <"$text"
	exit $status
	;;
*)
	echo "usage: run.sh build|audit|test" >&2
	exit 2
	;;
esac
