*filter INPUT 46
-m connlabel --label 5 ; -m connlabel --label "5" ; OK
-m connlabel ! --label 127 --set ; -m connlabel ! --label "127" --set ; OK
-m connlabel --label 128 ;  ; FAIL
-m connlabel ;  ; FAIL
