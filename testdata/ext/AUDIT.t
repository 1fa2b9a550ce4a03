*mangle FORWARD 4
-j AUDIT --type accept ; = ; OK
-j AUDIT --type DROP ; -j AUDIT --type drop ; OK
-j AUDIT --type x ;  ; FAIL
-j AUDIT ;  ; FAIL
