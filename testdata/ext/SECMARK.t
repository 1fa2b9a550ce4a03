*mangle FORWARD 4
-j SECMARK ;  ; FAIL
*security INPUT 46
-j SECMARK --selctx system_u:object_r:ssh_packet_t:s0 ; = ; OK
