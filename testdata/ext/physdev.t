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
-m physdev --physdev-in eth1 ; ?tcp-synack-ece ; no
-m physdev --physdev-in eth1 ; ?tcp-short/first ; no
-m physdev ! --physdev-in eth1 ; ?sctp-idata-abort ; yes
-m physdev ! --physdev-in eth1 ; ?udp-tos-ff ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?tcp-opt-mss-len3 ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?udp-dns ; yes
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?tcp-opt-eol-then-mss ; no
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?sctp-data/first ; no
*mangle PREROUTING 6
-m physdev --physdev-in eth1 ; ?dccp-type12 ; no
-m physdev --physdev-in eth1 ; ?udp-tos-02 ; no
-m physdev ! --physdev-in eth1 ; ?tcp-8 ; yes
-m physdev ! --physdev-in eth1 ; ?dccp-data ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?esp-100 ; yes
-m physdev ! --physdev-is-in ! --physdev-is-bridged ; ?sctp-second-cut ; yes
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?esp-100/offset8 ; no
-m physdev --physdev-is-in ! --physdev-is-bridged ; ?tcp-19 ; no
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
