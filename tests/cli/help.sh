# Help fits a terminal, is the same by each way, and names each option once.

# fits COMMAND: 80 columns; 24 lines, or 36 of those with many options.
fits()
{
	local most=24
	case $1 in audit | query | replay | report | trace) most=36 ;; esac
	nfwalk "$1" --help | awk -v most=$most '
	    length($0) > 80 { print "too wide: " $0; bad = 1 }
	    END { if (NR > most) { print NR " lines"; bad = 1 } exit bad }'
}

# Twice in the left column: an option is said twice.
repeated()
{
	! nfwalk "$1" --help | sed '/^Exit code/,$d' | grep -o '^  [ -].*' |
	    grep -oE '^ +(-[^ ]+(, )?)+' | tr -d ', ' | sed 's/--/ --/' |
	    tr ' ' '\n' | grep . | sort | uniq -d | grep .
}

for c in $commands; do
	check "help of $c fits" fits "$c"
	check "options of $c" repeated "$c"
	same "help $c" "$(nfwalk "$c" --help)" "$(nfwalk help "$c")"
	same "$c -h" "$(nfwalk "$c" --help)" "$(nfwalk "$c" -h)"
done
same "nfwalk help" "$(nfwalk --help)" "$(nfwalk help)"
same "nfwalk --version" "nfwalk $(sed -n 's/.*NFWALK_VERSION.*"\(.*\)"/\1/p' \
    src/base/version.h)" "$(nfwalk --version)"
check "lint is audit" diff <(nfwalk lint --help) <(nfwalk audit --help)
