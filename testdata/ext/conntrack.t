*filter INPUT 46
-m conntrack --ctstate NEW ; = ; OK
-m conntrack --ctstate ESTABLISHED,RELATED ; -m conntrack --ctstate RELATED,ESTABLISHED ; OK
-m conntrack --ctstate new,Invalid,UNTRACKED,SNAT,DNAT ; -m conntrack --ctstate INVALID,NEW,UNTRACKED,SNAT,DNAT ; OK
-m conntrack ! --ctstate NEW ; = ; OK
-m conntrack --ctstate FOO ;  ; FAIL
-m conntrack --ctproto tcp ; -m conntrack --ctproto 6 ; OK
-m conntrack ! --ctproto 17 ; = ; OK
-m conntrack --ctstatus NONE ; = ; OK
-m conntrack --ctstatus EXPECTED,SEEN_REPLY,ASSURED,CONFIRMED ; = ; OK
-m conntrack ! --ctstatus ASSURED ; = ; OK
-m conntrack --ctexpire 10 ; = ; OK
-m conntrack --ctexpire 10:20 ; = ; OK
-m conntrack ! --ctexpire 10: ; -m conntrack ! --ctexpire 10:4294967295 ; OK
-m conntrack --ctdir ORIGINAL ; = ; OK
-m conntrack --ctdir REPLY ; = ; OK
-m conntrack --ctdir FOO ;  ; FAIL
-p tcp -m conntrack --ctorigsrcport 80 ; = ; OK
-p tcp -m conntrack --ctproto tcp --ctorigdstport 80:90 ! --ctreplsrcport 5 --ctrepldstport 6:7 ; -p tcp -m conntrack --ctproto 6 --ctorigdstport 80:90 ! --ctreplsrcport 5 --ctrepldstport 6:7 ; OK
-m conntrack ;  ; FAIL
-m conntrack --ctstate NEW --ctdir REPLY --ctexpire 5 ; -m conntrack --ctstate NEW --ctexpire 5 --ctdir REPLY ; OK
*filter INPUT 4
-m conntrack --ctorigsrc 192.0.2.1 ; = ; OK
-m conntrack --ctorigsrc 192.0.2.0/24 ! --ctorigdst 198.51.100.0/24 ; = ; OK
-m conntrack --ctreplsrc 192.0.2.1/32 --ctrepldst 203.0.113.9/255.255.0.0 ; -m conntrack --ctreplsrc 192.0.2.1 --ctrepldst 203.0.113.9/16 ; OK
*filter INPUT 6
-m conntrack --ctorigsrc 2001:db8::1 ; = ; OK
-m conntrack --ctorigsrc 2001:db8::/32 ! --ctorigdst 2001:db8::2 ; = ; OK
