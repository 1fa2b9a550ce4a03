*filter INPUT 4
-m realm --realm 0 ; -m realm --realm cosmos ; OK
-m realm --realm cosmos ; = ; OK
-m realm --realm 1 ; -m realm --realm 0x1 ; OK
-m realm ! --realm 0x5/0xff ; = ; OK
-m realm --realm foo ;  ; FAIL
-m realm --realm 0/0xf ; -m realm --realm 0x0/0xf ; OK
-m realm --realm 5x ;  ; FAIL
-m realm ;  ; FAIL
*mangle PREROUTING 4
-m realm --realm 1 ;  ; FAIL
*mangle POSTROUTING 4
-m realm --realm 1 ; -m realm --realm 0x1 ; OK
*filter INPUT 4
-m realm --realm 0x1 ; ?udp-dns ; unknown
