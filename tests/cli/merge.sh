# nfwalk merge: its laws (in which order and which first makes no difference,
# nothing is a neutral element, parts add up to one run), and what it refuses.
m=$tmp/merge
mkdir -p "$m/out"

# ---- hosts: three of edge1, of which one has another rule; and another ----
for h in web-1 web-2 web-3; do
	cp $edge "$m/$h.rules"
done
sed -i 's/^-A ufw-user-input -p tcp -m tcp --dport 22 /-A ufw-user-input -p tcp -m tcp --dport 3306 -j ACCEPT\n&/
    1s/^/# moved\n/' "$m/web-3.rules"
sed -i 's/\[0:0\]/[7:700]/' "$m/web-2.rules"
cp testdata/edge1/balance.rules "$m/lb.rules"
for h in web-1 web-2 web-3 lb; do
	(cd "$m" && nfwalk audit -f json $h.rules >out/$h.json)
done
merge()
{
	(cd "$m/out" && nfwalk merge "$@")
}
fleet=$(merge -f json web-1.json web-2.json web-3.json lb.json)
echo "$fleet" >"$m/fleet.json"
same "exit: an error that is certain" 1 \
    "$(merge web-1.json >/dev/null 2>&1; echo $?)"
same "--fail-on never" 0 \
    "$(merge --fail-on never web-1.json >/dev/null; echo $?)"
same "any order" "$fleet" "$(merge -f json lb.json web-3.json web-1.json \
    web-2.json)"
merge -f json web-1.json lb.json >"$m/a.json"
merge -f json web-3.json web-2.json >"$m/b.json"
same "any that are first" "$fleet" "$(merge -f json ../b.json ../a.json)"
same "and one more to those" "$fleet" \
    "$(merge -f json ../b.json lb.json web-1.json)"
same "itself" "$fleet" "$(merge -f json ../fleet.json)"
same "of a stream" "$fleet" "$(cat "$m/a.json" "$m/b.json" |
    merge -f json -)"
sed 's/^\t*//' "$m/out/web-1.json" | tr -d '\n' >"$m/out/line.json"
same "as a line, under its name" \
    "$(merge -f json web-1.json web-2.json)" \
    "$(merge -f json web-1=line.json web-2.json)"
version=$(nfwalk --version | cut -d' ' -f2)
sed "s/VERSION/$version/" <<'END' >"$m/none.json"
{"schema": "nfwalk.merge/1", "version": "VERSION", "summary": {"hosts": 0,
"rulesets": 0, "differ": 0, "ids": []}, "groups": [], "findings": [],
"suppressed": [], "assumptions": [], "hosts": []}
END
same "nothing is neutral" "$fleet" "$(merge -f json ../none.json \
    ../a.json ../none.json ../b.json)"
same "nothing and nothing" "$(tr -d ' \n' <"$m/none.json")" \
    "$(merge -f json ../none.json ../none.json | tr -d ' \t\n')"
same "the same host twice" "$fleet" \
    "$(merge -f json ../fleet.json web-2.json 2>"$m/told")"
check "is told" grep -q 'host web-2 is in ../fleet.json:1, too' "$m/told"
same "text" "4 hosts   3 distinct rulesets   1 host differs from its group
  group web (3)   A 2   B 1
    B = web-3
      more  FW3004 filter/ufw-user-input
              -A ufw-user-input -p tcp -m tcp --dport 3306 -j ACCEPT
      nfwalk diff web-1.rules web-3.rules
  1 host is the only one of its group" \
    "$(merge ../fleet.json | sed '/^$/,$d')"
same "a line for each finding on a host" \
    "$(grep -c '"host":.*' "$m/fleet.json")" \
    "$(($(merge -f csv ../fleet.json | wc -l) - 1 + 4))"
check "Markdown" grep -q '^| 3 | FW8001 error | filter/ufw-user-input |' \
    <(merge -f md ../fleet.json)
merge --exit-zero -o html="$m/fleet.html" -o md="$m/fleet.md" \
    -o json="$m/again.json" ../fleet.json >"$m/told"
check "a page" grep -q '<section id="groups">' "$m/fleet.html"
check "what differs is on it" grep -q '^<div>+FW3004 ' "$m/fleet.html"
check "of how many" grep -q '<title>4 hosts - nfwalk merge' "$m/fleet.html"
same "several outputs" "$fleet" "$(cat "$m/again.json")"
same "and no text then" "" "$(cat "$m/told")"

