*filter INPUT 46
-m socket ; = ; OK
-m socket --transparent --nowildcard --restore-skmark ; = ; OK
-m socket --nowildcard ; = ; OK
-m socket ! --transparent ;  ; FAIL
*mangle PREROUTING 46
-m socket --restore-skmark ; = ; OK
*filter FORWARD 46
-m socket ;  ; FAIL
*mangle PREROUTING 46
-m socket ; ?tcp-syn ; unknown
-m socket ; ?esp-100 ; no
