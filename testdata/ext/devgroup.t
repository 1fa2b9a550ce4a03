*filter INPUT 46
-m devgroup --src-group 0 ; -m devgroup --src-group default ; OK
-m devgroup --src-group default ; = ; OK
-m devgroup ! --src-group 0x5/0xff ; = ; OK
-m devgroup --src-group foo ;  ; FAIL
-m devgroup --src-group 5x ;  ; FAIL
-m devgroup --dst-group 1 ;  ; FAIL
-m devgroup ;  ; FAIL
*filter FORWARD 46
-m devgroup ! --src-group 0 --dst-group 0x10 ; -m devgroup ! --src-group default --dst-group 0x10 ; OK
*filter OUTPUT 46
-m devgroup --dst-group 1 ; -m devgroup --dst-group 0x1 ; OK
-m devgroup --src-group 1 ;  ; FAIL
*mangle PREROUTING 46
-m devgroup --src-group 0 ; ?tcp-syn ; unknown
