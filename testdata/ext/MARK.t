*mangle PREROUTING 46
-j MARK --set-mark 0x5 ; -j MARK --set-xmark 0x5/0xffffffff ; OK
-j MARK --set-mark 0x5/0xf ; -j MARK --set-xmark 0x5/0xf ; OK
-j MARK --set-xmark 0x5/0xff ; = ; OK
-j MARK --and-mark 0xf ; -j MARK --set-xmark 0x0/0xfffffff0 ; OK
-j MARK --or-mark 0x10 ; -j MARK --set-xmark 0x10/0x10 ; OK
-j MARK --xor-mark 0x10 ; -j MARK --set-xmark 0x10/0x0 ; OK
-j MARK --set-mark 1 --or-mark 2 ;  ; FAIL
-j MARK ;  ; FAIL
*filter INPUT 46
-j MARK --set-mark 1 ; -j MARK --set-xmark 0x1/0xffffffff ; OK
*filter INPUT 4
-j MARK --set-mark 5 ; -j MARK --set-xmark 0x5/0xffffffff ; OK
-j MARK --set-mark 5/3 ; -j MARK --set-xmark 0x5/0x7 ; OK
-j MARK --and-mark 0xff ; -j MARK --set-xmark 0x0/0xffffff00 ; OK
-j MARK --or-mark 0xff ; -j MARK --set-xmark 0xff/0xff ; OK
-j MARK --xor-mark 0xff ; -j MARK --set-xmark 0xff/0x0 ; OK
-j MARK --set-xmark 5/0x7 ; -j MARK --set-xmark 0x5/0x7 ; OK
-j MARK --set-xmark 0/0 ; -j MARK --set-xmark 0x0/0x0 ; OK
-j MARK --set-mark 1 --or-mark 2 ;  ; FAIL
-j MARK --set-mark 0x1/0x100000000 ;  ; FAIL
-j MARK --set-mark 1/ ;  ; FAIL
-j MARK --set-mark 1x ;  ; FAIL
-j MARK ! --set-mark 1 ;  ; FAIL
-j MARK ;  ; FAIL
