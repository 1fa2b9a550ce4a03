*mangle FORWARD 46
-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1200 ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1200 ; OK
-p tcp -j TCPMSS --set-mss 1200 ;  ; FAIL
-j TCPMSS --clamp-mss-to-pmtu ;  ; FAIL
-p tcp --syn -j TCPMSS ;  ; FAIL
-p tcp --syn -j TCPMSS --set-mss 5 --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
*mangle PREROUTING 46
-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu ;  ; FAIL
-p tcp --syn -j TCPMSS --set-mss 1200 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1200 ; OK
*mangle FORWARD 4
-p tcp -j TCPMSS --set-mss 42 ;  ; FAIL
-p tcp --syn -j TCPMSS --set-mss 42 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 42 ; OK
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu --set-mss 3 ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 3 ; OK
-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 3 --clamp-mss-to-pmtu ; -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu ; OK
-p tcp --tcp-flags SYN,RST RST -j TCPMSS --set-mss 3 ;  ; FAIL
-p tcp ! --syn -j TCPMSS --set-mss 3 ;  ; FAIL
-p tcp --tcp-flags SYN SYN -j TCPMSS --set-mss 65516 ;  ; FAIL
-p tcp --tcp-flags SYN SYN -j TCPMSS --set-mss 65515 ; -p tcp -m tcp --tcp-flags SYN SYN -j TCPMSS --set-mss 65515 ; OK
-p tcp --tcp-flags RST SYN -j TCPMSS --set-mss 65515 ; -p tcp -m tcp --tcp-flags RST SYN -j TCPMSS --set-mss 65515 ; OK
-p tcp --tcp-flags ALL ALL -j TCPMSS --set-mss 65515 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG FIN,SYN,RST,PSH,ACK,URG -j TCPMSS --set-mss 65515 ; OK
-j TCPMSS -p tcp --set-mss 42 -m tcp --syn ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 42 ; OK
*mangle PREROUTING 4
-p tcp --syn -j TCPMSS --set-mss 3 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 3 ; OK
*mangle FORWARD 6
-p tcp --syn -j TCPMSS --set-mss 65500 ;  ; FAIL
-p tcp --syn -j TCPMSS --set-mss 65495 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 65495 ; OK
*filter FORWARD 4
-p tcp --syn -j TCPMSS --set-mss 3 ; -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 3 ; OK
