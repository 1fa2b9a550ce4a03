*filter INPUT 46
-m cgroup --cgroup 5 ; = ; OK
-m cgroup ! --cgroup 4294967295 ; = ; OK
-m cgroup --path / ; -m cgroup --path "/" ; OK
-m cgroup ! --path / ; -m cgroup ! --path "/" ; OK
-m cgroup --cgroup 5 --path / ;  ; FAIL
-m cgroup ;  ; FAIL
*filter FORWARD 46
-m cgroup --cgroup 5 ;  ; FAIL
*mangle POSTROUTING 46
-m cgroup --cgroup 5 ; = ; OK
*mangle POSTROUTING 46
-m cgroup --cgroup 5 ; ?tcp-syn ; no
-m cgroup ! --cgroup 5 ; ?tcp-syn ; no
-m cgroup --cgroup 5 ; ?tcp-syn local ; unknown
