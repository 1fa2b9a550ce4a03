*filter INPUT 46
-m addrtype --src-type LOCAL ; = ; OK
-m addrtype --src-type local,unicast ; -m addrtype --src-type UNICAST,LOCAL ; OK
-m addrtype --src-type L ; -m addrtype --src-type LOCAL ; OK
-m addrtype --src-type UN ; -m addrtype --src-type UNSPEC ; OK
-m addrtype --src-type UNI ; -m addrtype --src-type UNICAST ; OK
-m addrtype --src-type UNSPEC,UNREACHABLE ; = ; OK
-m addrtype --src-type LOCAL, ;  ; FAIL
-m addrtype --src-type ,LOCAL ;  ; FAIL
-m addrtype --src-type "" ;  ; FAIL
-m addrtype --src-type FOO ;  ; FAIL
-m addrtype ! --src-type LOCAL ! --dst-type MULTICAST ; = ; OK
*filter INPUT 4
-m addrtype --src-type UNSPEC,UNICAST,LOCAL,BROADCAST,ANYCAST,MULTICAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE ; = ; OK
*filter INPUT 6
-m addrtype --src-type UNSPEC,UNICAST,LOCAL,BROADCAST,ANYCAST,MULTICAST,BLACKHOLE,UNREACHABLE,PROHIBIT,THROW,NAT,XRESOLVE ;  ; FAIL
*filter INPUT 46
-m addrtype --src-type ANYCAST --limit-iface-in ; = ; OK
-m addrtype --dst-type LOCAL --limit-iface-out ;  ; FAIL
-m addrtype --dst-type LOCAL --limit-iface-out --limit-iface-in ;  ; FAIL
-m addrtype --limit-iface-in ;  ; FAIL
*filter INPUT 4
-m addrtype --dst-type BLACKHOLE ; = ; OK
*filter INPUT 6
-m addrtype --dst-type BLACKHOLE ;  ; FAIL
*filter INPUT 4
-m addrtype --dst-type PROHIBIT ; = ; OK
*filter INPUT 6
-m addrtype --dst-type PROHIBIT ;  ; FAIL
*filter INPUT 4
-m addrtype --dst-type THROW ; = ; OK
*filter INPUT 6
-m addrtype --dst-type THROW ;  ; FAIL
*filter INPUT 4
-m addrtype --dst-type NAT ; = ; OK
*filter INPUT 6
-m addrtype --dst-type NAT ;  ; FAIL
*filter INPUT 4
-m addrtype --dst-type BROADCAST ; = ; OK
*filter INPUT 6
-m addrtype --dst-type BROADCAST ;  ; FAIL
*filter INPUT 46
-m addrtype ;  ; FAIL
-m addrtype --dst-type LOCAL --dst-type UNICAST ;  ; FAIL
*filter OUTPUT 46
-m addrtype --dst-type LOCAL --limit-iface-out ; = ; OK
-m addrtype --dst-type LOCAL --limit-iface-in ;  ; FAIL
*filter FORWARD 46
-m addrtype --dst-type LOCAL --limit-iface-out ; = ; OK
-m addrtype --dst-type LOCAL --limit-iface-in ; = ; OK
*mangle PREROUTING 46
-m addrtype --dst-type LOCAL --limit-iface-out ;  ; FAIL
*filter FORWARD 4
-m addrtype --src-type LOCAL ; ?udp-dns ; yes
-m addrtype ! --src-type LOCAL ; ?udp-dns ; no
-m addrtype --dst-type LOCAL,MULTICAST ; ?udp-dns ; no
-m addrtype --dst-type UNICAST --src-type LOCAL ; ?udp-dns ; yes
-m addrtype --dst-type UNICAST ! --src-type LOCAL ; ?udp-dns ; no
-m addrtype --dst-type BLACKHOLE,UNREACHABLE ; ?udp-dns ; no
*filter FORWARD 6
-m addrtype --dst-type UNICAST ; ?udp-dns ; yes
-m addrtype --dst-type MULTICAST ; ?udp-dns ; no
-m addrtype --dst-type MULTICAST,UNICAST ; ?udp-dns ; no
-m addrtype ! --dst-type MULTICAST ; ?udp-dns ; yes
-m addrtype --dst-type UNSPEC ; ?udp-dns ; no
-m addrtype --dst-type UNREACHABLE ; ?udp-dns ; no
