*mangle FORWARD 6
-j HL --hl-set 5 ; = ; OK
-j HL --hl-inc 1 ; = ; OK
-j HL --hl-dec 255 ; = ; OK
-j HL --hl-dec 0 ;  ; FAIL
-j HL --hl-set 256 ;  ; FAIL
-j HL ;  ; FAIL
*filter FORWARD 6
-j HL --hl-set 5 ;  ; FAIL
*mangle FORWARD 6
-j HL --hl-dec 5 ; = ; OK
-j HL --hl-inc 0 ;  ; FAIL
