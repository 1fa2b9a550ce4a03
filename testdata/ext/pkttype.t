*filter INPUT 46
-m pkttype --pkt-type unicast ; = ; OK
-m pkttype --pkt-type HOST ; -m pkttype --pkt-type unicast ; OK
-m pkttype ! --pkt-type mcast ; -m pkttype ! --pkt-type multicast ; OK
-m pkttype --pkt-type bcast ; -m pkttype --pkt-type broadcast ; OK
-m pkttype --pkt-type broadcast ; = ; OK
-m pkttype --pkt-type otherhost ; = ; OK
-m pkttype --pkt-type outgoing ;  ; FAIL
-m pkttype --pkt-type uni ;  ; FAIL
-m pkttype ;  ; FAIL
*mangle PREROUTING 4
-m pkttype --pkt-type unicast ; ?proto-255 ; yes
-m pkttype --pkt-type unicast ; ?dccp-data/last ; yes
-m pkttype ! --pkt-type unicast ; ?tcp-doff4 ; no
-m pkttype ! --pkt-type unicast ; ?gre ; no
-m pkttype --pkt-type multicast ; ?udp-ttl-5 ; no
-m pkttype --pkt-type multicast ; ?udp-data-72 ; no
*mangle PREROUTING 6
-m pkttype --pkt-type unicast ; ?sctp-data/atomic ; yes
-m pkttype --pkt-type unicast ; ?udplite/middle ; yes
-m pkttype ! --pkt-type unicast ; ?esp-max ; no
-m pkttype ! --pkt-type unicast ; ?dccp-data ; no
-m pkttype --pkt-type multicast ; ?tcp-opt-eol-then-mss ; no
-m pkttype --pkt-type multicast ; ?rt-rt ; no
*mangle PREROUTING 46
-m pkttype --pkt-type broadcast ; ?udp-dns type=1 ; yes
-m pkttype --pkt-type multicast ; ?udp-dns type=2 ; yes
-m pkttype ! --pkt-type unicast ; ?udp-dns type=3 ; yes
-m pkttype --pkt-type unicast ; ?udp-dns type=5 ; no
*mangle PREROUTING 4
-m pkttype --pkt-type broadcast ; ?udp-dns type=5 ; yes
*mangle PREROUTING 6
-m pkttype --pkt-type multicast ; ?udp-dns type=5 ; yes
