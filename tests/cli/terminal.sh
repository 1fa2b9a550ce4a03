# What a terminal gets, and what a pipe gets: colours, the pager, progress.

# clean COMMAND...: with no setting of this machine.
clean()
{
	env -u NO_COLOR -u CLICOLOR_FORCE -u FORCE_COLOR -u PAGER \
	    -u NFWALK_PAGER -u LESS TERM=xterm "$@"
}
# pty COMMAND: what a terminal of 24 lines gets.
pty()
{
	clean timeout 60 script -qec "stty rows 24 cols 80; $1" /dev/null \
	    </dev/null | tr -d '\r'
}
colored() { grep -q $'\033\\[1;31mDROP'; }
plain() { grep -q '^DROP' && ! grep -q $'\033'; }

trace="nfwalk trace -r $edge '$packet'"
for setting in "" "NO_COLOR=1" "TERM=dumb" "CLICOLOR_FORCE=0"; do
	check "a pipe has no colours ($setting)" plain \
	    < <(clean env $setting bash -c "$trace")
done
for setting in CLICOLOR_FORCE=1 FORCE_COLOR=1 "TERM=dumb FORCE_COLOR=1"; do
	check "colours are forced ($setting)" colored \
	    < <(clean env $setting bash -c "$trace")
done
check "NO_COLOR is stronger" plain \
    < <(clean env NO_COLOR=1 FORCE_COLOR=1 bash -c "$trace")
check "--color is stronger yet" colored \
    < <(clean env NO_COLOR=1 bash -c "$trace --color=always")
check "--color=never too" plain \
    < <(clean env FORCE_COLOR=1 bash -c "$trace --color never")

if needs_pty "a terminal"; then
	check "a terminal has colours" colored < <(pty "$trace --no-pager")
	check "a terminal with NO_COLOR" plain \
	    < <(pty "NO_COLOR=1 $trace --no-pager")
	check "a dumb terminal" plain < <(pty "TERM=dumb $trace")
	check "files have no colours" plain < <(pty "nfwalk audit -f text \
	    -o text=$tmp/audit.txt $edge --exit-zero >/dev/null" ; echo DROP;
	    cat "$tmp/audit.txt")
	query="nfwalk query -r $edge --dport 22 --verdict DROP"
	check "files of query have no colours" plain < <(pty "$query \
	    --output text=$tmp/query.txt" >/dev/null; cat "$tmp/query.txt")

	# The pager marks each line.
	mark="sed s/^/paged:/"
	check "the pager of a terminal" grep -q '^paged:.*because' \
	    < <(pty "NFWALK_PAGER='$mark' $trace")
	check "colours go through it" grep -q $'^paged:\033' \
	    < <(pty "NFWALK_PAGER='$mark' $trace")
	check "PAGER" grep -q '^paged:FW2001' \
	    < <(pty "PAGER='$mark' nfwalk explain FW2001")
	check "NFWALK_PAGER is stronger" grep -q '^FW2001' \
	    < <(pty "NFWALK_PAGER= PAGER='$mark' nfwalk explain FW2001")
	check "--no-pager" grep -q '^FW2001' \
	    < <(pty "PAGER='$mark' nfwalk explain --no-pager FW2001")
	check "no pager for a pipe" grep -q '^FW2001' \
	    < <(pty "PAGER='$mark' nfwalk explain FW2001 | cat")
	same "who leaves the pager gets the exit code" "exit 1" "$(pty \
	    "PAGER='head -1 >/dev/null' $trace --expect ACCEPT; echo exit \$?")"
	same "a pager that is not there" "exit 0" "$(pty \
	    "PAGER='no-such-pager 2>/dev/null' $trace; echo exit \$?")"
	# What is exact in a file may not be so on a terminal.
	printf '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment \033[31m\nCOMMIT\n' \
	    >"$tmp/red"
	for form in save list commands; do
		red="nfwalk convert -r $tmp/red -t $form"
		check "$form shows no escapes" grep -q '\\x1b\[31m' < <(pty "$red")
	done
	check "a file of save has them" grep -q $'\033' \
	    < <(nfwalk convert -r "$tmp/red" -t save)
	if needs "less" less; then
		check "less ends where a screen is enough" grep -q 'exit 0' \
		    < <(pty "nfwalk trace --brief -r $edge '$packet'; \
		    echo exit \$?")
	fi
fi

# Progress: of work that waits for a capture that comes slowly.
slow=$tmp/slow
cat >"$slow" <<'END'
#!/bin/sh
head -c 100000 testdata/demo/uplink.pcap
sleep 1.8
tail -c +100001 testdata/demo/uplink.pcap
END
chmod +x "$slow"
replay="nfwalk replay -S testdata/demo/snapshot uplink=-"
if needs_pty "progress"; then
	check "progress on a terminal" grep -q $'\rreplaying: .* so far' \
	    < <(clean timeout 60 script -qec "$slow | $replay >/dev/null" \
	    /dev/null </dev/null)
	check "the summary is not mixed with it" grep -q $'\033\\[Kreplayed -' \
	    < <(clean timeout 60 script -qec "$slow | $replay" /dev/null \
	    </dev/null)
	check "-q: no progress" test -z "$(pty "$slow | $replay -q >/dev/null")"
	# And of other long work, where a named pipe is slow.
	mkfifo "$tmp/late"
	for command in "report -o /dev/null -r" "query --matrix -r" "audit"; do
		(sleep 1.6; cat "$edge") >"$tmp/late" &
		check "progress of $command" grep -q $'\rreading, .* so far' \
		    < <(clean timeout 60 script -qec \
		    "nfwalk $command $tmp/late >/dev/null" /dev/null </dev/null)
		wait
	done
	check "none in less than a second" test -z \
	    "$(pty "nfwalk replay -S testdata/demo/snapshot \
	    uplink=testdata/demo/uplink.pcap >/dev/null")"
fi
"$slow" | bash -c "exec $replay" >"$tmp/summary" 2>"$tmp/progress" &
sleep 0.7
kill -USR1 $!
wait $!
check "SIGUSR1 does not end it" test -s "$tmp/summary"
check "SIGUSR1 tells, once" grep -qxE \
    'replaying: .*, [0-9]+:[0-9]+ so far' "$tmp/progress"
same "and nothing else does" 1 "$(wc -l <"$tmp/progress")"
