*mangle FORWARD 46
-j TOS --set-tos 0x10 ; -j TOS --set-tos 0x10/0xff ; OK
-j TOS --set-tos 0x10/0x3f ; = ; OK
-j TOS --set-tos Minimize-Delay ; -j TOS --set-tos 0x10/0x3f ; OK
-j TOS --and-tos 0x0f ; -j TOS --set-tos 0x00/0xf0 ; OK
-j TOS --or-tos 0x10 ; -j TOS --set-tos 0x10/0x10 ; OK
-j TOS --xor-tos 0x10 ; -j TOS --set-tos 0x10/0x00 ; OK
-j TOS ;  ; FAIL
-j TOS --set-tos 256 ;  ; FAIL
*mangle FORWARD 4
-j TOS --set-tos 0x1f ; -j TOS --set-tos 0x1f/0xff ; OK
-j TOS --set-tos 0x1f/0x1f ; = ; OK
-j TOS --set-tos 0x100 ;  ; FAIL
-j TOS --set-tos 16/ ;  ; FAIL
-j TOS --and-tos 0x12 ; -j TOS --set-tos 0x00/0xed ; OK
-j TOS --xor-tos 0x12 ; -j TOS --set-tos 0x12/0x00 ; OK
-j TOS --or-tos 18 ; -j TOS --set-tos 0x12/0x12 ; OK
-j TOS --set-tos 3 --or-tos 4 ;  ; FAIL
*mangle FORWARD 6
-j TOS --set-tos 3 ; -j TOS --set-tos 0x03/0xff ; OK
-j TOS --set-tos Minimize-Cost ; -j TOS --set-tos 0x02/0x3f ; OK
