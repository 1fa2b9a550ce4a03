#!/bin/bash
# Real rulesets, compared with what iptables 1.8.9 and the kernel make of
# them: each file that loads must print back as iptables-save does and list
# as iptables -nvxL does; each that is refused must be refused, at that line.
# The files are not part of the project: NFWALK_CORPUS names their folder.
cd "$(dirname "$0")/.." || exit 1
corpus=${NFWALK_CORPUS:-../shared/corpus}
nfwalk=${NFWALK:-$PWD/nfwalk}
show=${SHOW:-5}			# lines shown of each difference
if [ ! -e "$corpus/LOADABLE.tsv" ]; then
	echo "corpus: skipped, no folder $corpus"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
tmp=$(mktemp -d) || exit 1
ns=nfwalk-corpus-$$
trap 'ip netns del $ns 2>/dev/null; rm -rf "$tmp"' EXIT
kernel=no
if [ "$(id -u)" = 0 ] && command -v iptables-legacy >/dev/null &&
    ip netns add $ns 2>/dev/null && ip netns exec $ns true 2>/dev/null; then
	kernel=yes
fi

in_ns() { ip netns exec $ns "$@"; }
convert() { "$nfwalk" convert $opt -r "$@"; }

# One file per table: the order of tables is the kernel's, not the file's.
split() {
	mkdir -p "$2"
	awk -v d="$2" '/^#/ { next } /^\*/ { f = d "/" substr($1, 2) }
	f { print > f }' "$1"
}

# A restore without -c zeroes the counters of policies.
check_save() {
	rm -rf "$tmp/ours" "$tmp/theirs"
	convert "$1" -t save 2>"$tmp/err" |
	    sed 's/^\(:.*\) \[[0-9:]*\]$/\1 [0:0]/' >"$tmp/save"
	if [ "${PIPESTATUS[0]}" != 0 ]; then
		echo "save: $path: refused"
		head -n "$show" "$tmp/err"
		return 1
	fi
	split "$tmp/save" "$tmp/ours"
	sed 's/^\(:.*\) \[[0-9:]*\]$/\1 [0:0]/' "$2" >"$tmp/saved"
	split "$tmp/saved" "$tmp/theirs"
	diff -r "$tmp/theirs" "$tmp/ours" >"$tmp/diff" && return
	echo "save: $path differs"
	head -n "$show" "$tmp/diff"
	return 1
}

# Each form reads back and saves the same.
check_forms() {
	local form bad=0
	convert "$1" -t save -c >"$tmp/save" 2>/dev/null
	for form in commands json xml; do
		convert "$1" -t $form -c -o "$tmp/form" 2>/dev/null
		convert "$tmp/form" -t save -c >"$tmp/again" 2>"$tmp/err" &&
		    cmp -s "$tmp/save" "$tmp/again" && continue
		echo "forms: $path: $form reads back as something else"
		{ cat "$tmp/err"; diff "$tmp/save" "$tmp/again"; } |
		    head -n "$show"
		bad=1
	done
	return $bad
}

# Sets that the rules name, so that they load.
make_sets() {
	grep -oE -- '--(match|add|del|map)-set +[^ ]+' "$1" |
	    awk '{ print $2 }' | sort -u | while read -r set; do
		in_ns ipset create -exist "$set" hash:ip \
		    family $([ "$family" = ipv6 ] && echo inet6 || echo inet) ||
		    true
	done
}

check_list() {
	local ipt=iptables bad=0 table
	[ "$family" = ipv6 ] && ipt=ip6tables
	make_sets "$1"
	if ! in_ns $ipt-legacy-restore -c <"$1" 2>"$tmp/err"; then
		echo "list: $path: the kernel refuses it here: $(cat "$tmp/err")"
		return 1
	fi
	for table in $(sed -n 's/^\*//p' "$1"); do
		in_ns $ipt-legacy -t "$table" -nvxL --line-numbers >"$tmp/theirs.list"
		convert "$1" -t list --table "$table" >"$tmp/ours.list" 2>&1
		cmp -s "$tmp/theirs.list" "$tmp/ours.list" && continue
		echo "list: $path, table $table differs"
		diff "$tmp/theirs.list" "$tmp/ours.list" | head -n "$show"
		bad=1
	done
	# What a rule refers to is busy until it is gone.
	for table in $(sed -n 's/^\*//p' "$1"); do
		in_ns $ipt-legacy -t "$table" -F
		in_ns $ipt-legacy -t "$table" -X
	done
	in_ns ipset destroy
	return $bad
}

# Names of groups are the host's to know, security contexts its kernel's.
host_only() {
	case $1 in
	*'owner: Bad value'*) return 0;;
	*' failed') grep -q 'SECMARK --selctx' "$2";;
	*) return 1;;
	esac
}

# iptables stops at the first error.  What only the kernel sees it reports
# at COMMIT, we at the rule: an earlier line is right then.  Endings of lines
# are forgiven with a warning.
check_refused() {
	local theirs ours
	theirs=$(sed -nE 's/.*(line: |line )([0-9]+).*/\2/p' <<<"$1")
	if convert "$2" -t save >/dev/null 2>"$tmp/err"; then
		grep -q 'CR LF\|no newline' "$tmp/err" && return 0
		host_only "$1" "$2" && return 0
		echo "refused: $path: accepted, iptables says: $1"
		return 1
	fi
	ours=$(sed -nE 's/^.*:([0-9]+):[0-9]+: error: .*/\1/p' "$tmp/err" |
	    head -n 1)
	[ "$ours" = "$theirs" ] && return 0
	[[ $1 == *": line "*" failed"* ]] && [ "$ours" -lt "$theirs" ] &&
	    return 0
	echo "refused: $path: at line $ours, not $theirs: $1"
	head -n "$show" "$tmp/err"
	return 1
}

saves=0 save_ok=0 forms_ok=0 lists=0 list_ok=0 refused=0 refused_ok=0
while IFS=$'\037' read -r path family _ _ load error _; do
	opt=-4
	[ "$family" = ipv6 ] && opt=-6
	file=$corpus/$path
	saved=$corpus/kernel-saved/${path#rulesets/}
	case $load in
	OK)
		saves=$((saves + 1))
		check_save "$file" "$saved" && save_ok=$((save_ok + 1))
		check_forms "$file" && forms_ok=$((forms_ok + 1))
		[ $kernel = yes ] || continue
		lists=$((lists + 1))
		check_list "$saved" && list_ok=$((list_ok + 1));;
	FAIL)
		refused=$((refused + 1))
		check_refused "$error" "$file" && refused_ok=$((refused_ok + 1));;
	esac
done < <(tr '\t' '\037' <"$corpus/LOADABLE.tsv")
skipped=0
if [ $kernel = no ]; then
	skipped=$saves
	echo "corpus: list skipped: needs root, iptables-legacy and namespaces"
fi
echo "corpus: save $save_ok/$saves, list $list_ok/$lists, forms $forms_ok/$saves, refused $refused_ok/$refused"
passed=$((save_ok + list_ok + forms_ok + refused_ok))
failed=$((saves * 2 + lists + refused - passed))
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
