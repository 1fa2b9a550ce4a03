*filter INPUT 46
-m state --state NEW ; = ; OK
-m state --state ESTABLISHED,RELATED ; -m state --state RELATED,ESTABLISHED ; OK
-m state --state invalid,untracked ; -m state --state INVALID,UNTRACKED ; OK
-m state ! --state NEW ; = ; OK
-m state --state FOO ;  ; FAIL
-m state --state SNAT ;  ; FAIL
-m state ;  ; FAIL
