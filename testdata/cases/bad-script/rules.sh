#!/bin/sh
iptables -F
iptables -N web
iptables -A INPUT -p tcp --dport 80 -j web
for i in 1 2 3; do
iptables -D INPUT 7
iptables -A INPUT -s $LAN -j ACCEPT
