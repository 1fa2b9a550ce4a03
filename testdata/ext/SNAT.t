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
