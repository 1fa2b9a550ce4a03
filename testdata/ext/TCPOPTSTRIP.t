*mangle PREROUTING 46
-p tcp -j TCPOPTSTRIP --strip-options 2,3,wscale ;  ; FAIL
-p tcp -j TCPOPTSTRIP --strip-options mss,sack,sack-permitted,timestamp,md5 ; -p tcp -j TCPOPTSTRIP --strip-options 2,4,5,8,19 ; OK
-p tcp -j TCPOPTSTRIP --strip-options foo ;  ; FAIL
-p tcp -j TCPOPTSTRIP ; = ; OK
-j TCPOPTSTRIP --strip-options 2 ;  ; FAIL
*mangle FORWARD 4
-p tcp -j TCPOPTSTRIP ; = ; OK
-p tcp -j TCPOPTSTRIP --strip-options mss,timestamp,30 ; -p tcp -j TCPOPTSTRIP --strip-options 2,8,30 ; OK
-p tcp -j TCPOPTSTRIP --strip-options mss,2 ;  ; FAIL
-p tcp -j TCPOPTSTRIP --strip-options mss, ;  ; FAIL
-j TCPOPTSTRIP --strip-options mss ;  ; FAIL
-p tcp -j TCPOPTSTRIP --strip-options 1 ;  ; FAIL
*mangle FORWARD 6
-p tcp -j TCPOPTSTRIP --strip-options md5 ; -p tcp -j TCPOPTSTRIP --strip-options 19 ; OK
