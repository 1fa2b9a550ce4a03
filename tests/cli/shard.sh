# replay --shard: what a shard says of itself; that shards have all packets,
# each once.
same "shards are safe" "shard safety: yes" \
    "$(safe --shard 0/4 -f json 2>&1 >"$tmp/shard")"
check "the JSON says so" grep -q '"safe":[[:space:]]*true' "$tmp/shard"
nfwalk replay -S $demo/snapshot --shard 1/4 uplink=$demo/uplink.pcap \
    >"$tmp/shard" 2>"$tmp/told"
check "some are not" grep -q '^shard safety: NO for 12 rules' "$tmp/told"
check "the text says which it is" grep -q 'shard 1 of 4' "$tmp/shard"
same "--quiet" "" "$(safe -q --shard 0/4 2>&1 >/dev/null)"
same "--strict, and safe" 0 "$(safe --strict --shard 0/4 >/dev/null 2>&1
    echo $?)"
same "--strict, and not" 4 "$(nfwalk replay --strict -S $demo/snapshot \
    --shard 1/4 uplink=$demo/uplink.pcap >/dev/null 2>&1; echo $?)"
for bad in 4/4 -1/4 1/0 1 1/ /4 1/4x 0x1/4 1/9999999; do
	same "--shard $bad" 2 "$(safe --shard $bad >/dev/null 2>&1; echo $?)"
done
same "all packets, each once" "$(safe -f jsonl | sort)" \
    "$(for i in 0 1 2; do safe -q --shard $i/3 -f jsonl; done | sort)"

# What is shared, rule by rule.
cat >"$tmp/shared" <<'END'
*nat
-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1
-A POSTROUTING -o eth0 -j MASQUERADE
COMMIT
*filter
-A INPUT -m limit --limit 1/s -j ACCEPT
-A INPUT -m hashlimit --hashlimit-upto 1/s --hashlimit-name a -j ACCEPT
-A INPUT -m hashlimit --hashlimit-upto 1/s --hashlimit-mode srcip --hashlimit-name b -j ACCEPT
-A INPUT -m hashlimit --hashlimit-upto 1/s --hashlimit-mode srcip,dstip,dstport --hashlimit-name c -j ACCEPT
-A INPUT -m hashlimit --hashlimit-upto 1/s --hashlimit-mode srcip,dstip --hashlimit-srcmask 24 --hashlimit-name d -j ACCEPT
-A INPUT -m hashlimit --hashlimit-upto 1/s --hashlimit-mode srcip,dstip --hashlimit-htable-max 9 --hashlimit-name e -j ACCEPT
-A INPUT -m recent --set --name f -j ACCEPT
-A INPUT -p tcp --syn -m connlimit --connlimit-above 2 -j REJECT
-A INPUT -m quota --quota 1000 -j ACCEPT
-A INPUT -m statistic --mode nth --every 2 --packet 0 -j ACCEPT
-A INPUT -m statistic --mode random --probability 0.5 -j ACCEPT
-A INPUT -j SET --add-set s src
-A INPUT -m set --match-set s src -j DROP
-A INPUT -m set --match-set s src --packets-gt 5 -j DROP
-A INPUT -m connbytes --connbytes 9: --connbytes-dir both --connbytes-mode bytes -j ACCEPT
-A INPUT -m conntrack --ctstate NEW -j ACCEPT
-A INPUT -m time --timestart 08:00 -j ACCEPT
COMMIT
END
echo 'create s hash:ip family inet hashsize 1024 maxelem 65536 counters' \
    >"$tmp/ipset-save"
mkdir -p "$tmp/sets" && mv "$tmp/ipset-save" "$tmp/sets"
same "what is shared" "nat/PREROUTING#1 it translates
nat/POSTROUTING#1 it translates
filter/INPUT#1 one token bucket for all packets
filter/INPUT#2 one token bucket for all packets
filter/INPUT#3 a token bucket for each source
filter/INPUT#5 a token bucket for each source
filter/INPUT#6 one number of buckets for all
filter/INPUT#7 one list for all packets
filter/INPUT#8 connections are counted for each source
filter/INPUT#9 one quota for all packets
filter/INPUT#10 one counter for all packets
filter/INPUT#11 one chance after the other for all packets
filter/INPUT#12 it changes a set that others look into
filter/INPUT#14 one set's counters for all packets" \
    "$(nfwalk replay -S "$tmp/sets" -r "$tmp/shared" --shard 0/2 \
    eth0=$demo/uplink.pcap 2>&1 >/dev/null | sed -n \
    's/^  \([a-z]\)/\1/p' | tr -s ' ' | sed 's/translates: .*/translates/')"
