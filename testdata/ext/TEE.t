*mangle FORWARD 4
-p tcp -j TEE --gateway 192.0.2.1 ; = ; OK
-p tcp -j TEE --gateway 192.0.2.1 --oif lo ; = ; OK
-p tcp -j TEE --gateway 0.0.0.0 ;  ; FAIL
-p tcp -j TEE --gateway 2001:db8::1 ;  ; FAIL
-j TEE ;  ; FAIL
*mangle POSTROUTING 6
-j TEE --gateway 2001:db8::1 --oif eth0 ; = ; OK
