#!/bin/bash
# The tutorials run as they are written, and so does the first screen of the
# README: each in a copy of testdata.  In a block of ```console a line that begins with "$ " is a command
# (one that ends in a backslash goes on), and what follows is all that it
# prints, errors too.  "tutorials.sh --update" writes what is printed now.
cd "$(dirname "$0")/.." || exit 1
PATH=${B:+$PWD/$B:}$PWD:$PATH
export NO_COLOR=1 PAGER=cat TERM=dumb
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# run FILE: the document with what its commands print
run()
{
	in=no command= skip=no
	while IFS= read -r line || [ -n "$line" ]; do
		case $in,$line in
		no,'```console')
			in=yes skip=no
			echo "$line" ;;
		yes,'```')
			in=no
			echo "$line" ;;
		yes,'$ '*|more,*)
			echo "$line"
			command=$command${line#'$ '}$'\n'
			skip=yes in=yes
			case $line in
			*\\)	in=more
				continue ;;
			esac
			(cd "$tmp/data" && bash -c "$command") 2>&1 </dev/null
			command= ;;
		yes,*)	[ $skip = yes ] || echo "$line" ;;
		*)	echo "$line" ;;
		esac
	done <"$1"
}

for doc in README.md docs/tutorial-*.md; do
	rm -rf "$tmp/data"
	cp -r testdata "$tmp/data"
	run "$doc" >"$tmp/now"
	if [ "${1:-}" = --update ]; then
		cp "$tmp/now" "$doc"
	elif diff -u --label "$doc" --label "as it runs" "$doc" "$tmp/now"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "tutorials: $passed passed, $failed failed"
[ $failed = 0 ]
