*filter INPUT 46
-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 0xdeadbeef ; -m cluster --cluster-local-nodemask 0x00000001 --cluster-total-nodes 2 --cluster-hash-seed 0xdeadbeef ; OK
-m cluster --cluster-total-nodes 2 ! --cluster-local-node 2 --cluster-hash-seed 5 ; -m cluster ! --cluster-local-nodemask 0x00000002 --cluster-total-nodes 2 --cluster-hash-seed 0x00000005 ; OK
-m cluster --cluster-total-nodes 4 --cluster-local-nodemask 5 --cluster-hash-seed 5 ; -m cluster --cluster-local-nodemask 0x00000005 --cluster-total-nodes 4 --cluster-hash-seed 0x00000005 ; OK
-m cluster --cluster-total-nodes 2 --cluster-local-node 3 --cluster-hash-seed 5 ;  ; FAIL
-m cluster --cluster-total-nodes 2 --cluster-local-nodemask 4 --cluster-hash-seed 5 ;  ; FAIL
-m cluster --cluster-total-nodes 33 --cluster-local-node 1 --cluster-hash-seed 5 ;  ; FAIL
-m cluster --cluster-total-nodes 32 --cluster-local-node 32 --cluster-hash-seed 5 ; -m cluster --cluster-local-nodemask 0x80000000 --cluster-total-nodes 32 --cluster-hash-seed 0x00000005 ; OK
-m cluster --cluster-total-nodes 2 --cluster-hash-seed 5 ;  ; FAIL
-m cluster --cluster-total-nodes 2 --cluster-local-node 1 ;  ; FAIL
-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-local-nodemask 1 --cluster-hash-seed 5 ;  ; FAIL
*mangle PREROUTING 46
-m cluster --cluster-total-nodes 2 --cluster-local-nodemask 3 --cluster-hash-seed 5 ; ?tcp-syn ct ; yes
-m cluster --cluster-total-nodes 2 ! --cluster-local-nodemask 3 --cluster-hash-seed 5 ; ?tcp-syn ct ; no
-m cluster --cluster-total-nodes 2 ! --cluster-local-nodemask 3 --cluster-hash-seed 5 ; ?tcp-syn ; no
*filter INPUT 46
-m cluster --cluster-local-nodemask 0x80000000 --cluster-total-nodes 32 --cluster-hash-seed 0x00000005 ; = ; OK
