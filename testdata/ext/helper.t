*filter INPUT 46
-m helper --helper ftp ; = ; OK
-m helper ! --helper ftp-2121 ; = ; OK
-m helper --helper "" ; = ; OK
-m helper ;  ; FAIL
