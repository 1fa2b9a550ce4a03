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
-m pkttype --pkt-type unicast ; ?ipcomp-3 ; yes
-m pkttype --pkt-type unicast ; ?udp-data-0 ; yes
-m pkttype ! --pkt-type unicast ; ?tcp-synack-ece ; no
-m pkttype ! --pkt-type unicast ; ?icmp-3-1 ; no
-m pkttype --pkt-type multicast ; ?tcp-syn/ip-options ; no
-m pkttype --pkt-type multicast ; ?dccp-reset ; no
*mangle PREROUTING 6
-m pkttype --pkt-type unicast ; ?udp-data-1 ; yes
-m pkttype --pkt-type unicast ; ?udp-3 ; yes
-m pkttype ! --pkt-type unicast ; ?frag-last-of-none ; no
-m pkttype ! --pkt-type unicast ; ?rt-2 ; no
-m pkttype --pkt-type multicast ; ?srh-3 ; no
-m pkttype --pkt-type multicast ; ?sctp-type200 ; no
*mangle PREROUTING 46
-m pkttype --pkt-type broadcast ; ?udp-dns type=1 ; yes
-m pkttype --pkt-type multicast ; ?udp-dns type=2 ; yes
-m pkttype ! --pkt-type unicast ; ?udp-dns type=3 ; yes
-m pkttype --pkt-type unicast ; ?udp-dns type=5 ; no
*mangle PREROUTING 4
-m pkttype --pkt-type broadcast ; ?udp-dns type=5 ; yes
*mangle PREROUTING 6
-m pkttype --pkt-type multicast ; ?udp-dns type=5 ; yes
