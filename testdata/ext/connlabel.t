*filter INPUT 46
-m connlabel --label 5 ; -m connlabel --label "5" ; OK
-m connlabel ! --label 127 --set ; -m connlabel ! --label "127" --set ; OK
-m connlabel --label 128 ;  ; FAIL
-m connlabel ;  ; FAIL
-m connlabel --label 0 ; -m connlabel --label "0" ; OK
-m connlabel --label 127 --set ; -m connlabel --label "127" --set ; OK
-m connlabel ! --label 0x10 ; -m connlabel ! --label "16" ; OK
-m connlabel --label ;  ; FAIL
-m connlabel --set ;  ; FAIL
-m connlabel --label bit ;  ; FAIL
*filter INPUT 4
-m connlabel --label 5 --set ; ?tcp-ack ; no
-m connlabel ! --label 5 ; ?tcp-ack ; yes
