*filter INPUT 46
-m cpu --cpu 0 ; = ; OK
-m cpu ! --cpu 4294967295 ; = ; OK
-m cpu --cpu 4294967296 ;  ; FAIL
-m cpu ;  ; FAIL
*mangle PREROUTING 46
-m cpu --cpu 3 ; ?tcp-syn ; unknown
