*mangle FORWARD 4
-p tcp -j TPROXY --on-port 1 ;  ; FAIL
*mangle PREROUTING 4
-p udp -j TPROXY --on-port 12345 --on-ip 10.0.0.1 --tproxy-mark 0x23/0xff ; = ; OK
-p tcp -j TPROXY --on-port 80 ; -p tcp -j TPROXY --on-port 80 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port http --tproxy-mark 1 ; -p tcp -j TPROXY --on-port 80 --on-ip 0.0.0.0 --tproxy-mark 0x1/0xffffffff ; OK
-p tcp -j TPROXY --on-ip 10.0.0.1 ;  ; FAIL
-p tcp -j TPROXY --on-port 0 ; -p tcp -j TPROXY --on-port 0 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0 ; OK
-p icmp -j TPROXY --on-port 1 ;  ; FAIL
! -p tcp -j TPROXY --on-port 1 ;  ; FAIL
*mangle PREROUTING 6
-p tcp -j TPROXY --on-port 80 --on-ip ::1 ; -p tcp -j TPROXY --on-port 80 --on-ip ::1 --tproxy-mark 0x0/0x0 ; OK
-p tcp -j TPROXY --on-port 80 ; -p tcp -j TPROXY --on-port 80 --on-ip :: --tproxy-mark 0x0/0x0 ; OK
