*filter INPUT 46
-p ipcomp ; = ; OK
-p ipcomp -m ipcomp ; -p ipcomp -m ipcomp --ipcompspi 0 ; OK
-p ipcomp --ipcompspi 5 ; -p ipcomp -m ipcomp --ipcompspi 5 ; OK
-p 108 -m ipcomp ! --ipcompspi 5:10 --compres ; -p ipcomp -m ipcomp ! --ipcompspi 5:10 --compres ; OK
-m ipcomp --ipcompspi 5 ;  ; FAIL
*mangle PREROUTING 4
-p ipcomp -m ipcomp ; ?ipcomp-3 ; hotdrop
-p ipcomp -m ipcomp ; ?ipcomp ; no
*mangle PREROUTING 6
-p ipcomp -m ipcomp ; ?ipcomp-3 ; hotdrop
-p ipcomp -m ipcomp ; ?ipcomp ; no
*filter INPUT 46
-p ipcomp -m ipcomp --ipcompspi 0: ; -p ipcomp -m ipcomp ; SAVED
