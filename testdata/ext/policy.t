*filter INPUT 46
-m policy --dir in --pol ipsec ; = ; OK
-m policy --dir out --pol none ;  ; FAIL
-m policy --dir in ; -m policy --dir in --pol ipsec ; OK
-m policy --pol none ;  ; FAIL
-m policy ;  ; FAIL
-m policy --dir in --dir out ;  ; FAIL
-m policy --dir foo ;  ; FAIL
-m policy --dir in --pol foo ;  ; FAIL
-m policy --dir in --pol none --strict ;  ; FAIL
-m policy --dir in --pol ipsec --strict ;  ; FAIL
-m policy --dir in --pol ipsec --strict --reqid 5 --next --spi 0x10 ; = ; OK
-m policy --dir in --pol ipsec --strict --reqid 5 --next --spi 0x10 --next --proto ah --next --proto esp ; = ; OK
-m policy --dir in --pol ipsec --strict --reqid 5 --next --spi 0x10 --next --proto ah --next --proto esp --next --mode tunnel ;  ; FAIL
-m policy --dir in --pol ipsec --reqid 5 --next --spi 0x10 ;  ; FAIL
-m policy --dir in --pol ipsec ! --reqid 5 ! --spi 0x10 ! --proto esp ! --mode tunnel ; = ; OK
-m policy --dir in --pol ipsec --proto ipcomp --mode transport ; = ; OK
-m policy --dir in --pol ipsec --proto comp ;  ; FAIL
-m policy --dir in --pol ipsec --proto tcp ;  ; FAIL
-m policy --dir in --pol ipsec --proto 50 ; -m policy --dir in --pol ipsec --proto esp ; OK
-m policy --dir in --pol ipsec --mode foo ;  ; FAIL
-m policy --dir in --pol ipsec --reqid 5 --reqid 6 ;  ; FAIL
-m policy --dir in --pol none --reqid 5 ; -m policy --dir in --pol none ; OK
-m policy --dir in --pol ipsec --strict --reqid 5 --next ;  ; FAIL
-m policy --dir in --pol ipsec --reqid x ;  ; FAIL
*filter INPUT 4
-m policy --dir in --pol ipsec --tunnel-src 1.2.3.4 --mode tunnel ; -m policy --dir in --pol ipsec --mode tunnel --tunnel-src 1.2.3.4 ; OK
-m policy --dir in --pol ipsec --tunnel-src 1.2.3.4 ;  ; FAIL
-m policy --dir in --pol ipsec --mode tunnel --tunnel-src 1.2.3.4/24 --tunnel-dst 5.6.7.8/255.255.0.0 ; -m policy --dir in --pol ipsec --mode tunnel --tunnel-dst 5.6.7.8/16 --tunnel-src 1.2.3.4/24 ; OK
-m policy --dir in --pol ipsec --mode tunnel ! --tunnel-src 1.2.3.4/0 ! --tunnel-dst 5.6.7.8/32 ; -m policy --dir in --pol ipsec --mode tunnel ! --tunnel-dst 5.6.7.8 ! --tunnel-src 1.2.3.4/0 ; OK
-m policy --dir in --pol ipsec ! --mode tunnel --tunnel-src 1.2.3.4 ;  ; FAIL
-m policy --dir in --pol ipsec --mode transport --tunnel-src 1.2.3.4 ;  ; FAIL
-m policy --dir in --pol ipsec ! --mode transport --tunnel-src 1.2.3.4 ; = ; OK
-m policy --dir in --pol ipsec --mode tunnel --tunnel-src 1.2.3.4/33 ; -m policy --dir in --pol ipsec --mode tunnel --tunnel-src 1.2.3.4 ; OK
*filter INPUT 6
-m policy --dir in --pol ipsec --mode tunnel --tunnel-src 2001:db8::1/64 --tunnel-dst 2001:db8::2 ; -m policy --dir in --pol ipsec --mode tunnel --tunnel-dst 2001:db8::2 --tunnel-src 2001:db8::1/64 ; OK
-m policy --dir in --pol ipsec --mode tunnel --tunnel-src ::/0 ; = ; OK
*filter OUTPUT 46
-m policy --dir out --pol none ; = ; OK
-m policy --dir out --pol ipsec --strict --mode tunnel --spi 1 ; -m policy --dir out --pol ipsec --strict --spi 0x1 --mode tunnel ; OK
-m policy --dir in --pol none ;  ; FAIL
*filter FORWARD 46
-m policy --dir out --pol none ; = ; OK
-m policy --dir in --pol none ; = ; OK
*mangle PREROUTING 46
-m policy --dir out --pol none ;  ; FAIL
*mangle POSTROUTING 46
-m policy --dir in --pol none ;  ; FAIL
*mangle PREROUTING 4
-m policy --dir in --pol none ; ?dccp-doff-past ; yes
-m policy --dir in --pol none ; ?tcp-syn/first ; yes
-m policy --dir in --pol ipsec ; ?udp-data-0 ; no
-m policy --dir in --pol ipsec ; ?sctp-no-chunk ; no
-m policy --dir in --pol ipsec --strict --proto esp ; ?esp-100/first ; no
-m policy --dir in --pol ipsec --strict --proto esp ; ?ah-4 ; no
*mangle PREROUTING 6
-m policy --dir in --pol none ; ?mh-short ; yes
-m policy --dir in --pol none ; ?sctp-abort-t ; yes
-m policy --dir in --pol ipsec ; ?dccp-data ; no
-m policy --dir in --pol ipsec ; ?ipcomp ; no
-m policy --dir in --pol ipsec --strict --proto esp ; ?srh-cut ; no
-m policy --dir in --pol ipsec --strict --proto esp ; ?tcp-ack ; no
