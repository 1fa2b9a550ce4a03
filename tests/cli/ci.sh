# What continuous integration runs: the steps of the GitHub action, the hooks
# of pre-commit, the script of the GitLab job, by hand.

run=$PWD/.github/actions/nfwalk/run.sh
# step NAME [VARIABLE=VALUE...]: its exit code; what it wrote is in $tmp.
step()
{
	local name=$1
	shift
	: >"$tmp/summary.md"
	: >"$tmp/output"
	env GITHUB_STEP_SUMMARY="$tmp/summary.md" \
	    GITHUB_OUTPUT="$tmp/output" NFWALK_SARIF="$tmp/sarif" "$@" \
	    "$run" "$name" >"$tmp/stdout" 2>"$tmp/stderr"
	echo $?
}
same "action: nothing to build" 0 "$(step build)"
same "action: findings" 1 "$(step audit NFWALK_RULESETS=$edge \
    NFWALK_SNAPSHOT=testdata/edge1)"
check "annotations" grep -q '^::error file=.*FW8001' "$tmp/stdout"
check "SARIF" grep -q '"version":[[:space:]]*"2.1.0"' "$tmp/sarif"
same "and it is told of" "sarif=true" "$(cat "$tmp/output")"
check "the summary" grep -q '^\*\*There is something' "$tmp/summary.md"
same "action: options" 0 "$(step audit NFWALK_RULESETS=$edge$'\n' \
    NFWALK_OPTIONS='--only FW1 --exit-zero')"
check "nothing is wrong" grep -qx 'Nothing is wrong.' "$tmp/summary.md"
rm -f "$tmp/sarif"
same "action: no such file" 3 "$(step audit NFWALK_RULESETS=none)"
same "no SARIF then" "" "$(cat "$tmp/output")"
check "the summary says so" grep -q 'exit code 3' "$tmp/summary.md"
{
	cat $edge
	printf '%s\n' '*raw' ':PREROUTING ACCEPT [0:0]' ':OUTPUT ACCEPT [0:0]' \
	    '-A OUTPUT -m comment --comment "```` x" -j ACEPT' COMMIT
} >"$tmp/hostile"
step audit NFWALK_RULESETS="$tmp/hostile" >/dev/null
check "a text cannot end its fence" awk '/^````*$/ { n++ }
    END { exit n % 2 }' "$tmp/summary.md"
same "action: tests" 1 "$(step test NFWALK_TESTS=testdata/edge1/edge1.fwt)"
check "the summary of tests" grep -q '^4 passed, 1 failed' "$tmp/summary.md"
same "action: tests of given rules" 1 "$(step test NFWALK_RULESETS=$edge \
    NFWALK_SNAPSHOT=testdata/edge1 NFWALK_TESTS=testdata/edge1/ssh.fwt)"
check "paths of the action" test -s .github/actions/nfwalk/action.yml

# Hooks: which files they are for, and what they say.
for name in iptables-save etc/iptables/rules.v4 fw/web.rules ip6tables.save; do
	check "hook: $name" grep -qP "$(sed -n \
	    '1,/^  files:/s/^  files: //p' .pre-commit-hooks.yaml)" <<<"$name"
done
hook=$PWD/.pre-commit-audit.sh
check "hook: clean" "$hook" --only FW1 -- $edge testdata/edge1/edge1-new.rules
same "hook: findings" 1 "$("$hook" $edge >/dev/null; echo $?)"
same "hook: the worst counts" 3 \
    "$("$hook" none $edge >/dev/null 2>&1; echo $?)"
same "hook: tests" 1 "$(sh -c "$(sed -n 's/^  entry: \(nfwalk.*\)/\1/p' \
    .pre-commit-hooks.yaml) testdata/edge1/edge1.fwt >/dev/null; echo \$?")"

# The job's script, line by line as GitLab runs it.
gitlab()
{
	{
		echo "set -e"
		sed -n '/^  script:/,/^  artifacts:/s/^    - //p' \
		    "$1/.gitlab/nfwalk.yml"
	} >"$tmp/job"
	env NFWALK_RULESETS="$1/$edge" NFWALK_OPTIONS="$2" \
	    NFWALK_TESTS="$3" sh "$tmp/job" >/dev/null 2>&1
	echo $?
}
mkdir -p "$tmp/job.d"
same "GitLab: findings" 1 "$(top=$PWD; cd "$tmp/job.d" && gitlab "$top" "" "")"
check "GitLab: code quality" grep -q '"fingerprint"' \
    "$tmp/job.d/nfwalk-quality.json"
same "GitLab: clean" 0 "$(top=$PWD; cd "$tmp/job.d" &&
    gitlab "$top" "--only FW1" "")"
same "GitLab: tests" 1 "$(top=$PWD; cd "$tmp/job.d" &&
    gitlab "$top" "--only FW1" "$top/testdata/edge1/edge1.fwt")"
check "GitLab: JUnit" grep -q '<testsuite' "$tmp/job.d/nfwalk-tests.xml"
