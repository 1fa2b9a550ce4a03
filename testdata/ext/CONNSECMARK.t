*mangle FORWARD 4
-j CONNSECMARK --save ; = ; OK
-j CONNSECMARK --restore ; = ; OK
-j CONNSECMARK --restore --save ;  ; FAIL
-j CONNSECMARK ;  ; FAIL
*filter FORWARD 4
-j CONNSECMARK --save ;  ; FAIL
