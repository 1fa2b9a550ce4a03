*filter INPUT 4
-d 192.0.2.7/32 -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5E:00:00:20 --total-nodes 3 --local-node 2 --hash-init 7 ; = ; OK
-d 192.0.2.7/32 -i eth0 -j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac 01:00:5e:00:00:20 --total-nodes 3 --local-node 2 ; -d 192.0.2.7/32 -i eth0 -j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac 01:00:5E:00:00:20 --total-nodes 3 --local-node 2 --hash-init 0 ; OK
-d 192.0.2.7/32 -i eth0 -j CLUSTERIP ; = ; OK
-d 192.0.2.7/32 -i eth0 -j CLUSTERIP --new ;  ; FAIL
-d 192.0.2.7/32 -i eth0 -j CLUSTERIP --new --hashmode sourceip --clustermac 00:00:5E:00:00:20 --total-nodes 3 --local-node 2 ;  ; FAIL
-d 192.0.2.7/32 -i eth0 -j CLUSTERIP --new --hashmode port --clustermac 01:00:5E:00:00:20 --total-nodes 3 --local-node 2 ;  ; FAIL
