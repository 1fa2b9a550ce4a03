# Manual pages: one for each command, and none that mandoc warns of.
make --no-print-directory B="$B" ${SAN:+SAN=$SAN} man >/dev/null || {
	echo "make man failed"
	failed=$((failed + 1))
}
for c in $commands; do
	check "page of $c" test -s "$B/man/nfwalk-$c.1"
done
for page in nfwalk.1 nfwalk-json.5 nfwalk-packets.5 nfwalk-snapshot.5 nfwalk-test.5 \
    nfwalk-page.7 nfwalk-rules.7 nfwalk-sets.7; do
	check "page $page" test -s "$B/man/$page"
done

# Every option that the help names is in the page, and the other way round.
options()
{
	diff <(nfwalk "$1" --help | sed -n 's/^  [ -].*/&/p' |
	    grep -oE '^ +(-[^ ,]+(, )?)+' | tr ', ' '\n\n' | grep . |
	    sort -u) \
	    <(sed -n 's/^\.It Fl/ Fl/p' "$B/man/nfwalk-$1.1" |
	    sed 's/ Ar .*//' | grep -o ' Fl [^ ]*' | sed 's/ Fl /-/' |
	    sort -u)
}
# All schemas, with all their members.
in_page()
{
	nfwalk schema "$1" | sed -nE 's/^ *"([a-z0-9_@]+)": \{.*/\1/p' |
	    grep -vx -e properties -e items | sort -u |
	    while read -r name; do
		grep -qE "^\.(It (Va|Em)|Ss) \"$name\"" "$B/man/nfwalk-json.5" ||
		    echo "$name"
	done
}
for schema in $(nfwalk schema); do
	same "members of $schema in nfwalk-json(5)" "" "$(in_page "$schema")"
done
check "title of the audit in nfwalk-json(5)" \
    grep -q '^.Sh nfwalk.audit/1' "$B/man/nfwalk-json.5"

# References are to pages that there are, or that are of iptables.
references()
{
	local name section
	sed -n 's/^\.Xr //p' "$B"/man/*.[157] | sort -u |
	while read -r name section _; do
		case $name in nfwalk*) ;; *) continue ;; esac
		[ -s "$B/man/$name.$section" ] || echo "$name($section)"
	done
}
for c in $commands; do
	check "options of nfwalk-$c(1)" options "$c"
done
same "references of manual pages" "" "$(references)"
if needs "lint of manual pages" mandoc; then
	for page in "$B"/man/*.[157]; do
		check "$page" mandoc -Tlint -W warning "$page"
	done
fi
