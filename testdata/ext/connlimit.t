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
