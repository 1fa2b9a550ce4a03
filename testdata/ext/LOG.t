*filter INPUT 46
-j LOG ; = ; OK
-j LOG --log-prefix "drop: " ; = ; OK
-j LOG --log-prefix x --log-level info ; -j LOG --log-prefix x --log-level 6 ; OK
-j LOG --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode ; = ; OK
-j LOG --log-level foo ;  ; FAIL
-j LOG --log-level 8 ;  ; FAIL
-j LOG --log-prefix aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ; -j LOG --log-prefix aaaaaaaaaaaaaaaaaaaaaaaaaaaaa ; OK
-j LOG --log-prefix "quote \" here" ; = ; OK
