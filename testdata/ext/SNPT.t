*mangle POSTROUTING 6
-j SNPT --src-pfx dead::/64 --dst-pfx 1c3::/64 ; = ; OK
-j SNPT --src-pfx dead::/65 --dst-pfx 1c3::/64 ;  ; FAIL
-j SNPT --src-pfx dead::1/64 --dst-pfx 1c3::/64 ;  ; FAIL
-j SNPT --src-pfx dead::/32 --dst-pfx 1c3::/48 ; = ; OK
-j SNPT --src-pfx dead::/32 ;  ; FAIL
*mangle PREROUTING 6
-j SNPT --src-pfx dead::/64 --dst-pfx 1c3::/64 ;  ; FAIL
*filter FORWARD 6
-j SNPT --src-pfx dead::/64 --dst-pfx 1c3::/64 ;  ; FAIL
