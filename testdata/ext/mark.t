*filter INPUT 46
-m mark --mark 1 ; -m mark --mark 0x1 ; OK
-m mark --mark 0x1/0x1 ; = ; OK
-m mark ! --mark 0x1/0xffffffff ; -m mark ! --mark 0x1 ; OK
-m mark --mark 4294967295 ; -m mark --mark 0xffffffff ; OK
-m mark --mark 4294967296 ;  ; FAIL
-m mark --mark 1/ ;  ; FAIL
-m mark --mark /1 ;  ; FAIL
-m mark --mark 1/2/3 ;  ; FAIL
-m mark --mark -1 ;  ; FAIL
-m mark ;  ; FAIL
*mangle PREROUTING 46
-m mark --mark 0x5 ; ?udp-dns ; no
-m mark --mark 0x5 ; ?udp-dns mark=5 ; yes
-m mark --mark 0x1/0x1 ; ?udp-dns mark=5 ; yes
-m mark ! --mark 0x1/0x1 ; ?udp-dns mark=5 ; no
-m mark --mark 0x3/0x1 ; ?udp-dns mark=3 ; no
