*filter INPUT 46
-m mac --mac-source 00:11:22:33:44:55 ; = ; OK
-m mac --mac-source 0:1:2:3:4:5 ; -m mac --mac-source 00:01:02:03:04:05 ; OK
-m mac ! --mac-source AA:bb:CC:dd:EE:ff ; -m mac ! --mac-source aa:bb:cc:dd:ee:ff ; OK
-m mac --mac-source 00:11:22:33:44 ;  ; FAIL
-m mac --mac-source 00:11:22:33:44:55:66 ;  ; FAIL
-m mac --mac-source 000:11:22:33:44:55 ;  ; FAIL
-m mac --mac-source 00-11-22-33-44-55 ;  ; FAIL
-m mac --mac-source :1:2:3:4:5 ; -m mac --mac-source 00:01:02:03:04:05 ; OK
-m mac --mac-source 1::2:3:4:5 ; -m mac --mac-source 01:00:02:03:04:05 ; OK
-m mac --mac-source 1:2:3:4:5: ; -m mac --mac-source 01:02:03:04:05:00 ; OK
-m mac --mac-source g:1:2:3:4:5 ;  ; FAIL
-m mac ;  ; FAIL
*filter OUTPUT 46
-m mac --mac-source 00:11:22:33:44:55 ;  ; FAIL
*mangle PREROUTING 46
-m mac --mac-source 00:11:22:33:44:55 ; = ; OK
*mangle POSTROUTING 46
-m mac --mac-source 00:11:22:33:44:55 ;  ; FAIL
*mangle PREROUTING 4
-m mac --mac-source 02:00:00:00:00:01 ; ?icmp-11-0 ether ; yes
-m mac --mac-source 02:00:00:00:00:01 ; ?tcp-syn/ip-options ether ; yes
-m mac ! --mac-source 02:00:00:00:00:01 ; ?sctp-second-cut ether ; no
-m mac ! --mac-source 02:00:00:00:00:01 ; ?tcp-syn/first ether ; no
-m mac --mac-source 02:00:00:00:00:09 ; ?tcp-8 ether ; no
-m mac --mac-source 02:00:00:00:00:09 ; ?icmp-11-0 ether ; no
*mangle PREROUTING 6
-m mac --mac-source 02:00:00:00:00:01 ; ?icmp6-1-4 ether ; yes
-m mac --mac-source 02:00:00:00:00:01 ; ?srh-bad-left ether ; yes
-m mac ! --mac-source 02:00:00:00:00:01 ; ?icmp6-134-0 ether ; no
-m mac ! --mac-source 02:00:00:00:00:01 ; ?udplite/first ether ; no
-m mac --mac-source 02:00:00:00:00:09 ; ?tcp-syn ether ; no
-m mac --mac-source 02:00:00:00:00:09 ; ?dccp-doff-past ether ; no
*mangle PREROUTING 46
-m mac --mac-source 02:00:00:00:00:01 ; ?udp-dns ether ; yes
-m mac ! --mac-source 02:00:00:00:00:01 ; ?udp-dns ether ; no
-m mac --mac-source 02:00:00:00:00:03 ; ?udp-dns ether ; no
-m mac --mac-source 02:00:00:00:00:01 ; ?udp-dns ; unknown
-m mac ! --mac-source 02:00:00:00:00:01 ; ?udp-dns tun ; no
