*filter INPUT 4
-m recent --set ; -m recent --set --name DEFAULT --mask 255.255.255.255 --rsource ; OK
*filter INPUT 6
-m recent --set ; -m recent --set --name DEFAULT --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
*filter INPUT 4
-m recent ! --set ; -m recent ! --set --name DEFAULT --mask 255.255.255.255 --rsource ; OK
*filter INPUT 6
-m recent ! --set ; -m recent ! --set --name DEFAULT --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
*filter INPUT 4
-m recent --rcheck --name foo ; -m recent --rcheck --name foo --mask 255.255.255.255 --rsource ; OK
*filter INPUT 6
-m recent --rcheck --name foo ; -m recent --rcheck --name foo --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
*filter INPUT 4
-m recent --update --seconds 60 --hitcount 4 --name SSH --rsource ; -m recent --update --seconds 60 --hitcount 4 --name SSH --mask 255.255.255.255 --rsource ; OK
*filter INPUT 6
-m recent --update --seconds 60 --hitcount 4 --name SSH --rsource ; -m recent --update --seconds 60 --hitcount 4 --name SSH --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
*filter INPUT 4
-m recent --update --seconds 60 --reap --rttl --name x --rdest ; -m recent --update --seconds 60 --reap --rttl --name x --mask 255.255.255.255 --rdest ; OK
*filter INPUT 6
-m recent --update --seconds 60 --reap --rttl --name x --rdest ; -m recent --update --seconds 60 --reap --rttl --name x --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rdest ; OK
*filter INPUT 4
-m recent --remove ; -m recent --remove --name DEFAULT --mask 255.255.255.255 --rsource ; OK
*filter INPUT 6
-m recent --remove ; -m recent --remove --name DEFAULT --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
*filter INPUT 46
-m recent --set --rcheck ;  ; FAIL
-m recent --set --hitcount 5 ;  ; FAIL
-m recent --rcheck --hitcount 65536 ;  ; FAIL
-m recent --rcheck --reap ;  ; FAIL
-m recent --name foo ;  ; FAIL
-m recent ;  ; FAIL
*filter INPUT 4
-m recent --set --mask 255.255.255.0 ; -m recent --set --name DEFAULT --mask 255.255.255.0 --rsource ; OK
