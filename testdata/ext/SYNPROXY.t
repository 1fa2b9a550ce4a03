*filter FORWARD 4
-p tcp -j SYNPROXY --sack-perm --timestamp --wscale 9 --mss 1460 ; = ; OK
-p tcp -j SYNPROXY --ecn --mss 3 ; -p tcp -j SYNPROXY --mss 3 --ecn ; OK
-p tcp -j SYNPROXY ; = ; OK
-j SYNPROXY --mss 3 ;  ; FAIL
-p tcp -j SYNPROXY --wscale 300 --mss 70000 ; -p tcp -j SYNPROXY --wscale 44 --mss 4464 ; OK
