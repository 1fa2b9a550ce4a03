#!/bin/sh
# nfwalk: ignore-file FW5008
iptables -P INPUT DROP
# nfwalk: ignore FW9008
iptables -N log
iptables -A log -j LOG \
	--log-prefix "all"
	# nfwalk: ignore FW1018 reason="one host of 2012"
	iptables -A INPUT \
		-m state --state NEW -j log
iptables -A INPUT -m conntrack --ctstate NEW -j log
