*mangle PREROUTING 46
-m rpfilter ; = ; OK
-m rpfilter --invert ; = ; OK
-m rpfilter --loose --validmark --accept-local ; = ; OK
-m rpfilter --foo ;  ; FAIL
*mangle FORWARD 46
-m rpfilter ;  ; FAIL
*mangle PREROUTING 46
-m rpfilter --loose ; = ; OK
-m rpfilter --validmark --invert ; = ; OK
-m rpfilter --accept-local --loose ; -m rpfilter --loose --accept-local ; OK
-m rpfilter --invert --invert ;  ; FAIL
-m rpfilter ! --invert ;  ; FAIL
*raw PREROUTING 46
-m rpfilter --invert ; = ; OK
*mangle INPUT 46
-m rpfilter ;  ; FAIL
