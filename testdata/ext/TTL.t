*mangle FORWARD 4
-j TTL --ttl-set 5 ; = ; OK
-j TTL --ttl-inc 1 ; = ; OK
-j TTL --ttl-dec 255 ; = ; OK
-j TTL --ttl-dec 0 ;  ; FAIL
-j TTL --ttl-set 256 ;  ; FAIL
-j TTL ;  ; FAIL
*filter FORWARD 4
-j TTL --ttl-set 5 ;  ; FAIL
*mangle FORWARD 4
-j TTL --ttl-dec 5 ; = ; OK
-j TTL --ttl-inc 255 ; = ; OK
-j TTL --ttl-inc 0 ;  ; FAIL
-j TTL --ttl-set 1 --ttl-inc 5 ;  ; FAIL
