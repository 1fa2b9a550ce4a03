*nat PREROUTING 4
-d 192.0.2.0/24 -j NETMAP --to 198.51.100.0/24 ; = ; OK
-j NETMAP --to 198.51.100.5 ; -j NETMAP --to 198.51.100.5/32 ; OK
-j NETMAP ;  ; FAIL
*nat PREROUTING 6
-j NETMAP --to 2001:db8::/64 ; = ; OK
