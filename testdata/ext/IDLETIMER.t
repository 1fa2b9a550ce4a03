*mangle FORWARD 4
-j IDLETIMER --timeout 42 --label foo ; = ; OK
-j IDLETIMER --timeout 42 --label foo2 --alarm ; = ; OK
-j IDLETIMER --timeout 0 --label foo3 ;  ; FAIL
-j IDLETIMER --label foo3 ;  ; FAIL
-j IDLETIMER --timeout 3 --label "" ;  ; FAIL
-j IDLETIMER --timeout 3 --label 1234567890123456789012345678901234567890 ; -j IDLETIMER --timeout 3 --label 123456789012345678901234567 ; OK
-j IDLETIMER --timeout 2147483 --label big ;  ; FAIL
-j IDLETIMER --timeout 2147484 --label big1 ;  ; FAIL
