*mangle POSTROUTING 6
-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/64 ;  ; FAIL
*mangle PREROUTING 6
-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/64 ; = ; OK
