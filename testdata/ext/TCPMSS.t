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
