*filter INPUT 46
-j NFQUEUE ; -j NFQUEUE --queue-num 0 ; OK
-j NFQUEUE --queue-num 5 ; = ; OK
-j NFQUEUE --queue-num 5 --queue-bypass ; = ; OK
-j NFQUEUE --queue-balance 1:4 --queue-cpu-fanout ; = ; OK
-j NFQUEUE --queue-balance 4:1 ;  ; FAIL
-j NFQUEUE --queue-num 65536 ;  ; FAIL
*filter FORWARD 4
-j NFQUEUE ; -j NFQUEUE --queue-num 0 ; OK
-j NFQUEUE --queue-num 3 --queue-bypass ; = ; OK
-j NFQUEUE --queue-balance 3:9 --queue-bypass --queue-cpu-fanout ; = ; OK
-j NFQUEUE --queue-balance 3:3 ;  ; FAIL
-j NFQUEUE --queue-balance 3 ;  ; FAIL
-j NFQUEUE --queue-balance :3 ; -j NFQUEUE --queue-balance 0:3 ; OK
-j NFQUEUE --queue-balance 3: ; -j NFQUEUE --queue-balance 3:65535 ; OK
-j NFQUEUE --queue-balance 0: ;  ; FAIL
-j NFQUEUE --queue-cpu-fanout ;  ; FAIL
-j NFQUEUE --queue-num 1 --queue-cpu-fanout ;  ; FAIL
-j NFQUEUE --queue-num 1 --queue-balance 1:2 ;  ; FAIL
