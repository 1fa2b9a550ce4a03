*filter OUTPUT 46
-m owner --uid-owner root ; -m owner --uid-owner 0 ; OK
-m owner --uid-owner 0 ; = ; OK
-m owner --uid-owner 0-5 ; = ; OK
-m owner --uid-owner 5:9 ; -m owner --uid-owner 5-9 ; OK
-m owner --uid-owner 5- ;  ; FAIL
-m owner --uid-owner 9-5 ;  ; FAIL
-m owner --uid-owner -5 ;  ; FAIL
-m owner --uid-owner 4294967294 ; = ; OK
-m owner --uid-owner 4294967295 ;  ; FAIL
-m owner ! --uid-owner 5 ! --gid-owner 6 ! --socket-exists ; -m owner ! --socket-exists ! --uid-owner 5 ! --gid-owner 6 ; OK
-m owner --gid-owner root --suppl-groups ; -m owner --gid-owner 0 --suppl-groups ; OK
-m owner --gid-owner sudo ; -m owner --gid-owner 27 ; OK
-m owner --suppl-groups --gid-owner 5 ;  ; FAIL
-m owner --suppl-groups ;  ; FAIL
-m owner --socket-exists ; = ; OK
-m owner --socket-exists --uid-owner nobody --gid-owner nogroup ; -m owner --socket-exists --uid-owner 65534 --gid-owner 65534 ; OK
-m owner ;  ; FAIL
-m owner --uid-owner 0x10 ; -m owner --uid-owner 16 ; OK
-m owner --uid-owner "" ;  ; FAIL
-m owner --pid-owner 5 ;  ; FAIL
*filter FORWARD 46
-m owner --uid-owner 0 ;  ; FAIL
*mangle PREROUTING 46
-m owner --uid-owner 0 ;  ; FAIL
*mangle POSTROUTING 46
-m owner --uid-owner 5 ; = ; OK
*filter OUTPUT 46
-m owner --uid-owner 0 ; ?udp-dns local ; unknown
-m owner ! --uid-owner 0 ; ?udp-dns local ; unknown
-m owner --socket-exists ; ?udp-dns local ; yes
-m owner ! --socket-exists ; ?udp-dns local ; no
-m owner ! --socket-exists --uid-owner 0 ; ?udp-dns local ; no
-m owner --uid-owner 0 ; ?tcp-ack local kernel ; no
-m owner ! --uid-owner 0 ; ?tcp-ack local kernel ; yes
-m owner --socket-exists ; ?tcp-ack local kernel ; no
-m owner ! --socket-exists ; ?tcp-ack local kernel ; yes
-m owner --uid-owner 0 ; ?udp-dns ; no
-m owner ! --uid-owner 0 ; ?udp-dns ; yes
-m owner --socket-exists ; ?udp-dns ; no
-m owner ! --uid-owner 0 --gid-owner 0 ; ?udp-dns ; no
*filter OUTPUT 4
-m owner --socket-exists ; ?icmp-3-3 local kernel ; yes
-m owner ! --socket-exists ; ?icmp-3-3 local kernel ; no
-m owner --uid-owner 0 ; ?icmp-3-3 local kernel ; no
-m owner ! --uid-owner 0 ; ?icmp-3-3 local kernel ; yes
*filter OUTPUT 6
-m owner --socket-exists ; ?icmp6-1-4 local kernel ; yes
-m owner ! --uid-owner 0 ; ?icmp6-1-4 local kernel ; yes
