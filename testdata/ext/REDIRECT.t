*nat PREROUTING 46
-j REDIRECT ; = ; OK
-p tcp -j REDIRECT --to-ports 80 ; = ; OK
-p udp -j REDIRECT --to-ports 80-90 --random ; = ; OK
-j REDIRECT --to-ports 80 ;  ; FAIL
-p tcp -j REDIRECT --to-ports 90-80 ;  ; FAIL
*nat POSTROUTING 46
-j REDIRECT ;  ; FAIL
*nat PREROUTING 4
-p tcp -j REDIRECT --to-ports 80 --random ; = ; OK
-p tcp -j REDIRECT --to-ports 80-90 ; = ; OK
-p tcp -j REDIRECT --to-ports 80-90/3 ;  ; FAIL
-p tcp -j REDIRECT --to-ports :80 ;  ; FAIL
*nat PREROUTING 6
-p tcp -j REDIRECT --to-ports 80 --random ; = ; OK
