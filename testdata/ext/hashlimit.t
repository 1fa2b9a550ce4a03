*filter INPUT 46
-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 10 --hashlimit-name a ; = ; OK
-m hashlimit --hashlimit-above 10/min --hashlimit-mode srcip,dstport --hashlimit-name b ; -m hashlimit --hashlimit-above 10/min --hashlimit-burst 5 --hashlimit-mode srcip,dstport --hashlimit-name b ; OK
-m hashlimit --hashlimit 3/hour --hashlimit-name c --hashlimit-mode dstip ; -m hashlimit --hashlimit-upto 3/hour --hashlimit-burst 5 --hashlimit-mode dstip --hashlimit-name c ; OK
-m hashlimit ! --hashlimit-upto 5/sec --hashlimit-name d ; -m hashlimit --hashlimit-above 5/sec --hashlimit-burst 5 --hashlimit-name d ; OK
-m hashlimit --hashlimit-upto 5/sec ;  ; FAIL
-m hashlimit --hashlimit-name a ;  ; FAIL
-m hashlimit --hashlimit-above 512kb/s --hashlimit-name e ; = ; OK
-m hashlimit --hashlimit-above 1mb/s --hashlimit-burst 2mb --hashlimit-name f ; = ; OK
-m hashlimit --hashlimit-upto 5/day --hashlimit-name g --hashlimit-htable-size 64 --hashlimit-htable-max 100 --hashlimit-htable-gcinterval 2000 --hashlimit-htable-expire 3000 ; -m hashlimit --hashlimit-upto 5/day --hashlimit-burst 5 --hashlimit-name g --hashlimit-htable-size 64 --hashlimit-htable-max 100 --hashlimit-htable-gcinterval 2000 --hashlimit-htable-expire 3000 ; OK
-m hashlimit --hashlimit-upto 0/sec --hashlimit-name h ;  ; FAIL
-m hashlimit --hashlimit-upto 1/fortnight --hashlimit-name h ;  ; FAIL
-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode foo --hashlimit-name h ;  ; FAIL
*filter INPUT 4
-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-srcmask 24 --hashlimit-name i ; -m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name i --hashlimit-srcmask 24 ; OK
-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-srcmask 33 --hashlimit-name i ;  ; FAIL