# Whose it is: --host, the file, of several the rules'.
names()
{
	merge -f csv "$@" | tail -n +2 | cut -d, -f7 | sort -u | tr '\n' ' '
}
nfwalk audit -f json --host gate $edge >"$m/out/x.json"
same "--host" "gate " "$(names x.json)"
same "HOST=" "door " "$(names door=x.json)"
cat "$m/out/web-1.json" "$m/out/lb.json" >"$m/out/two.json"
same "two in a file" "lb web-1 " "$(names two.json)"
nfwalk audit -f json -S $demo/snapshot >"$m/out/y.json"
same "of a snapshot" "snapshot " "$(names - <"$m/out/y.json")"
same "by the file" "y " "$(names y.json)"

# ---- a replay in parts ----
for i in 0 1 2 3; do
	safe -q -f json --shard $i/4 >"$m/$i.json"
done
safe -f json >"$m/one.json"
one=$(cat "$m/one.json")
same "four parts are one run" "$one" \
    "$(cd "$m" && nfwalk merge -f json 2.json 0.json 3.json 1.json)"
(cd "$m" && nfwalk merge -f json 0.json 2.json >02.json 2>told
    nfwalk merge -f json 3.json 1.json >13.json 2>/dev/null)
check "what is missing is told" grep -q 'parts are missing: 1, 3 of 4' \
    "$m/told"
same "two and two" "$one" "$(cd "$m" && nfwalk merge -f json 13.json 02.json)"
same "one run is one run" "$one" "$(nfwalk merge -f json "$m/one.json")"
same "and nothing" "$one" "$(nfwalk merge -f json "$m/none.json" \
    "$m/one.json")"
for i in 0 1 2 3 4 5 6; do
	nfwalk replay -q -S testdata/frames -r testdata/frames/rules --shard \
	    $i/7 -f json testdata/frames/any.pcap >"$m/f$i.json"
done
same "seven parts of another" "$(nfwalk replay -S testdata/frames -r \
    testdata/frames/rules -f json testdata/frames/any.pcap)" \
    "$(nfwalk merge -f json "$m"/f[0-6].json)"
for i in 0 1; do
	nfwalk replay -q -S $demo/snapshot -f json --shard $i/2 \
	    uplink=$demo/uplink.pcap office=$demo/office.pcap >"$m/u$i.json"
done
nfwalk merge -f json "$m/u0.json" "$m/u1.json" >"$m/u.json"
check "parts that are not safe" grep -q '"approximate":' "$m/u.json"
check "the text says so" grep -q 'one run may decide otherwise' \
    <(nfwalk merge "$m/u.json")
for c in uplink office; do
	nfwalk replay -S "$tmp/safe" -f json $c=$demo/$c.pcap >"$m/$c.json"
done
nfwalk merge -f json "$m/uplink.json" "$m/office.json" >"$m/sum.json"
same "other captures, the same rules" "$(cat "$m/sum.json")" \
    "$(nfwalk merge -f json "$m/office.json" "$m/uplink.json")"
same "are added up" "$(sed -n 's/^\t"packets":\t\(.*\),/\1/p' \
    "$m/uplink.json" "$m/office.json" | paste -sd+ | xargs -I{} bash -c \
    'echo $(({}))')" "$(sed -n 's/^\t"packets":\t\(.*\),/\1/p' "$m/sum.json")"
# As much as 64 bits hold, to the last one.
sed '0,/"frame_bytes":\t[0-9]*/s//"frame_bytes":\t"18446744073709551614"/' \
    "$m/uplink.json" >"$m/much.json"
sed '0,/"frame_bytes":\t[0-9]*/s//"frame_bytes":\t1/' "$m/office.json" \
    >"$m/little.json"
check "numbers are exact" grep -q '"frame_bytes":.*"18446744073709551615"' \
    <(nfwalk merge -f json "$m/much.json" "$m/little.json")
check "CSV of a replay" grep -q '^DROP,RULE_DROP,4,filter,log-drop,1,' \
    <(nfwalk merge -f csv "$m/one.json")
check "Markdown of a replay" grep -q '^| ACCEPT | ' \
    <(nfwalk merge -f md "$m/one.json")

