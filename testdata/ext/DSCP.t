*mangle FORWARD 46
-j DSCP --set-dscp 0 ; -j DSCP --set-dscp 0x00 ; OK
-j DSCP --set-dscp 0x3f ; = ; OK
-j DSCP --set-dscp 64 ;  ; FAIL
-j DSCP --set-dscp-class EF ; -j DSCP --set-dscp 0x2e ; OK
-j DSCP --set-dscp-class foo ;  ; FAIL
-j DSCP ;  ; FAIL
*filter FORWARD 46
-j DSCP --set-dscp 0 ;  ; FAIL
