*filter INPUT 46
-j LED --led-trigger-id "door" ; = ; OK
-j LED --led-trigger-id door --led-delay 250 --led-always-blink ; -j LED --led-trigger-id "door" --led-delay 250 --led-always-blink ; OK
-j LED --led-trigger-id "a \"b\"" --led-delay infinite ; -j LED --led-trigger-id "a \"b\"" --led-delay inf ; OK
-j LED --led-trigger-id "door" --led-delay 0 ; -j LED --led-trigger-id "door" ; OK
-j LED --led-trigger-id 123456789012345678 ;  ; FAIL
-j LED --led-trigger-id x --led-delay 1s ;  ; FAIL
-j LED ;  ; FAIL
