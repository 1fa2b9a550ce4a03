*filter INPUT 46
-m nfacct ;  ; FAIL
-m nfacct --nfacct-name "" ;  ; FAIL
*mangle PREROUTING 46
-m nfacct --nfacct-name x ; ?tcp-syn ; unknown
