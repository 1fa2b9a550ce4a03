*filter INPUT 46
-j NFLOG ; = ; OK
-j NFLOG --nflog-group 5 --nflog-prefix "a b" ; -j NFLOG --nflog-prefix "a b" --nflog-group 5 ; OK
-j NFLOG --nflog-group 65535 --nflog-size 64 --nflog-threshold 7 ; = ; OK
-j NFLOG --nflog-range 64 ; = ; OK
-j NFLOG --nflog-group 65536 ;  ; FAIL
-j NFLOG --nflog-threshold 0 ; -j NFLOG ; OK
*filter INPUT 4
-j NFLOG --nflog-prefix "a b" --nflog-group 3 --nflog-size 80 --nflog-threshold 4 ; = ; OK
-j NFLOG --nflog-range 80 ; = ; OK
-j NFLOG --nflog-range 80 --nflog-size 3 ;  ; FAIL
-j NFLOG --nflog-threshold 129 ; = ; OK
-j NFLOG --nflog-prefix "" ;  ; FAIL
-j NFLOG --nflog-prefix xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ; -j NFLOG --nflog-prefix xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ; OK
