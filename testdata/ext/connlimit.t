*filter INPUT 6
-m connlimit --connlimit-above 5 --connlimit-mask 64 ; -m connlimit --connlimit-above 5 --connlimit-mask 64 --connlimit-saddr ; OK
*filter INPUT 4
-m connlimit --connlimit-above 5 --connlimit-mask 24 ; -m connlimit --connlimit-above 5 --connlimit-mask 24 --connlimit-saddr ; OK
-m connlimit --connlimit-above 5 --connlimit-mask 33 ; -m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-saddr ; OK
-m connlimit --connlimit-above 5 ; -m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-saddr ; OK
*filter INPUT 6
-m connlimit --connlimit-above 5 ; -m connlimit --connlimit-above 5 --connlimit-mask 128 --connlimit-saddr ; OK
*filter INPUT 4
-m connlimit --connlimit-upto 5 --connlimit-saddr ; -m connlimit --connlimit-upto 5 --connlimit-mask 32 --connlimit-saddr ; OK
*filter INPUT 6
-m connlimit --connlimit-upto 5 --connlimit-saddr ; -m connlimit --connlimit-upto 5 --connlimit-mask 128 --connlimit-saddr ; OK
*filter INPUT 4
-m connlimit --connlimit-above 5 --connlimit-daddr ; -m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-daddr ; OK
*filter INPUT 6
-m connlimit --connlimit-above 5 --connlimit-daddr ; -m connlimit --connlimit-above 5 --connlimit-mask 128 --connlimit-daddr ; OK
*filter INPUT 4
-m connlimit ! --connlimit-above 5 ; -m connlimit --connlimit-upto 5 --connlimit-mask 32 --connlimit-saddr ; OK
*filter INPUT 6
-m connlimit ! --connlimit-above 5 ; -m connlimit --connlimit-upto 5 --connlimit-mask 128 --connlimit-saddr ; OK
*filter INPUT 46
-m connlimit --connlimit-above 5 --connlimit-mask 0 ; -m connlimit --connlimit-above 5 --connlimit-mask 0 --connlimit-saddr ; OK
-m connlimit ;  ; FAIL
-m connlimit --connlimit-upto 3 --connlimit-mask 24 ; -m connlimit --connlimit-upto 3 --connlimit-mask 24 --connlimit-saddr ; OK
-m connlimit --connlimit-above 0x10 --connlimit-mask 0 ; -m connlimit --connlimit-above 16 --connlimit-mask 0 --connlimit-saddr ; OK
-m connlimit --connlimit-above 3 --connlimit-upto 3 ;  ; FAIL
-m connlimit --connlimit-mask 24 ;  ; FAIL
-m connlimit --connlimit-above 3 --connlimit-saddr --connlimit-daddr ;  ; FAIL
-m connlimit --connlimit-above x ;  ; FAIL
*filter INPUT 4
-m connlimit --connlimit-above 3 ; -m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr ; OK
-m connlimit ! --connlimit-upto 3 --connlimit-daddr ; -m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-daddr ; OK
-m connlimit ! --connlimit-above 3 --connlimit-saddr ; -m connlimit --connlimit-upto 3 --connlimit-mask 32 --connlimit-saddr ; OK
-m connlimit --connlimit-above 3 --connlimit-mask 129 ; -m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr ; OK
*filter INPUT 6
-m connlimit --connlimit-above 3 ; -m connlimit --connlimit-above 3 --connlimit-mask 128 --connlimit-saddr ; OK
-m connlimit ! --connlimit-upto 3 --connlimit-daddr ; -m connlimit --connlimit-above 3 --connlimit-mask 128 --connlimit-daddr ; OK
-m connlimit ! --connlimit-above 3 --connlimit-saddr ; -m connlimit --connlimit-upto 3 --connlimit-mask 128 --connlimit-saddr ; OK
-m connlimit --connlimit-above 3 --connlimit-mask 129 ;  ; FAIL
