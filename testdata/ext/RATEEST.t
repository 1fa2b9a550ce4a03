*mangle FORWARD 4
-j RATEEST --rateest-name RE1 --rateest-interval 250.0ms --rateest-ewmalog 500.0ms ; = ; OK
-j RATEEST --rateest-name RE2 --rateest-interval 1s --rateest-ewmalog 5s ; -j RATEEST --rateest-name RE2 --rateest-interval 1.0s --rateest-ewmalog 4.0s ; OK
-j RATEEST --rateest-name RE4 --rateest-interval 1000000 --rateest-ewmalog 16s ; -j RATEEST --rateest-name RE4 --rateest-interval 1.0s --rateest-ewmalog 16.0s ; OK
-j RATEEST --rateest-name RE4 --rateest-interval 10s --rateest-ewmalog 16s ;  ; FAIL
-j RATEEST --rateest-name RE4 --rateest-interval 1m --rateest-ewmalog 16s ;  ; FAIL
-j RATEEST --rateest-name RE5 --rateest-interval 8s --rateest-ewmalog 16s ; -j RATEEST --rateest-name RE5 --rateest-interval 8.0s --rateest-ewmalog 16.0s ; OK
-j RATEEST --rateest-name RE6 --rateest-interval 8s --rateest-ewmalog 1s ;  ; FAIL
-j RATEEST --rateest-name RE7 --rateest-interval 0 --rateest-ewmalog 1s ;  ; FAIL
-j RATEEST --rateest-name 12345678901234567890 --rateest-interval 1s --rateest-ewmalog 4s ; -j RATEEST --rateest-name 123456789012345 --rateest-interval 1.0s --rateest-ewmalog 4.0s ; OK
