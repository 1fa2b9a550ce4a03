*mangle FORWARD 4
-p tcp -j ECN --ecn-tcp-remove ; = ; OK
-j ECN --ecn-tcp-remove ;  ; FAIL
-j ECN ;  ; FAIL
