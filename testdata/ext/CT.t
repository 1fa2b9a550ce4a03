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
