*nat POSTROUTING 46
-j MASQUERADE ; = ; OK
-j MASQUERADE --random ; = ; OK
-j MASQUERADE --random-fully ; = ; OK
-p tcp -j MASQUERADE --to-ports 1024-65535 ; = ; OK
-p udp -j MASQUERADE --to-ports 5 ; = ; OK
-j MASQUERADE --to-ports 5 ;  ; FAIL
-p tcp -j MASQUERADE --to-ports 10-5 ;  ; FAIL
*nat PREROUTING 46
-j MASQUERADE ;  ; FAIL
*nat POSTROUTING 4
-j MASQUERADE --random --random-fully ; = ; OK
-p tcp -j MASQUERADE --to-ports 10-20 --random ; = ; OK
-p tcp -j MASQUERADE --to 10-20 ; -p tcp -j MASQUERADE --to-ports 10-20 ; OK