# ---- what is refused: exit 3, the place, and why ----
# refused WHAT WANTED FILE...: one line of standard error has it.
refused()
{
	local what=$1 wanted=$2
	shift 2
	same "refused: $what" 3 "$(cd "$m/out" && nfwalk merge -f json "$@" \
	    >"$m/stdout" 2>"$m/told"; echo $?)"
	same "nothing is written: $what" "" "$(cat "$m/stdout")"
	check "why: $what" grep -qE "$wanted" "$m/told"
}
# changed WHAT SCRIPT WANTED: web-1's audit after sed.
changed()
{
	sed -E "$2" "$m/out/web-1.json" >"$m/out/bad.json"
	refused "$1" "$3" lb.json bad.json
}
changed "another version" 's/("version":\t)".*"/\1"0.0.1"/' \
    'bad.json:3:13: error: it is of nfwalk 0.0.1; this is nfwalk '
changed "another schema" 's,nfwalk.audit/1,nfwalk.audit/2,' \
    'bad.json:2:12: error: this is nfwalk.audit/2; .* is nfwalk.audit/1'
changed "no schema" '/"schema"/d' 'bad.json:1:1: error: expected a result'
changed "a wrong type" 's/("line":\t)7,/\1"7",/' \
    'bad.json:[0-9]+:12: error: "line": this is no integer'
changed "half a line" 's/("line":\t)7,/\17.5,/' '"line": this is no integer'
changed "a member that nobody knows" 's/"fix"/"fixes"/' \
    '"fixes": nfwalk audit writes no such member'
changed "a member that is missing" '/"certainty"/d' \
    '"certainty" is missing'
changed "a member twice" 's/(\t"chain":.*)/\1\1/' \
    '"chain": it is there twice'
changed "a word that is none" 's/"severity":.*/"severity": "fatal",/' \
    '"severity": this is none of what'
changed "a NUL" 's/("chain":\t")/\1a\\u0000/' \
    'does not write such characters'
changed "an escape" 's/("chain":\t")/\1\\u001b[2J/' \
    'does not write such characters'
changed "no hash" 's/("sha256":\t")..../\1/' 'does not look like'
changed "not JSON" '9s/^/x/' 'bad.json:9:2: error: not JSON from here on'
changed "cut" '40,$d' 'the JSON is not complete|not JSON'
printf '[%.0s' {1..5000} >"$m/out/deep.json"
refused "too deep" 'not JSON from here on|not complete' deep.json
echo '[]' >"$m/out/list.json"
refused "a list" 'expected a result' list.json
: >"$m/out/empty.json"
refused "an empty file" 'no result is in it' web-1.json empty.json
refused "no such file" 'missing.json' missing.json
refused "an audit and a replay" 'of a replay, and web-1.json:1 of an audit' \
    web-1.json ../one.json
cp "$m/out/web-3.json" "$m/out/sub.json"
sed -i 's/web-3.rules/other.rules/' "$m/out/sub.json"
refused "another result of a host" 'another result of host web-3 than' \
    web-3.json web-3=sub.json
refused "HOST= for two" 'for a file with one result' a=two.json
refused "HOST= for a replay" 'HOST= is for audits' a=../one.json
refused "part 0 twice" 'part 0 of these captures is there already' \
    ../0.json ../1.json ../0.json
refused "captures twice" 'capture .*uplink.pcap is in ../one.json:1, too' \
    ../one.json ../uplink.json
refused "parts of a run and others" 'parts are missing: 0 of 4; ' \
    ../1.json ../2.json ../3.json ../uplink.json
refused "other rules" 'of other rules \(.*\) than ../one.json:1 \(' \
    ../one.json ../u.json
sed 's/"parts":\t\[0\]/"parts":\t[4]/' "$m/0.json" >"$m/part.json"
refused "a part that is none" 'there is no such part' ../part.json
sed "s/uplink.pcap/again.pcap/g" "$m/much.json" >"$m/much2.json"
refused "too much" 'the sum is beyond 2\^64' ../much.json ../much2.json
sed '0,/"frame_bytes":\t[0-9]*/s//"frame_bytes":\t"007"/' \
    "$m/uplink.json" >"$m/seven.json"
refused "a number that is none" 'does not write such a number' ../seven.json
sed '/^\t"hosts":/,$d' "$m/fleet.json" >"$m/nohosts.json"
printf '\t"hosts": []\n}\n' >>"$m/nohosts.json"
refused "findings on no host" '"hosts" does not have this one' ../nohosts.json
same "no argument" 2 "$(nfwalk merge 2>/dev/null; echo $?)"
