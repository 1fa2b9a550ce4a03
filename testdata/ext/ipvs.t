*filter INPUT 46
-m ipvs ;  ; FAIL
*filter INPUT 46
-m ipvs --ipvs ; = ; OK
-m ipvs ! --ipvs ; = ; OK
-m ipvs ! --ipvs --vport 80 ; ; FAIL
-m ipvs --vproto udp ! --vport 53 --vdir reply ! --vmethod masq --vportctl 21 ; -m ipvs --vproto 17 ! --vport 53 --vdir REPLY ! --vmethod MASQ --vportctl 21 ; OK
-m ipvs --vmethod foo ; ; FAIL
-m ipvs --ipvs ; ?tcp-syn ; no
-m ipvs ! --ipvs ; ?tcp-syn ; yes
-m ipvs ! --vport 80 ; ?tcp-syn ; no
*filter INPUT 4
-m ipvs --vaddr 192.0.2.0/24 ; = ; OK
