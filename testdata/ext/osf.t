*filter INPUT 4
-p tcp -m osf --genre Linux ; = ; OK
-p tcp -m osf ! --genre Windows --ttl 1 --log 2 ; = ; OK
-p tcp -m osf --genre Linux --ttl 3 ;  ; FAIL
-p tcp -m osf ;  ; FAIL
-m osf --genre Linux ;  ; FAIL
*filter OUTPUT 4
-p tcp -m osf --genre Linux ;  ; FAIL
*mangle PREROUTING 4
-p tcp -m osf --genre Linux ; ?tcp-syn ; unknown
-p tcp -m osf ! --genre Linux ; ?tcp-ack ; no
