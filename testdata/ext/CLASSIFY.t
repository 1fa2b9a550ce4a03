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
*mangle FORWARD 4
-j CLASSIFY --set-class 1:2 ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class 0001:ffff ; = ; OK
-j CLASSIFY --set-class 10001:1ffff ; -j CLASSIFY --set-class 0001:ffff ; OK
-j CLASSIFY --set-class 0x1:2x ; -j CLASSIFY --set-class 0001:0002 ; OK
-j CLASSIFY --set-class 1 ;  ; FAIL
-j CLASSIFY --set-class -1:1 ; -j CLASSIFY --set-class ffff:0001 ; OK
-j CLASSIFY --set-class 1: ;  ; FAIL
-j CLASSIFY ;  ; FAIL
