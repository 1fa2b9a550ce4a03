*mangle FORWARD 4
-p tcp -j ECN --ecn-tcp-remove ; = ; OK
-j ECN --ecn-tcp-remove ;  ; FAIL
-j ECN ;  ; FAIL
*mangle FORWARD 4
-p tcp -j ECN --ecn-tcp-cwr 1 ; = ; OK
-p tcp -j ECN --ecn-tcp-cwr 0 --ecn-tcp-ece 0 ; -p tcp -j ECN --ecn-tcp-remove ; OK
-p tcp -j ECN --ecn-tcp-ece 1 --ecn-ip-ect 2 ; = ; OK
-j ECN --ecn-ip-ect 2 ; = ; OK
-p udp -j ECN --ecn-tcp-remove ;  ; FAIL
-p tcp -j ECN --ecn-tcp-remove --ecn-ip-ect 1 ; -p tcp -j ECN --ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 1 ; OK
-p tcp -j ECN --ecn-tcp-remove --ecn-tcp-ece 1 ;  ; FAIL
