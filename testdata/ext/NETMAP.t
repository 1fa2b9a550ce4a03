*nat PREROUTING 4
-d 192.0.2.0/24 -j NETMAP --to 198.51.100.0/24 ; = ; OK
-j NETMAP --to 198.51.100.5 ; -j NETMAP --to 198.51.100.5/32 ; OK
-j NETMAP ;  ; FAIL
*nat PREROUTING 6
-j NETMAP --to 2001:db8::/64 ; = ; OK
*nat POSTROUTING 4
-j NETMAP --to 192.0.2.0/24 ; = ; OK
-j NETMAP --to 192.0.2.7/255.0.255.0 ; -j NETMAP --to 192.0.2.7/32 ; OK
-j NETMAP --to 192.0.2.7/24 ; -j NETMAP --to 192.0.2.0/24 ; OK
-j NETMAP --to 192.0.2.7 ; -j NETMAP --to 192.0.2.7/32 ; OK
-j NETMAP --to 192.0.2.7/0 ; -j NETMAP --to 0.0.0.0/0 ; OK
-j NETMAP --to 192.0.2.7/33 ; -j NETMAP --to 192.0.2.7/32 ; OK
-j NETMAP --to 192.0.2 ; -j NETMAP --to 192.0.0.2/32 ; OK
-j NETMAP ;  ; FAIL
*nat PREROUTING 6
-j NETMAP --to 2001:db8::/ffff:0:ffff:: ; -j NETMAP --to 2001:db8::/128 ; OK
-j NETMAP --to 2001:db8::7/64 ; -j NETMAP --to 2001:db8::/64 ; OK
