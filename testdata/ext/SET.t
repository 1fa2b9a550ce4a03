*mangle FORWARD 4
-j SET --add-set s1 src ; = ; OK
-j SET --add-set s2 src,dst ; = ; OK
-j SET --add-set s1 src,dst,src,dst,src,dst,src ;  ; FAIL
-j SET --add-set s1 src --exist --timeout 10 ; = ; OK
-j SET --del-set s1 src ; = ; OK
-j SET --del-set s1 src --exist ;  ; FAIL
-j SET --add-set s1 src --del-set s2 src,dst ; = ; OK
-j SET --map-set m1 src --map-mark --map-prio ; = ; OK
-j SET --map-set m1 src ;  ; FAIL
-j SET --map-mark ;  ; FAIL
-j SET --add-set s1 srcx ; -j SET --add-set s1 src ; OK
-j SET --add-set s1 foo ;  ; FAIL
-j SET --add-set s1 ;  ; FAIL
-j SET ;  ; FAIL
-j SET --add-set s1 src --add-set s1 src ;  ; FAIL
-j SET --add-set s1 src --map-set m1 src --map-queue ; = ; OK
-j SET --add-set s1 src --timeout 4294967295 ;  ; FAIL
-j SET --add-set s1 src --timeout 4294967294 ; = ; OK
*mangle PREROUTING 4
-j SET --map-set m1 src --map-mark ; = ; OK
-j SET --map-set m1 src --map-prio ;  ; FAIL
*filter FORWARD 4
-j SET --map-set m1 src --map-mark ;  ; FAIL
-j SET --del-set s2 dst,src ; = ; OK
