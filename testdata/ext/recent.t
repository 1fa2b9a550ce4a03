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
-m recent --set --name ssh ; -m recent --set --name ssh --mask 255.255.255.255 --rsource ; OK
-m recent ! --set --name ssh --rdest ; -m recent ! --set --name ssh --mask 255.255.255.255 --rdest ; OK
-m recent --rcheck --seconds 60 --name a ; -m recent --rcheck --seconds 60 --name a --mask 255.255.255.255 --rsource ; OK
-m recent ! --rcheck --seconds 60 --name a ; -m recent ! --rcheck --seconds 60 --name a --mask 255.255.255.255 --rsource ; OK
-m recent --update --seconds 60 --hitcount 4 --name b --rttl ; -m recent --update --seconds 60 --hitcount 4 --rttl --name b --mask 255.255.255.255 --rsource ; OK
-m recent ! --update --seconds 60 --reap --name b1 ; -m recent ! --update --seconds 60 --reap --name b1 --mask 255.255.255.255 --rsource ; OK
-m recent --remove --name c --rsource ; -m recent --remove --name c --mask 255.255.255.255 --rsource ; OK
-m recent ! --remove --name c ; -m recent ! --remove --name c --mask 255.255.255.255 --rsource ; OK
-m recent --rcheck --hitcount 0 --name d ; -m recent --rcheck --name d --mask 255.255.255.255 --rsource ; OK
-m recent --rcheck --hitcount 256 --name e256 ; -m recent --rcheck --hitcount 256 --name e256 --mask 255.255.255.255 --rsource ; OK
-m recent --rcheck --hitcount 65535 --name e ; -m recent --rcheck --hitcount 65535 --name e --mask 255.255.255.255 --rsource ; OK
-m recent --set --rsource --rdest --name both ; -m recent --set --name both --mask 255.255.255.255 --rdest ; OK
-m recent --rcheck --rdest --rttl --seconds 1 --hitcount 2 --reap --name all ; -m recent --rcheck --seconds 1 --reap --hitcount 2 --rttl --name all --mask 255.255.255.255 --rdest ; OK
-m recent --set --mask 255.255.255.0 --name m24 ; -m recent --set --name m24 --mask 255.255.255.0 --rsource ; OK
-m recent --set --mask 255.0.255.0 --name mm ; -m recent --set --name mm --mask 255.0.255.0 --rsource ; OK
-m recent --set --mask 24 --name mn ; -m recent --set --name mn --mask 0.0.0.24 --rsource ; OK
-m recent --set --mask ffff:: --name m6 ;  ; FAIL
*filter INPUT 6
-m recent --set --name ssh ; -m recent --set --name ssh --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent ! --set --name ssh --rdest ; -m recent ! --set --name ssh --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rdest ; OK
-m recent --rcheck --seconds 60 --name a ; -m recent --rcheck --seconds 60 --name a --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent ! --rcheck --seconds 60 --name a ; -m recent ! --rcheck --seconds 60 --name a --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent --update --seconds 60 --hitcount 4 --name b --rttl ; -m recent --update --seconds 60 --hitcount 4 --rttl --name b --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent ! --update --seconds 60 --reap --name b1 ; -m recent ! --update --seconds 60 --reap --name b1 --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent --remove --name c --rsource ; -m recent --remove --name c --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent ! --remove --name c ; -m recent ! --remove --name c --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent --rcheck --hitcount 0 --name d ; -m recent --rcheck --name d --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent --rcheck --hitcount 256 --name e256 ; -m recent --rcheck --hitcount 256 --name e256 --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent --rcheck --hitcount 65535 --name e ; -m recent --rcheck --hitcount 65535 --name e --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource ; OK
-m recent --set --rsource --rdest --name both ; -m recent --set --name both --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rdest ; OK
-m recent --rcheck --rdest --rttl --seconds 1 --hitcount 2 --reap --name all ; -m recent --rcheck --seconds 1 --reap --hitcount 2 --rttl --name all --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rdest ; OK
-m recent --set --mask ffff:ffff:ffff:ffff:: --name m64 ; -m recent --set --name m64 --mask ffff:ffff:ffff:ffff:: --rsource ; OK
-m recent --set --mask 255.255.255.0 --name m4 ;  ; FAIL
*filter INPUT 46
-m recent --rcheck --hitcount 65536 --name e ;  ; FAIL
-m recent --rcheck --seconds 0 --name f ;  ; FAIL
-m recent --rcheck --reap --name f ;  ; FAIL
-m recent --set --seconds 5 --name f ;  ; FAIL
-m recent --set --hitcount 5 --name f ;  ; FAIL
-m recent --remove --rttl --name f ;  ; FAIL
-m recent --set --remove --name f ;  ; FAIL
-m recent --set --set ;  ; FAIL
-m recent --name x ;  ; FAIL
-m recent --set --name a/b ;  ; FAIL
-m recent --set --name . ;  ; FAIL
-m recent --set --name "" ;  ; FAIL
