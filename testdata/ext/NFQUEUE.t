*filter INPUT 46
-j NFQUEUE ; -j NFQUEUE --queue-num 0 ; OK
-j NFQUEUE --queue-num 5 ; = ; OK
-j NFQUEUE --queue-num 5 --queue-bypass ; = ; OK
-j NFQUEUE --queue-balance 1:4 --queue-cpu-fanout ; = ; OK
-j NFQUEUE --queue-balance 4:1 ;  ; FAIL
-j NFQUEUE --queue-num 65536 ;  ; FAIL
