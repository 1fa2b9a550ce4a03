*filter INPUT 46
-m quota --quota 1000 ; = ; OK
-m quota ! --quota 18446744073709551615 ; = ; OK
-m quota --quota 18446744073709551616 ;  ; FAIL
-m quota ;  ; FAIL
