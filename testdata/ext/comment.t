*filter INPUT 46
-m comment --comment x ; = ; OK
-m comment --comment "with space" ; = ; OK
-m comment --comment "" ; = ; OK
-m comment --comment "quote \" and \\ and \'" ; = ; OK
-m comment --comment aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ; -m comment --comment aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ; OK
-m comment --comment a --comment b ;  ; FAIL
-m comment ! --comment a ;  ; FAIL
-m comment ;  ; FAIL
-m comment --comment a.b ; -m comment --comment "a.b" ; OK
-m comment --comment a-b_c ; = ; OK
-m comment --comment a -m comment --comment b ; = ; OK
*mangle PREROUTING 4
-m comment --comment x ; ?udp-ttl-255 ; yes
-m comment --comment x ; ?ipcomp ; yes
*mangle PREROUTING 6
-m comment --comment x ; ?tcp-opt-eol-then-mss ; yes
-m comment --comment x ; ?dccp-11 ; yes
*filter INPUT 46
-m comment --comment x ; ?tcp-3 ; yes
