#!/bin/bash
# The examples of the pages of 'nfwalk explain' are true: what is called good
# can be read, and what is called bad, unless it is an error of the parsers.
# Of ids that a check in src/analysis can find the bad example has one and the
# good example none; errors of the parsers say which id they are.
#
# An example is a script of iptables commands without the name, or a dump if
# it has a line that begins with '*'.  '# nfwalk audit OPTIONS' in it gives
# options.  An example that needs more than rules (a snapshot, a second
# ruleset, a hundred lines) says so in another comment, and is only read.
cd "$(dirname "$0")/.." || exit 1
PATH=${B:+$PWD/$B:}$PWD:$PATH
passed=0 failed=0
unread=" FW1001 FW1002 FW1003 FW1004 FW1006 FW1007 FW1008 FW1010 FW1012 FW1015 "
findable=$(grep -ho '"FW[0-9]\{4\}"' src/analysis/c_*.c | sort -u)

# check ID bad|good TEXT: TEXT as 'explain' shows it, without the indentation.
check()
{
	local id=$1 which=$2 rules= options= line want=readable dump=no
	local more=no found

	[[ $3 == *$'\n*'* || $3 == '*'* ]] && dump=yes
	while IFS= read -r line; do
		case $line in
		'# nfwalk audit '*) options=${line#'# nfwalk audit '} ;;
		'# Warning: '*) ;;
		'#'*) more=yes ;;
		-*) [ $dump = no ] && line="iptables $line" ;;
		esac
		rules+=$line$'\n'
	done <<<"${3%$'\n'}"
	if [[ $findable == *"\"$id\""* && $more = no ]]; then
		[ "$which" = bad ] && want=found || want=clean
	fi
	[[ $which = bad && $unread == *" $id "* ]] && want=unread
	# shellcheck disable=SC2086
	nfwalk audit $options --only "$id" --fail-on note -q - >"$log" 2>&1 \
	    <<<"${rules%$'\n'}"
	case $? in
	0) found=clean ;;
	1) found=found ;;
	3) grep -q "error: .*\[$id\]\$" "$log" && found=unread ||
	    found=refused ;;
	*) found=broken ;;
	esac
	if [ $found = $want ] || [[ $want = readable && $found =~ clean|found ]]
	then
		passed=$((passed + 1))
		return
	fi
	echo "$id: the $which example is $found, not $want"
	cat "$log"
	failed=$((failed + 1))
}

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
text= part=
# shellcheck disable=SC2046
while IFS= read -r line; do
	case $line in
	FW[0-9]*) id=${line%% *} ;;
	bad | good) part=$line text= ;;
	'')
		[ -n "$part" ] && check "$id" "$part" "$text"
		part=
		;;
	*) text+=${line#    }$'\n' ;;
	esac
done < <(nfwalk explain $(nfwalk rules | cut -d' ' -f1))
echo "examples: $passed passed, $failed failed"
[ $failed = 0 ]
