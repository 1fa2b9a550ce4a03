#!/bin/bash
# Golden cases: testdata/cases/NAME/ has 'cmd' (run by bash in that folder,
# with 'nfwalk' on the PATH), its inputs, and what came out when somebody
# looked and agreed: 'out' (standard output), 'err', 'exit'.  Files that the
# command writes go to $OUT; those listed in 'files' are compared with
# 'files.NAME'.  A line of 'ends' is the answer to a question: it stands in the
# first screenful, 24 lines of 80.  'golden.sh --update' writes what comes out now; read the
# difference before committing it.
cd "$(dirname "$0")/.." || exit 1
PATH=${B:+$PWD/$B:}$PWD:$PATH
update=no
[ "${1:-}" = --update ] && update=yes
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
version=$(nfwalk --version | cut -d' ' -f2)
for dir in testdata/cases/*/; do
	name=$(basename "$dir")
	export OUT=$tmp/$name
	mkdir -p "$OUT/files" "$tmp/now"
	(cd "$dir" && OUT=$OUT/files bash ./cmd) >"$tmp/now/out" 2>"$tmp/now/err"
	echo $? >"$tmp/now/exit"
	sed -i "s|$OUT/files|OUT|g; s|\"version\":\t\"$version\"|\"version\":\t\"VERSION\"|" \
	    "$tmp/now/out" "$tmp/now/err"
	for f in $(cat "$dir/files" 2>/dev/null); do
		cp "$OUT/files/$f" "$tmp/now/files.$f" 2>/dev/null
	done
	bad=no
	for f in out err exit $(sed 's/^/files./' "$dir/files" 2>/dev/null); do
		if [ $update = yes ]; then
			if [ -s "$tmp/now/$f" ] || [ "$f" = exit ]; then
				cp "$tmp/now/$f" "$dir/$f"
			else
				rm -f "$dir/$f"
			fi
		elif ! diff -u --label "$name/$f (expected)" \
		    --label "$name/$f" <(cat "$dir/$f" 2>/dev/null) \
		    <(cat "$tmp/now/$f" 2>/dev/null); then
			bad=yes
		fi
	done
	while read -r line; do
		head -24 "$tmp/now/out" | grep -qF -- "$line" && continue
		echo "$name: not in the first screenful: $line"
		bad=yes
	done < <(cat "$dir/ends" 2>/dev/null)
	# A failed run leaves nothing behind, whole or half.
	if [ "$(cat "$tmp/now/exit")" = 3 ] && [ -n "$(ls "$OUT/files")" ]; then
		echo "$name: exit 3, but files were left: $(ls "$OUT/files")"
		bad=yes
	fi
	[ $bad = yes ] && failed=$((failed + 1)) || passed=$((passed + 1))
	rm -rf "$tmp/now"
done
echo "golden: $passed passed, $failed failed"
[ $failed = 0 ]
