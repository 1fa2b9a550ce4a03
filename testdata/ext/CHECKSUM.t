*mangle POSTROUTING 46
-p udp -j CHECKSUM --checksum-fill ; = ; OK
-j CHECKSUM --checksum-fill ; = ; OK
-j CHECKSUM ;  ; FAIL
*filter OUTPUT 46
-p udp -j CHECKSUM --checksum-fill ;  ; FAIL
*mangle FORWARD 4
-j CHECKSUM --checksum-fill ; = ; OK
-j CHECKSUM ;  ; FAIL
