*raw PREROUTING 46
-j CT --notrack ; = ; OK
-p tcp -j CT --helper ftp ; = ; OK
-j CT --zone 5 ; = ; OK
-j CT --zone mark ; = ; OK
-j CT --zone-orig 5 ; = ; OK
-j CT --zone-reply 6 ; = ; OK
-j CT --zone-orig mark ; = ; OK
-j CT --zone 65536 ;  ; FAIL
-j CT --ctevents new,related,destroy ; = ; OK
-j CT --expevents new ; = ; OK
-j CT --foo ;  ; FAIL
-j CT ; = ; OK
*filter INPUT 46
-j CT --notrack ;  ; FAIL
*raw PREROUTING 4
-j CT --zone 0 ; -j CT ; OK
-j CT --zone-orig 7 --helper ftp ;  ; FAIL
-p tcp -j CT --zone-orig 7 --helper ftp ; -p tcp -j CT --helper ftp --zone-orig 7 ; OK
-p tcp -j CT --zone mark --ctevents new,destroy --expevents new ; -p tcp -j CT --ctevents new,destroy --expevents new --zone mark ; OK
-j CT --zone-reply mark ; = ; OK
-j CT --zone-reply 5 --zone-orig 6 ; -j CT --zone 6 ; OK
-j CT --zone 5 --zone 6 ;  ; FAIL
-j CT --ctevents bogus ;  ; FAIL
-j CT --notrack --zone 3 ; = ; OK
-j CT --notrack --helper ftp ; = ; OK
-j CT --zone 0x10 ; -j CT --zone 16 ; OK
-j CT --zon 1 ;  ; FAIL
*raw PREROUTING 6
-p udp -j CT --helper tftp ; = ; OK
