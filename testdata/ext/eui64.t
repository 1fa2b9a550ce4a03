*filter INPUT 6
-m eui64 ; = ; OK
-m eui64 --foo ;  ; FAIL
*filter OUTPUT 6
-m eui64 ;  ; FAIL
*mangle PREROUTING 6
-m eui64 ; ?udp-eui64 ether ; yes
-m eui64 ; ?tcp-opt-eol-then-mss ether ; no
-m eui64 ; ?udp-dns ether ; no
*mangle PREROUTING 6
-m eui64 ; ?udp-eui64 ; unknown
-m eui64 ; ?udp-eui64 tun ; no
