*filter INPUT 46
-m set ;  ; FAIL
-m set --match-set mine src ; = ; OK
-m set ! --match-set mine src,dst --return-nomatch ; = ; OK
-m set --match-set mine src,foo ; ; FAIL
-m set --match-set 0123456789012345678901234567890123456789 src ; ; FAIL
