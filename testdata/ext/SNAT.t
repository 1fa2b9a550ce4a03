*nat POSTROUTING 6
-j SNAT --to-source 2001:db8::1 ; = ; OK
-p udp -j SNAT --to-source "[2001:db8::1]:5-9" --random ; -p udp -j SNAT --to-source [2001:db8::1]:5-9 --random ; OK
*nat POSTROUTING 4
-j SNAT --to-source 192.0.2.9 ; = ; OK
-p tcp -j SNAT --to-source 192.0.2.9:1024-2048 ; = ; OK
-j SNAT --to-source 192.0.2.9-192.0.2.12 --persistent ; = ; OK
-j SNAT --to-source 192.0.2.9 --random-fully ; = ; OK
-j SNAT --to-source 192.0.2.9:5 ;  ; FAIL
-j SNAT ;  ; FAIL
*nat INPUT 4
-j SNAT --to-source 192.0.2.9 ; = ; OK
*nat PREROUTING 4
-j SNAT --to-source 192.0.2.9 ;  ; FAIL
*nat POSTROUTING 4
-p tcp -j SNAT --to-source :10-20 ; = ; OK
-p tcp -j SNAT --to-source 192.0.2.1-192.0.2.9:80 --random --random-fully --persistent ; = ; OK
-p tcp -j SNAT --to-source 192.0.2.9-192.0.2.1 ; = ; OK
-p icmp -j SNAT --to-source 192.0.2.1:10 ; = ; OK
-p gre -j SNAT --to-source 192.0.2.1:10 ;  ; FAIL
! -p tcp -j SNAT --to-source 192.0.2.1:10 ; = ; OK
-j SNAT -p tcp --to-source 192.0.2.1:10 ; -p tcp -j SNAT --to-source 192.0.2.1:10 ; OK
-j SNAT --to-source 192.0.2.1:10 -p tcp ;  ; FAIL
-p tcp -j SNAT --to-source 192.0.2.1:ssh ; -p tcp -j SNAT --to-source 192.0.2.1:22 ; OK
-p tcp -j SNAT --to-source 192.0.2.1:20-10 ;  ; FAIL
-p tcp -j SNAT --to-source 192.0.2.1:10:20 ;  ; FAIL
-p tcp -j SNAT --to-source 192.0.2.1:10x ;  ; FAIL
-p tcp -j SNAT --to-source 192.0.2.1: ;  ; FAIL
-p tcp -j SNAT --to-source 192.0.2.01 ;  ; FAIL
-p tcp -j SNAT --to-source 192.0.2 ;  ; FAIL
-p tcp -j SNAT --to 192.0.2.1 ; -p tcp -j SNAT --to-source 192.0.2.1 ; OK
-j SNAT --random ;  ; FAIL
*nat PREROUTING 4
-j SNAT --to-source 192.0.2.1 ;  ; FAIL
*filter INPUT 4
-j SNAT --to-source 192.0.2.1 ;  ; FAIL
*nat INPUT 4
-j SNAT --to-source 192.0.2.1 ; = ; OK
*nat POSTROUTING 6
-j SNAT --to-source 2001:db8::7 --random --persistent ; = ; OK
