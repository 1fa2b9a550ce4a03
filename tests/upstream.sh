#!/bin/bash
# The unit tests of the iptables extensions (files *.t of its source): lines
# "options;expected form, or = for the same;OK or FAIL".  The files are not
# part of the project: NFWALK_CORPUS names the folder above iptables-tests/.
cd "$(dirname "$0")/.." || exit 1
dir=${NFWALK_CORPUS:-../shared/corpus}/iptables-tests
nfwalk=${NFWALK:-$PWD/nfwalk}
if [ ! -e "$dir/iptables.t" ]; then
	echo "upstream: skipped, no folder $dir"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# What only the host can refuse: a module's limit as it once was, sets and
# accounting objects that are not there.
known=' libxt_recent.t:7: libxt_set.t:4: libxt_SET.t:3: libxt_nfacct.t:8: '

# run TABLE CHAIN: is the rule taken, and printed back as expected?
run() {
	{
		printf '%s\n' "${before[@]}"
		echo "$program -t $1 -A $2 $rule"
	} >"$tmp/script"
	if ! "$nfwalk" convert -r "$tmp/script" -t save --table "$1" \
	    >"$tmp/save" 2>"$tmp/err"; then
		[ "$result" = FAIL ] && return
		echo "$name:$line: refused in $1/$2: $rule"
		sed -n 1p "$tmp/err"
		return 1
	fi
	if [ "$result" = FAIL ]; then
		echo "$name:$line: should be refused in $1/$2: $rule"
		return 1
	fi
	grep -qxF -- "-A $2${expected:+ $expected}" "$tmp/save" && return
	echo "$name:$line: expected: -A $2 $expected"
	grep -F -- "-A $2" "$tmp/save"
	return 1
}

run_all() {
	local chain
	for chain in "${chains[@]}"; do
		run "$table" "$chain" || return 1
	done
}

total=0 good=0
for file in "$dir"/iptables.t "$dir"/lib{ip6t,ipt,xt}_*.t; do
	name=${file##*/} program=iptables table=filter line=0
	chains=() before=()
	[[ $name == libip6t_* ]] && program=ip6tables
	while IFS=';' read -r rule expected result _; do
		line=$((line + 1))
		case $rule in
		'' | '#'* | @*) continue;;
		:*) IFS=, read -ra chains <<<"${rule#:}"; continue;;
		'*'*) table=${rule#\*}; continue;;
		%*)	[[ $rule == *' -D '* ]] || before+=("${rule#%}")
			continue;;
		esac
		[ "$expected" = = ] && expected=$rule
		# Trailing spaces are not printed.
		expected=${expected%"${expected##*[! ]}"}
		[[ $known == *" $name:$line: "* ]] && continue
		total=$((total + 1))
		run_all && good=$((good + 1))
	done <"$file"
done
echo "upstream: $good passed, $((total - good)) failed"
[ $good = $total ]
