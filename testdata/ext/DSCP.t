*mangle FORWARD 46
-j DSCP --set-dscp 0 ; -j DSCP --set-dscp 0x00 ; OK
-j DSCP --set-dscp 0x3f ; = ; OK
-j DSCP --set-dscp 64 ;  ; FAIL
-j DSCP --set-dscp-class EF ; -j DSCP --set-dscp 0x2e ; OK
-j DSCP --set-dscp-class foo ;  ; FAIL
-j DSCP ;  ; FAIL
*filter FORWARD 46
-j DSCP --set-dscp 0 ;  ; FAIL
*mangle FORWARD 4
-j DSCP --set-dscp 46 ; -j DSCP --set-dscp 0x2e ; OK
-j DSCP --set-dscp-class EFX ; -j DSCP --set-dscp 0x2e ; OK
-j DSCP --set-dscp-class CS ;  ; FAIL
-j DSCP --set-dscp-class af11 ; -j DSCP --set-dscp 0x0a ; OK
-j DSCP --set-dscp 3 --set-dscp-class af11 ;  ; FAIL
