*nat PREROUTING 4
-j DNAT --to-destination 192.0.2.9 ; = ; OK
-p tcp -j DNAT --to-destination 192.0.2.9:80 ; = ; OK
-p tcp -j DNAT --to-destination 192.0.2.9-192.0.2.12:80-90 ; = ; OK
-p udp -j DNAT --to-destination :53 ; = ; OK
-j DNAT --to-destination 192.0.2.9 --random ; = ; OK
-j DNAT --to-destination 192.0.2.9 --persistent ; = ; OK
-j DNAT --to-destination 192.0.2.9:80 ;  ; FAIL
-p tcp -j DNAT --to-destination 192.0.2.9:80-70 ;  ; FAIL
-j DNAT --to-destination 2001:db8::1 ;  ; FAIL
-j DNAT ;  ; FAIL
*nat POSTROUTING 4
-j DNAT --to-destination 192.0.2.9 ;  ; FAIL
*filter INPUT 4
-j DNAT --to-destination 192.0.2.9 ;  ; FAIL
*nat OUTPUT 6
-j DNAT --to-destination 2001:db8::1 ; = ; OK
-p tcp -j DNAT --to-destination "[2001:db8::1]:80" ; -p tcp -j DNAT --to-destination [2001:db8::1]:80 ; OK
-p tcp -j DNAT --to-destination "[2001:db8::1-2001:db8::9]:80-90" ; -p tcp -j DNAT --to-destination [2001:db8::1-2001:db8::9]:80-90 ; OK
*nat POSTROUTING 4
-j DNAT --to-destination 192.0.2.1 ;  ; FAIL
*nat PREROUTING 4
-p tcp -j DNAT --to-destination 192.0.2.1:10-20/30 ; = ; OK
-p tcp -j DNAT --to-destination 192.0.2.1:10/30 ;  ; FAIL
-p tcp -j DNAT --to-destination :10 ; = ; OK
-p tcp -j DNAT --to-destination 192.0.2.1:10-20/ ;  ; FAIL
-p tcp -j DNAT --to-destination 192.0.2.1:10-20/http ; -p tcp -j DNAT --to-destination 192.0.2.1:10-20/80 ; OK
-p tcp -j DNAT --to-destination 192.0.2.1:10-20/30x ; -p tcp -j DNAT --to-destination 192.0.2.1:10-20/30 ; OK
-p tcp -j DNAT --to-destination 192.0.2.1 --random --persistent ; = ; OK
-p tcp -j DNAT --to 192.0.2.1 ; -p tcp -j DNAT --to-destination 192.0.2.1 ; OK
*nat PREROUTING 6
-p tcp -j DNAT --to-destination [2001:db8::1]:10-20/30 ; = ; OK
-p tcp -j DNAT --to-destination []:10 ; -p tcp -j DNAT --to-destination :10 ; OK
-p tcp -j DNAT --to-destination :10 ; = ; OK
-p tcp -j DNAT --to-destination [2001:db8::1] ; -p tcp -j DNAT --to-destination 2001:db8::1 ; OK
-p tcp -j DNAT --to-destination 2001:db8::1-2001:db8::9 ; = ; OK
-p tcp -j DNAT --to-destination [2001:db8::1-2001:db8::9]:1-2 ; = ; OK
-p tcp -j DNAT --to-destination [2001:db8::1]-[2001:db8::9]:1-2 ;  ; FAIL
-p tcp -j DNAT --to-destination 2001:db8::1:80 ; = ; OK
-p tcp -j DNAT --to-destination x[2001:db8::1]:80 ; -p tcp -j DNAT --to-destination [2001:db8::1]:80 ; OK
-p ipv6-icmp -j DNAT --to-destination [2001:db8::1]:80 ;  ; FAIL
