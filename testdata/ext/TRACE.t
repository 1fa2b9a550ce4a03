*raw PREROUTING 46
-j TRACE ; = ; OK
-p tcp -j TRACE ; = ; OK
*filter INPUT 46
-j TRACE ;  ; FAIL
