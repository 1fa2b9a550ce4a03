*mangle PREROUTING 46
-m rpfilter ; = ; OK
-m rpfilter --invert ; = ; OK
-m rpfilter --loose --validmark --accept-local ; = ; OK
-m rpfilter --foo ;  ; FAIL
*mangle FORWARD 46
-m rpfilter ;  ; FAIL
