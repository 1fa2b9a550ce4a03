*mangle POSTROUTING 46
-j CLASSIFY --set-class 1:2 ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class ffff:ffff ; = ; OK
-j CLASSIFY --set-class 10000:0 ; -j CLASSIFY --set-class 0000:0000 ; OK
-j CLASSIFY --set-class 1 ;  ; FAIL
-j CLASSIFY ;  ; FAIL
*mangle FORWARD 46
-j CLASSIFY --set-class 0:0 ; -j CLASSIFY --set-class 0000:0000 ; OK
*mangle PREROUTING 46
-j CLASSIFY --set-class 1:2 ;  ; FAIL
