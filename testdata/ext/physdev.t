*filter INPUT 46
-m physdev --physdev-in eth0 ; = ; OK
-m physdev ! --physdev-in eth+ ; = ; OK
-m physdev --physdev-in + ; = ; OK
-m physdev --physdev-in abcdefghijklmno ; = ; OK
-m physdev --physdev-in abcdefghijklmnop ;  ; FAIL
-m physdev --physdev-in a/b ; = ; OK
-m physdev --physdev-out eth0 ; = ; OK
-m physdev --physdev-out eth0 --physdev-is-bridged ; = ; OK
-m physdev --physdev-out eth0 ! --physdev-is-bridged ; = ; OK
-m physdev --physdev-is-in --physdev-is-out --physdev-is-bridged --physdev-in a --physdev-out b ; -m physdev --physdev-is-in --physdev-in a --physdev-is-out --physdev-out b --physdev-is-bridged ; OK
-m physdev ! --physdev-is-in ! --physdev-is-out ! --physdev-is-bridged ! --physdev-in a ! --physdev-out b ; -m physdev ! --physdev-is-in ! --physdev-in a ! --physdev-is-out ! --physdev-out b ! --physdev-is-bridged ; OK
-m physdev --physdev-is-out ; = ; OK
-m physdev ;  ; FAIL
*filter OUTPUT 46
-m physdev --physdev-out eth0 ;  ; FAIL
-m physdev --physdev-out eth0 --physdev-is-bridged ; = ; OK
-m physdev --physdev-is-out ! --physdev-is-bridged ;  ; FAIL
*filter FORWARD 46
-m physdev --physdev-out eth0 ; = ; OK
*mangle POSTROUTING 46
-m physdev --physdev-in eth0 ; = ; OK
*mangle PREROUTING 4
-m physdev --physdev-in eth1 ; ?tcp-opt-overrun ; no
-m physdev --physdev-in eth1 ; ?udp-ttl-2 ; no
-m physdev ! --physdev-in eth1 ; ?sctp-abort-t ; yes
-m physdev ! --physdev-in eth1 ; ?tcp-doff4 ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?udp-tos-b8 ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?udp-dns/offset3-more ; yes
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?icmp-40-9 ; no
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?udp-tos-ff ; no
*mangle PREROUTING 6
-m physdev --physdev-in eth1 ; ?udp-data-472 ; no
-m physdev --physdev-in eth1 ; ?tcp-syn/dst-dst3-rt ; no
-m physdev ! --physdev-in eth1 ; ?udp-tos-28 ; yes
-m physdev ! --physdev-in eth1 ; ?rt0-res ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?udp-ttl-128 ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?rt0-1 ; yes
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?udplite-4 ; no
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?dccp-data/offset8 ; no
*filter INPUT 46
-m physdev --physdev-in port1 ; ?udp-dns bridge ; unknown
-m physdev --physdev-in port1 ; ?udp-dns port ; yes
-m physdev --physdev-in port+ ; ?udp-dns port ; yes
-m physdev --physdev-in port2 ; ?udp-dns port ; no
-m physdev ! --physdev-in port2 ; ?udp-dns port ; yes
-m physdev --physdev-is-in ; ?udp-dns port ; yes
-m physdev --physdev-is-bridged ; ?udp-dns port ; no
-m physdev ! --physdev-is-bridged ; ?udp-dns port ; yes
-m physdev --physdev-is-out ; ?udp-dns port ; no
-m physdev ! --physdev-out port2 ; ?udp-dns port ; no
*filter FORWARD 46
-m physdev --physdev-is-bridged --physdev-out port1 ; ?udp-dns bridged ; yes
-m physdev --physdev-is-bridged --physdev-out port2 ; ?udp-dns bridged ; no
-m physdev --physdev-is-out ; ?udp-dns bridged ; yes
-m physdev ! --physdev-is-bridged ; ?udp-dns bridged ; no
