*filter INPUT 46
-m connmark --mark 1 ; -m connmark --mark 0x1 ; OK
-m connmark ! --mark 0x1/0x2 ; = ; OK
-m connmark ;  ; FAIL
*mangle PREROUTING 46
-m connmark --mark 0x10 ; ?udp-dns ct ; yes
-m connmark ! --mark 0x10 ; ?udp-dns ct ; no
-m connmark --mark 0x10/0x11 ; ?udp-dns ct ; yes
-m connmark --mark 0x0 ; ?udp-dns ; no
-m connmark ! --mark 0x10 ; ?udp-dns ; no
