*filter INPUT 46
-m helper --helper ftp ; = ; OK
-m helper ! --helper ftp-2121 ; = ; OK
-m helper --helper "" ; = ; OK
-m helper ;  ; FAIL
-m helper --helper tftp ; = ; OK
-m helper --helper "with space" ; = ; OK
-m helper --helper 0123456789012345678901234567890123456789 ; -m helper --helper 01234567890123456789012345678 ; OK
*filter INPUT 4
-m helper --helper ftp ; ?tcp-ack ; no
-m helper ! --helper ftp ; ?tcp-ack ; yes
