*filter INPUT 46
-j LOG ; = ; OK
-j LOG --log-prefix "drop: " ; = ; OK
-j LOG --log-prefix x --log-level info ; -j LOG --log-prefix x --log-level 6 ; OK
-j LOG --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode ; = ; OK
-j LOG --log-level foo ;  ; FAIL
-j LOG --log-level 8 ;  ; FAIL
-j LOG --log-prefix aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ; -j LOG --log-prefix aaaaaaaaaaaaaaaaaaaaaaaaaaaaa ; OK
-j LOG --log-prefix "quote \" here" ; = ; OK
*filter INPUT 4
-j LOG --log-level warn ;  ; FAIL
-j LOG --log-level error ; -j LOG --log-level 3 ; OK
-j LOG --log-level 0x3 ; -j LOG --log-level 3 ; OK
-j LOG --log-prefix "" ;  ; FAIL
-j LOG --log-prefix "a\"b'c\\d" ; -j LOG --log-prefix "a\"b\'c\\d" ; OK
-j LOG --log-prefix 123456789012345678901234567890123 ; -j LOG --log-prefix 12345678901234567890123456789 ; OK
-j LOG --log-prefix x --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode --log-level 7 ; -j LOG --log-prefix x --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode ; OK
-j LOG --log-tcp-sequence --log-tcp-sequence ;  ; FAIL
-j LOG --log-pre x ; -j LOG --log-prefix x ; OK
*filter INPUT 6
-j LOG --log-prefix "two words: " --log-level info ; -j LOG --log-prefix "two words: " --log-level 6 ; OK
