*mangle PREROUTING 46
-p tcp -j TCPOPTSTRIP --strip-options 2,3,wscale ;  ; FAIL
-p tcp -j TCPOPTSTRIP --strip-options mss,sack,sack-permitted,timestamp,md5 ; -p tcp -j TCPOPTSTRIP --strip-options 2,4,5,8,19 ; OK
-p tcp -j TCPOPTSTRIP --strip-options foo ;  ; FAIL
-p tcp -j TCPOPTSTRIP ; = ; OK
-j TCPOPTSTRIP --strip-options 2 ;  ; FAIL
