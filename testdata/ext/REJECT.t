*filter INPUT 6
-j REJECT ; -j REJECT --reject-with icmp6-port-unreachable ; OK
-j REJECT --reject-with icmp6-no-route ; = ; OK
-j REJECT --reject-with adm-prohibited ; -j REJECT --reject-with icmp6-adm-prohibited ; OK
-j REJECT --reject-with icmp6-policy-fail ; = ; OK
-p tcp -j REJECT --reject-with tcp-reset ; = ; OK
*filter INPUT 4
-j REJECT ; -j REJECT --reject-with icmp-port-unreachable ; OK
-j REJECT --reject-with icmp-net-unreachable ; = ; OK
-j REJECT --reject-with host-prohib ; -j REJECT --reject-with icmp-host-prohibited ; OK
-j REJECT --reject-with icmp-admin-prohibited ; = ; OK
-p tcp -j REJECT --reject-with tcp-reset ; = ; OK
-j REJECT --reject-with tcp-reset ;  ; FAIL
-j REJECT --reject-with foo ;  ; FAIL
*mangle FORWARD 4
-j REJECT ;  ; FAIL
*filter INPUT 4
-j REJECT --reject-with host ; -j REJECT --reject-with icmp-host-unreachable ; OK
-j REJECT --reject-with ICMP-HOST-PROHIBITED ; -j REJECT --reject-with icmp-host-prohibited ; OK
-j REJECT --reject-with "" ; -j REJECT --reject-with icmp-net-unreachable ; OK
-p tcp -j REJECT --reject-with tcp-rst ; -p tcp -j REJECT --reject-with tcp-reset ; OK
! -p tcp -j REJECT --reject-with tcp-reset ;  ; FAIL
-j REJECT --reject-with echo-reply ;  ; FAIL
*filter INPUT 6
-j REJECT --reject-with a ; -j REJECT --reject-with icmp6-adm-prohibited ; OK
-j REJECT --reject-with tcp-rst ;  ; FAIL
-p tcp -j REJECT --reject-with t ; -p tcp -j REJECT --reject-with tcp-reset ; OK
*mangle INPUT 4
-j REJECT ;  ; FAIL
