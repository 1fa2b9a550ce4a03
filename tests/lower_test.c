/* What ext->lower tells against eval: random rules from the templates below,
 * random packets of few values, and both must say the same. */
#include "ext/ext.h"
#include "parsers/env.h"
#include "parsers/ipset.h"
#include "parsers/load.h"
#include "sim/internal.h"
#include "tests/lower_packets.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* ---- rules ---- */

struct row {
	const char *match;		/* name of the extension */
	const char *families;		/* "4", "6", "46" */
	/* Text of which "[a]" is there or not, and "{a|b}" is a or b. */
	const char *rule;
	enum {
		TOLD,			/* by fields alone */
		PARTLY,			/* with opaque conditions too */
		OPAQUE,			/* by one such */
		UNTOLD			/* lower says false */
	} how;
	const char *chain;		/* null: FORWARD */
};

#define NOT	"{|! }"
#define PORT	"{0|79|80|81|79:80|:80|80:|81:65535|0:65535}"
#define LIST	"{80|79,81|0:79,81|80,443|79:80,81:443}"
#define IDS	"{0|1000|0-999|1000-4294967294}"
#define STATES	"{NEW|INVALID|UNTRACKED|RELATED,ESTABLISHED|SNAT|DNAT," \
    "INVALID|NEW,UNTRACKED|SNAT,DNAT,ESTABLISHED}"
#define TYPES4	"{LOCAL|UNICAST|BROADCAST,MULTICAST|LOCAL,UNICAST|ANYCAST|" \
    "BLACKHOLE,UNREACHABLE,MULTICAST}"
#define TYPES6	"{LOCAL|UNICAST|MULTICAST|LOCAL,UNICAST|ANYCAST,LOCAL|UNSPEC|" \
    "UNREACHABLE|UNREACHABLE,MULTICAST}"
#define SET(name, dirs)	"-m set " NOT "--match-set " name " " dirs
#define TWO	"{src,src|src,dst|dst,src|dst,dst}"

static const struct row rows[] = {
	{ "tcp", "46", "-p tcp -m tcp [" NOT "--sport " PORT "] [" NOT
	    "--dport " PORT "] [" NOT "{--syn|--tcp-flags SYN,ACK,FIN SYN|"
	    "--tcp-flags ALL NONE|--tcp-flags SYN ACK|--tcp-flags NONE NONE}]",
	    TOLD, NULL },
	{ "tcp", "46", "-p tcp -m tcp [" NOT "--dport " PORT "] " NOT
	    "--tcp-option {2|3|9}", PARTLY, NULL },
	{ "udp", "46", "-p udp -m udp [" NOT "--sport {80:79|" PORT "}] [" NOT
	    "--dport " PORT "]", TOLD, NULL },
	{ "sctp", "46", "-p sctp -m sctp [" NOT "--sport " PORT "] [" NOT
	    "--dport " PORT "]", TOLD, NULL },
	{ "sctp", "46", "-p sctp -m sctp [" NOT "--dport " PORT "] " NOT
	    "--chunk-types {any|all|only} {DATA:Be|INIT|DATA,INIT|ALL|NONE}",
	    PARTLY, NULL },
	{ "dccp", "46", "-p dccp -m dccp [" NOT "--sport " PORT "] [" NOT
	    "--dport " PORT "]", TOLD, NULL },
	{ "dccp", "46", "-p dccp -m dccp [" NOT "--dport " PORT "] [" NOT
	    "--dccp-types {REQUEST|DATA,ACK|INVALID}] [" NOT
	    "--dccp-option {1|7}]", PARTLY, NULL },
	{ "multiport", "46", "-p {tcp|udp|udplite|sctp|dccp} -m multiport " NOT
	    "{--sports|--dports|--ports} " LIST, TOLD, NULL },
	{ "ah", "4", "-p ah -m ah [" NOT "--ahspi {100|99:100|101:|5:4|:99}]",
	    TOLD, NULL },
	{ "esp", "46", "-p esp -m esp [" NOT "--espspi {100|99:100|101:|5:4}]",
	    TOLD, NULL },
	{ "icmp", "4", "-p icmp -m icmp " NOT "--icmp-type {any|255|8|8/0|"
	    "3/1:3|3/3:1|echo-reply|3/1|destination-unreachable}", TOLD, NULL },
	{ "icmp6", "6", "-p icmpv6 -m icmp6 " NOT "--icmpv6-type {255|128|"
	    "128/0|1/1:3|1/3:1|echo-reply|1/1}", TOLD, NULL },
	{ "tcpmss", "46", "-p tcp -m tcpmss " NOT "--mss {536|535:1460|1461:|"
	    "0:65535|:535}", TOLD, NULL },
	{ "length", "46", "-m length " NOT "--length {28:61|40|60:68|:45|81:|"
	    "60:40|0:65535}", TOLD, NULL },
	{ "ttl", "4", "-m ttl {--ttl-lt {0|1|64|65|255}|--ttl-gt {0|63|255}|"
	    NOT "--ttl-eq {0|64|255}}", TOLD, NULL },
	{ "hl", "6", "-m hl {--hl-lt {0|1|64|65|255}|--hl-gt {0|63|255}|" NOT
	    "--hl-eq {0|64|255}}", TOLD, NULL },
	{ "dscp", "46", "-m dscp " NOT "{--dscp {0|2|46|63}|--dscp-class "
	    "{EF|CS0}}", TOLD, NULL },
	{ "tos", "46", "-m tos " NOT "--tos {0x10|0x08/0x18|Minimize-Delay|"
	    "Normal-Service|0x01/0x02|0/0}", TOLD, NULL },
	{ "ecn", "46", "-p tcp -m ecn [" NOT "--ecn-tcp-ece] [" NOT
	    "--ecn-tcp-cwr] [" NOT "--ecn-ip-ect {0|1|2|3}]", TOLD, NULL },
	{ "ecn", "46", "-m ecn " NOT "--ecn-ip-ect {0|1|2|3}", TOLD, NULL },
	{ "mark", "46", "-m mark " NOT "--mark {0|1|0x10|0x10/0xf0|0x1/0x10|"
	    "0/0|0x11/0xffff}", TOLD, NULL },
	{ "connmark", "46", "-m connmark " NOT "--mark {0|1|0x10|0x10/0xf0|"
	    "0x1/0x10|0/0}", TOLD, NULL },
	{ "mac", "46", "-m mac " NOT "--mac-source 02:00:00:00:00:0{1|2|9}",
	    TOLD, NULL },
	{ "pkttype", "46", "-m pkttype " NOT "--pkt-type {unicast|broadcast|"
	    "multicast|otherhost}", TOLD, NULL },
	{ "owner", "46", "-m owner [" NOT "--socket-exists] [" NOT
	    "--uid-owner " IDS "] [" NOT "--gid-owner " IDS "]", TOLD,
	    "OUTPUT" },
	{ "owner", "46", "-m owner [" NOT "--uid-owner " IDS "] " NOT
	    "{--uid-owner alice|--gid-owner bob|--gid-owner 0 "
	    "--suppl-groups}", PARTLY, "OUTPUT" },
	{ "iprange", "4", "-m iprange [" NOT "--src-range {192.0.2.1|"
	    "192.0.2.0-192.0.2.1|0.0.0.0-255.255.255.255|10.0.0.0-192.0.2.0|"
	    "192.0.2.1-10.0.0.1}] [" NOT "--dst-range {10.0.0.1-10.0.0.9|"
	    "192.0.2.1-192.0.2.255}]", TOLD, NULL },
	{ "iprange", "6", "-m iprange [" NOT "--src-range {2001:db8::1|"
	    "::-2001:db8::1|2001:db8::1-2001:db8::2|2001:db8::2-::1}] [" NOT
	    "--dst-range {2001:db8::1-2001:db8:1::1|::-ffff::}]", TOLD, NULL },
	{ "physdev", "46", "-m physdev [" NOT "--physdev-in {port1|port+|x|"
	    "+}] [" NOT "--physdev-out {port2|p+|x|+}] [" NOT
	    "--physdev-is-in] [" NOT "--physdev-is-out] [" NOT
	    "--physdev-is-bridged]", TOLD, NULL },
	{ "string", "46", "-m string --algo {bm|kmp} [--to {40|60}] " NOT
	    "--hex-string \"|0050|\"", OPAQUE, NULL },
	{ "devgroup", "46", "-m devgroup [" NOT "--src-group {0|1|5|0x1/0x4}] ["
	    NOT "--dst-group {0|1|5|0/0}]", PARTLY, NULL },
	{ "comment", "46", "-m comment --comment x", TOLD, NULL },
	{ "state", "46", "-m state " NOT "--state {NEW|INVALID|UNTRACKED|"
	    "RELATED,ESTABLISHED|NEW,INVALID,UNTRACKED}", TOLD, NULL },
	{ "conntrack", "46", "-m conntrack " NOT "--ctstate " STATES, TOLD,
	    NULL },
	{ "conntrack", "46", "-m conntrack [" NOT "--ctstate " STATES "] [" NOT
	    "--ctproto {6|17|0}] [" NOT "--ctorigsrcport {80|79:81|81:80}] ["
	    NOT "--ctorigdstport {80|:80}] [" NOT "--ctreplsrcport {79:}] ["
	    NOT "--ctrepldstport {0|80:443}] [" NOT "--ctstatus {NONE|ASSURED|"
	    "EXPECTED,CONFIRMED|SEEN_REPLY|CONFIRMED}] [--ctdir "
	    "{ORIGINAL|REPLY}]", TOLD, NULL },
	{ "conntrack", "4", "-m conntrack [" NOT "--ctstate " STATES "] [" NOT
	    "--ctorigsrc {192.0.2.1|192.0.2.0/24|0/0}] [" NOT "--ctorigdst "
	    "{10.0.0.0/8|10.0.0.1}] [" NOT "--ctreplsrc 10.0.0.1/31] [" NOT
	    "--ctrepldst {192.0.2.0/31|127.0.0.1}]", TOLD, NULL },
	{ "conntrack", "6", "-m conntrack [" NOT "--ctstate " STATES "] [" NOT
	    "--ctorigsrc {2001:db8::1|2001:db8::/64|::/0}] [" NOT "--ctorigdst "
	    "{2001:db8::/32|2001:db8:1::1}] [" NOT "--ctreplsrc "
	    "2001:db8::1/127] [" NOT "--ctrepldst {2001:db8::/127|::1}]",
	    TOLD, NULL },
	{ "addrtype", "4", "-m addrtype [" NOT "--src-type " TYPES4 "] [" NOT
	    "--dst-type " TYPES4 "]", TOLD, NULL },
	{ "addrtype", "6", "-m addrtype [" NOT "--src-type " TYPES6 "] [" NOT
	    "--dst-type " TYPES6 "]", TOLD, NULL },
	{ "addrtype", "46", "-m addrtype " NOT "--src-type {LOCAL|UNICAST} "
	    "{--limit-iface-in|--limit-iface-out}", UNTOLD, NULL },

	{ "set", "4", SET("{missing|withtimeout|learning|bitmask}",
	    "{src|dst},src") " [--return-nomatch]", OPAQUE, NULL },
	{ "set", "6", SET("{missing|withtimeout6|bitmask6}", "{src|dst},src"),
	    OPAQUE, NULL },
	{ "set", "46", SET("{ipport|ip|ip6}", "src"), TOLD, NULL },
	{ "set", "46", "-m set --match-set counted src --packets-gt 1",
	    UNTOLD, NULL },
	{ "set", "4", SET("{ip|ip24|empty}", "{src|dst|dst,src}"), TOLD, NULL },
	{ "set", "6", SET("ip6", "{src|dst}"), TOLD, NULL },
	{ "set", "4", SET("{net|bigip}", "{src|dst}")
	    " [--return-nomatch]", TOLD, NULL },
	{ "set", "6", SET("net6", "{src|dst}") " [--return-nomatch]", TOLD,
	    NULL },
	{ "set", "4", SET("bitip", "{src|dst}"), TOLD, NULL },
	{ "set", "46", SET("bitport", "{src|dst}"), TOLD, NULL },
	{ "set", "46", SET("mac", "src"), TOLD, NULL },
	{ "set", "46", SET("mac", "dst"), PARTLY, NULL },
	{ "set", "4", SET("ipmac", "{src|dst},src"), TOLD, NULL },
	{ "set", "4", SET("bitmac", "{src|dst},src"), TOLD, NULL },
	{ "set", "4", SET("ipmark", TWO), TOLD, NULL },
	{ "set", "4", SET("{ipport|ipport24}", TWO), TOLD, NULL },
	{ "set", "6", SET("ipport6", TWO), TOLD, NULL },
	{ "set", "4", SET("ipportip", TWO ",{src|dst}"), TOLD, NULL },
	{ "set", "4", SET("ipportnet", TWO ",{src|dst}")
	    " [--return-nomatch]", TOLD, NULL },
	{ "set", "4", SET("{netnet|netnet24}", TWO) " [--return-nomatch]", TOLD,
	    NULL },
	{ "set", "6", SET("netnet6", TWO) " [--return-nomatch]", TOLD, NULL },
	{ "set", "4", SET("netport", TWO) " [--return-nomatch]", TOLD, NULL },
	{ "set", "4", SET("netportnet", TWO ",{src|dst}")
	    " [--return-nomatch]", TOLD, NULL },
	{ "set", "4", SET("netiface", TWO) " [--return-nomatch]", TOLD, NULL },
	{ "set", "4", "-m set --match-set {bigport|bignetnet} " TWO, TOLD,
	    NULL },
	{ "set", "4", "-m set ! --match-set {bigport|bignetnet} " TWO, PARTLY,
	    NULL },
	{ "set", "4", SET("list", TWO), TOLD, NULL },
	{ "set", "4", "-m set --match-set mixed " TWO, TOLD, NULL },
	{ "set", "4", "-m set ! --match-set mixed " TWO, PARTLY, NULL },
	{ "set", "4", SET("single", TWO), TOLD, NULL },
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char sets[] =
"create ip hash:ip\nadd ip 192.0.2.1\nadd ip 10.0.0.1\nadd ip 127.0.0.1\n"
"create ip24 hash:ip netmask 24\nadd ip24 192.0.2.7\n"
"create empty hash:ip\n"
"create ip6 hash:ip family inet6\nadd ip6 2001:db8::1\nadd ip6 ::1\n"
"create net hash:net\nadd net 192.0.2.0/24\nadd net 192.0.2.0/31 nomatch\n"
"add net 192.0.2.1\nadd net 10.0.0.0/8 nomatch\nadd net 10.0.0.0/31\n"
"add net 128.0.0.0/1\n"
"create net6 hash:net family inet6\nadd net6 2001:db8::/32\n"
"add net6 2001:db8::/127 nomatch\nadd net6 8000::/1\n"
"create bitip bitmap:ip range 192.0.2.0/24 netmask 31\n"
"add bitip 192.0.2.1\n"
"create bitport bitmap:port range 0-1000\nadd bitport 80\nadd bitport 81\n"
"create mac hash:mac\nadd mac 02:00:00:00:00:01\nadd mac 02:00:00:00:00:09\n"
"create ipmac hash:ip,mac\nadd ipmac 192.0.2.1,02:00:00:00:00:01\n"
"add ipmac 10.0.0.1,02:00:00:00:00:02\nadd ipmac 10.0.0.1,02:00:00:00:00:01\n"
"create bitmac bitmap:ip,mac range 192.0.2.0/24\n"
"add bitmac 192.0.2.1,02:00:00:00:00:01\n"
"add bitmac 192.0.2.0,02:00:00:00:00:02\n"
"create ipmark hash:ip,mark markmask 0x0f\nadd ipmark 192.0.2.1,0x1\n"
"add ipmark 10.0.0.1,0x1\nadd ipmark 192.0.2.1,0x0\n"
"create ipport hash:ip,port\nadd ipport 192.0.2.1,tcp:80\n"
"add ipport 192.0.2.1,udp:80\nadd ipport 10.0.0.1,tcp:79-81\n"
"add ipport 192.0.2.1,icmp:8/0\n"
"add ipport 10.0.0.1,gre:0\nadd ipport 10.0.0.1,dccp:0\n"
"add ipport 192.0.2.0,sctp:80\nadd ipport 192.0.2.0,udplite:80\n"
"create ipport6 hash:ip,port family inet6\nadd ipport6 2001:db8::1,tcp:80\n"
"add ipport6 2001:db8::1,icmpv6:128/0\nadd ipport6 2001:db8::2,gre:0\n"
"add ipport6 2001:db8::1,59:0\nadd ipport6 2001:db8::2,udp:80\n"
"add ipport6 ::1,dccp:0\n"
"create ipportip hash:ip,port,ip\nadd ipportip 192.0.2.1,tcp:80,10.0.0.1\n"
"add ipportip 10.0.0.1,tcp:80,192.0.2.1\n"
"add ipportip 192.0.2.1,tcp:80,192.0.2.1\n"
"add ipportip 10.0.0.1,udp:81,192.0.2.1\n"
"create ipportnet hash:ip,port,net\n"
"add ipportnet 192.0.2.1,tcp:80,10.0.0.0/8\n"
"add ipportnet 192.0.2.1,tcp:80,10.0.0.1 nomatch\n"
"add ipportnet 10.0.0.1,udp:80,192.0.2.0/24\n"
"add ipportnet 192.0.2.1,udp:80,192.0.2.0/24\n"
"create netnet hash:net,net\nadd netnet 192.0.2.0/24,10.0.0.0/8\n"
"add netnet 192.0.2.0/31,10.0.0.0/8 nomatch\n"
"add netnet 192.0.2.0/24,10.0.0.0/31\nadd netnet 10.0.0.0/8,192.0.2.1\n"
"add netnet 10.0.0.0/8,192.0.2.0/24 nomatch\n"
"add netnet 10.0.0.1,192.0.2.0/25\nadd netnet 192.0.2.1,192.0.2.1\n"
"create netnet6 hash:net,net family inet6\n"
"add netnet6 2001:db8::/64,2001:db8::/32\n"
"add netnet6 2001:db8::1,2001:db8::/127 nomatch\n"
"add netnet6 ::/16,2001:db8::/32\n"
"create netnet24 hash:net,net netmask 24\n"
"add netnet24 192.0.2.0/31,10.0.0.0/8\n"
"add netnet24 10.0.0.0/8,192.0.2.1 nomatch\n"
"add netnet24 0.0.0.0/4,10.0.0.0/8\n"
"create ipport24 hash:ip,port netmask 24\nadd ipport24 192.0.2.9,tcp:80\n"
"add ipport24 10.0.0.9,udp:80\n"
"create netport hash:net,port\nadd netport 192.0.2.0/24,tcp:80\n"
"add netport 192.0.2.1,tcp:80 nomatch\nadd netport 10.0.0.0/8,udp:79-80\n"
"add netport 10.0.0.0/31,udp:80 nomatch\nadd netport 10.0.0.1,udp:80\n"
"add netport 10.0.0.0/8,icmp:3/1\n"
"create netportnet hash:net,port,net\n"
"add netportnet 192.0.2.0/24,tcp:80,10.0.0.0/8\n"
"add netportnet 192.0.2.1,tcp:80,10.0.0.0/8 nomatch\n"
"add netportnet 192.0.2.0/24,tcp:80,10.0.0.1 nomatch\n"
"add netportnet 10.0.0.1,udp:80,192.0.2.0/24\n"
"add netportnet 192.0.2.0/24,udp:81,0.0.0.0/1\n"
"create netiface hash:net,iface\nadd netiface 192.0.2.0/24,eth0\n"
"add netiface 192.0.2.0/24,eth wildcard nomatch\n"
"add netiface 192.0.2.0/31,eth1\nadd netiface 10.0.0.0/8,tun0 nomatch\n"
"add netiface 10.0.0.0/8,tun wildcard\n"
"add netiface 10.0.0.0/8,eth1 nomatch\nadd netiface 0.0.0.0/0,eth1\n"
"add netiface 192.0.2.0/24,tun0 wildcard\n"
"add netiface 0.0.0.0/0,physdev:eth0\nadd netiface 10.0.0.1,e wildcard\n";

/* Of some no field tells, or not of all. */
static const char more_sets[] =
"create withtimeout hash:net timeout 60\nadd withtimeout 192.0.2.1\n"
"add withtimeout 192.0.2.0/24 nomatch\n"
"create learning bitmap:ip,mac range 192.0.2.0/24\nadd learning 192.0.2.1\n"
"create bitmask hash:ip bitmask 255.0.255.0\nadd bitmask 192.0.2.1\n"
"create withtimeout6 hash:ip family inet6 timeout 60\n"
"add withtimeout6 2001:db8::1\n"
"create bitmask6 hash:ip family inet6 bitmask ffff::ffff\n"
"add bitmask6 2001:db8::1\n"
"create counted hash:ip counters\nadd counted 192.0.2.1\n"
"create list list:set\nadd list ip\nadd list net\nadd list ip6\n"
"create mixed list:set\nadd mixed ip\nadd mixed ipport\n"
"create single list:set\nadd single ipport\n";

/* Sets of many elements. */
static const char *
many_sets(struct arena *arena)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	sbuf_puts(&b, "create bigip hash:ip\ncreate bigport hash:ip,port\n"
	    "create bignetnet hash:net,net\n");
	for (unsigned i = 0; i < 100; i++) {
		sbuf_printf(&b, "add bigip 192.0.2.%u\n", i * 2 + 1);
		sbuf_printf(&b, "add bigport 192.0.2.%u,%s:%u\n", i,
		    i % 2 ? "tcp" : "udp", 79 + i % 3);
		sbuf_printf(&b, "add bignetnet 192.0.2.%u,10.%u.0.0/16\n",
		    i, i % 4);
	}
	text = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

static const char *write_option(const char *s, struct sbuf *out);

/* One of "{a|b}" or the inside of "[a]"; 's' is behind the first bracket.
 * Returns what follows the last. */
static const char *
write_choice(const char *s, char end, struct sbuf *out)
{
	struct sbuf parts[16];
	unsigned n = 0;

	parts[n] = (struct sbuf)SBUF_INIT;
	while (*s != end) {
		if (*s == '|' && end == '}') {
			parts[++n] = (struct sbuf)SBUF_INIT;
			s++;
		} else {
			s = write_option(s, &parts[n]);
		}
	}
	if (end == '}' || below(2) != 0)
		sbuf_puts(out, sbuf_text(&parts[below(n + 1)]));
	for (unsigned i = 0; i <= n; i++)
		sbuf_free(&parts[i]);
	return s + 1;
}

static const char *
write_option(const char *s, struct sbuf *out)
{
	if (*s == '{')
		return write_choice(s + 1, '}', out);
	if (*s == '[')
		return write_choice(s + 1, ']', out);
	sbuf_putc(out, *s);
	return s + 1;
}

/* ---- hosts ---- */

struct host {
	struct arena arena;
	struct diags diags;
	struct env *env;
	struct sim *sim;
	struct devices dev;
};

#define IFACE(index, name, type, group, addrs)				\
    "{\"ifindex\":" #index ",\"ifname\":\"" name "\",\"flags\":[\"UP\"],"\
    "\"mtu\":1500,\"link_type\":\"" type "\",\"group\":\"" group "\","	\
    "\"addr_info\":[" addrs "]}"
#define ADDR(family, addr, len) "{\"family\":\"" family "\",\"local\":\""\
    addr "\",\"prefixlen\":" #len ",\"scope\":\"global\"}"

static const char addrs[] = "["
    IFACE(1, "lo", "loopback", "default", ADDR("inet", "127.0.0.1", 8) ","
	ADDR("inet6", "::1", 128)) ","
    IFACE(2, "eth0", "ether", "default", ADDR("inet", "192.0.2.1", 24) ","
	ADDR("inet6", "2001:db8::1", 64)) ","
    IFACE(3, "eth1", "ether", "1", ADDR("inet", "10.0.0.1", 8) ","
	ADDR("inet6", "2001:db8:1::1", 64)) ","
    IFACE(4, "tun0", "none", "5", "") "]";

#define KERNEL "\"protocol\":\"kernel\",\"flags\":[]"
#define ROUTE(type, dst, dev, table) "{\"type\":\"" type "\",\"dst\":\"" dst \
    "\",\"dev\":\"" dev "\",\"table\":\"" table "\"," KERNEL "}"

static const char routes4[] = "["
    ROUTE("local", "127.0.0.0/8", "lo", "local") ","
    ROUTE("local", "192.0.2.1", "eth0", "local") ","
    ROUTE("broadcast", "192.0.2.255", "eth0", "local") ","
    ROUTE("local", "10.0.0.1", "eth1", "local") ","
    ROUTE("anycast", "10.0.0.8/30", "eth1", "local") ","
    ROUTE("unicast", "192.0.2.0/24", "eth0", "main") ","
    ROUTE("blackhole", "192.0.2.2", "lo", "local") "]";
static const char routes6[] = "["
    ROUTE("local", "::1", "lo", "local") ","
    ROUTE("local", "2001:db8::1", "eth0", "local") ","
    ROUTE("anycast", "2001:db8::", "eth0", "local") ","
    ROUTE("local", "2001:db8:1::1", "eth1", "local") ","
    ROUTE("multicast", "ff00::/8", "eth0", "local") ","
    ROUTE("unreachable", "2001:db8:1::/64", "lo", "main") ","
    ROUTE("unicast", "2001:db8::/64", "eth0", "main") "]";
static const char rules6[] =
    "[{\"priority\":0,\"src\":\"all\",\"table\":\"local\"},"
    "{\"priority\":9,\"src\":\"all\",\"dst\":\"2001:db8::2\","
    "\"action\":\"unreachable\"},"
    "{\"priority\":32766,\"src\":\"all\",\"table\":\"main\"}]";

/* TYPES: packets say of which types their addresses are. */
enum knows { NOTHING, TYPES, ADDRS, ROUTES, N_KNOWS };

static struct iface *
iface(struct host *h, const char *name)
{
	return env_add_iface(h->env, name, strlen(name));
}

static const struct source *
text(struct host *h, const char *s)
{
	return source_text("test", s, &h->arena);
}

static void
host_init(struct host *h, enum knows knows)
{
	struct sim_config cfg = { .sink = NULL };

	memset(h, 0, sizeof(*h));
	diag_init(&h->diags, &h->arena);
	h->env = env_new(&h->arena);
	cr_assert(ipset_read(h->env, text(h, sets), &h->diags), "%s",
	    h->diags.first ? h->diags.first->text : "");
	cr_assert(ipset_read(h->env, text(h, more_sets), &h->diags), "%s",
	    h->diags.first ? h->diags.first->text : "");
	cr_assert(ipset_read(h->env, text(h, many_sets(&h->arena)),
	    &h->diags));
	if (knows >= ADDRS)
		cr_assert(env_read_addrs(h->env, text(h, addrs), &h->diags));
	if (knows >= ROUTES) {
		cr_assert(env_read_routes(h->env, AF_INET, text(h, routes4),
		    &h->diags));
		cr_assert(env_read_routes(h->env, AF_INET6, text(h, routes6),
		    &h->diags));
		cr_assert(env_read_rules(h->env, AF_INET6, text(h, rules6),
		    &h->diags));
	}
	env_finish(h->env);
	iface(h, "br0")->bridge = true;
	h->dev = (struct devices){ { iface(h, "eth0"), iface(h, "eth1"),
	    iface(h, "tun0"), iface(h, "tun01"), iface(h, "br0") },
	    { iface(h, "port1"), iface(h, "port2"), NULL } };
	cfg.env = h->env;
	h->sim = sim_new(&cfg);
}

static void
host_free(struct host *h)
{
	sim_free(h->sim);
	arena_free(&h->arena);
}

/* ---- what is told ---- */

struct call {
	enum { CALL_TEST, CALL_IFACE, CALL_OPAQUE, CALL_OR } kind;
	enum field field;
	bool negate;
	u128 mask;
	struct range *r;
	unsigned n;
	struct ifmatch iface;
	char *key;
	struct rule *rule;		/* of the key */
	void *memory;
};

struct told {
	struct lower lower;
	struct call *calls;
	unsigned n, room;
};

static struct call *
add_call(struct lower *l, struct call call)
{
	struct told *t = (struct told *)l;

	vec_room(t->calls, t->n, t->room);
	t->calls[t->n] = call;
	return &t->calls[t->n++];
}

/* The greatest value of a field. */
static u128
top(enum field f, int family)
{
	unsigned bits = field_info[f].kind == FIELD_ADDR ? family_bits(family) :
	    field_info[f].bits;

	return ~(u128)0 >> (128 - bits);
}

/* Is it a test that the field's kind can have? */
static void
check_test(enum field f, int family, u128 mask, const struct range *r,
    unsigned n)
{
	enum field_kind kind = field_info[f].kind;
	const char *name = field_info[f].name;

	cr_assert(kind != FIELD_IFACE, "%s", name);
	if (kind == FIELD_NUMBER || kind == FIELD_ADDR)
		cr_assert(mask == ~(u128)0, "%s under a mask", name);
	for (unsigned i = 0; i < n; i++) {
		cr_assert(r[i].lo <= r[i].hi, "%s: range %u", name, i);
		cr_assert(r[i].hi <= top(f, family), "%s: range %u", name, i);
	}
	if (kind == FIELD_MARK)
		cr_assert(n == 1 && r->lo == r->hi, "%s: a range", name);
}

static void
on_test(struct lower *l, enum field f, u128 mask, const struct range *r,
    unsigned n, bool negate)
{
	struct range *copy = mem_alloc(n, sizeof(*copy));

	check_test(f, l->family, mask, r, n);
	if (n > 0)
		memcpy(copy, r, n * sizeof(*copy));
	add_call(l, (struct call){ .kind = CALL_TEST, .field = f,
	    .mask = mask, .r = copy, .n = n, .negate = negate });
}

static void
on_iface(struct lower *l, enum field f, const struct ifmatch *m, bool negate)
{
	cr_assert(field_info[f].kind == FIELD_IFACE);
	add_call(l, (struct call){ .kind = CALL_IFACE, .field = f,
	    .iface = *m, .negate = negate });
}

static void
on_opaque(struct lower *l, const char *key, bool negate)
{
	add_call(l, (struct call){ .kind = CALL_OPAQUE, .key = strdup(key),
	    .negate = negate });
}

static void
on_or(struct lower *l)
{
	add_call(l, (struct call){ .kind = CALL_OR });
}

static void
told_free(struct told *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		free(t->calls[i].r);
		free(t->calls[i].key);
	}
	free(t->calls);
}

static bool
told_same(const struct told *a, const struct told *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		const struct call *x = &a->calls[i], *y = &b->calls[i];

		if (x->kind != y->kind || x->field != y->field ||
		    x->negate != y->negate || x->mask != y->mask ||
		    x->n != y->n || memcmp(&x->iface, &y->iface,
		    sizeof(x->iface)) != 0 ||
		    (x->n > 0 && memcmp(x->r, y->r, x->n * sizeof(*x->r)) !=
		    0) || (x->key != NULL && strcmp(x->key, y->key) != 0))
			return false;
	}
	return true;
}

/* ---- the twin ----
 *
 * A field that a packet has not makes an alternative unknown, unless another
 * test of it fails: such a field has any value in the space of packets, and
 * must not be asked. */

static enum tri
not_if(enum tri t, bool negate)
{
	return t == TRI_UNKNOWN || !negate ? t : t == TRI_YES ? TRI_NO :
	    TRI_YES;
}

static enum tri
test_holds(const struct call *c, const struct packet *p)
{
	u128 v;

	if (c->n == 0)
		return tri_of(c->negate);
	if (!field_read(p, c->field, &v, NULL))
		return TRI_UNKNOWN;
	for (unsigned i = 0; i < c->n; i++)
		if ((v & c->mask) >= c->r[i].lo && (v & c->mask) <= c->r[i].hi)
			return tri_of(!c->negate);
	return tri_of(c->negate);
}

static enum tri
iface_holds(const struct call *c, const struct packet *p)
{
	char name[IFNAME_SIZE];
	bool equal = true;

	if (!field_read(p, c->field, NULL, name))
		return TRI_UNKNOWN;
	for (unsigned i = 0; i < IFNAME_SIZE; i++)
		equal &= ((name[i] ^ c->iface.name[i]) & c->iface.mask[i]) ==
		    0;
	return tri_of(equal != c->negate);
}

static enum tri
evaluate(const struct use *u, void *memory, const struct host *h,
    const struct rule *r, struct packet *p, bool *bad)
{
	struct ctx ctx = { .pkt = p, .rule = r, .hook = r->chain->hook,
	    .env = h->env, .svc = &sim_services, .sim = h->sim,
	    .memory = memory };
	enum tri result = u->ext->eval(u->data, &ctx);

	*bad = ctx.hotdrop;		/* and is dropped */
	return ctx.hotdrop ? TRI_UNKNOWN : result;
}

static enum tri
call_holds(const struct call *c, const struct host *h, struct packet *p)
{
	bool bad;

	switch (c->kind) {
	case CALL_TEST:
		return test_holds(c, p);
	case CALL_IFACE:
		return iface_holds(c, p);
	case CALL_OPAQUE:
		return not_if(evaluate(&c->rule->matches[0], c->memory, h,
		    c->rule, p, &bad), c->negate);
	case CALL_OR:
		break;
	}
	return TRI_NO;
}

/* 'times' is how many alternatives do. */
static enum tri
told_holds(const struct told *t, const struct host *h, struct packet *p,
    unsigned *times)
{
	enum tri all = TRI_YES, any = TRI_NO;

	*times = 0;
	for (unsigned i = 0; i <= t->n; i++) {
		enum tri one;

		if (i == t->n || t->calls[i].kind == CALL_OR) {
			*times += all == TRI_YES;
			any = all == TRI_YES || any == TRI_YES ? TRI_YES :
			    all == TRI_UNKNOWN ? all : any;
			all = TRI_YES;
			continue;
		}
		one = call_holds(&t->calls[i], h, p);
		all = one == TRI_NO || all == TRI_NO ? TRI_NO :
		    one == TRI_UNKNOWN ? one : all;
	}
	return any;
}

/* ---- one rule ---- */

struct trial {
	const struct row *row;
	struct host *host;
	int family;
	struct arena arena;
	struct memory memory;
	struct ruleset *rulesets[64];
	unsigned n_rulesets;
	unsigned rules, yes[2], no[2];	/* without and with a "!" */
};

/* The only rule; null: it is refused. */
static struct rule *
parse(struct trial *t, const char *options)
{
	const char *chain = t->row->chain ? t->row->chain : "FORWARD";
	struct diags diags;
	struct load l = { .arena = &t->arena, .diags = &diags,
	    .family = t->family };
	const char *words = arena_printf(&t->arena, "*filter\n"
	    ":%s ACCEPT [0:0]\n-A %s %s\nCOMMIT\n", chain, chain, options);
	struct ruleset *rs;

	diag_init(&diags, &t->arena);
	load_source(&l, source_text("rule", words, &t->arena));
	rs = l.rules[t->family == AF_INET6];
	if (rs == NULL)
		return NULL;
	cr_assert(t->n_rulesets < 64);
	t->rulesets[t->n_rulesets++] = rs;
	if (diags.errors > 0)
		return NULL;
	return chain_find(&rs->tables[TABLE_FILTER], chain,
	    strlen(chain))->rules[0];
}

static void *
memory_of(struct trial *t, const struct use *u)
{
	return u->ext->memory != NULL ? u->ext->memory(u->data, t->family,
	    &t->memory) : NULL;
}

/* Keys read as options of rules. */
static void
read_keys(struct trial *t, const struct rule *r, struct told *told)
{
	for (unsigned i = 0; i < told->n; i++) {
		struct call *c = &told->calls[i];
		const char *proto = r->proto == 0 ? "" : arena_printf(&t->arena,
		    "-p %u ", r->proto);

		if (c->kind != CALL_OPAQUE)
			continue;
		cr_assert(t->row->how == PARTLY || t->row->how == OPAQUE,
		    "%s: %s", t->row->rule, c->key);
		for (unsigned j = 0; j < i && c->rule == NULL; j++)
			if (told->calls[j].kind == CALL_OPAQUE &&
			    strcmp(told->calls[j].key, c->key) == 0)
				c->rule = told->calls[j].rule;
		if (c->rule == NULL)
			c->rule = parse(t, arena_printf(&t->arena, "%s%s",
			    proto, c->key));
		cr_assert(c->rule != NULL, "not an option: %s", c->key);
		c->memory = memory_of(t, &c->rule->matches[0]);
	}
}

static bool
lower(struct trial *t, const struct use *u, struct told *told)
{
	*told = (struct told){ .lower = { .family = t->family,
	    .env = t->host->env, .test = on_test, .iface = on_iface,
	    .opaque = on_opaque, .or = on_or } };
	return u->ext->lower(u->data, &told->lower);
}

static void
compare(struct trial *t, const struct rule *r, const struct told *told,
    struct frame_of *packets, const char *words)
{
	const struct use *u = &r->matches[0];
	bool inverted = strchr(words, '!') != NULL;
	bool apart = strstr("set devgroup", u->ext->name) != NULL &&
	    strstr(t->row->rule, "list") == NULL &&
	    strstr(t->row->rule, "mixed") == NULL;
	void *memory = memory_of(t, u);
	unsigned start = below(N_PACKETS), compared = 0;

	for (unsigned i = 0; i < N_PACKETS && compared < 300; i++) {
		unsigned n = (start + i) % N_PACKETS;
		struct packet *p = &packets[n].p;
		enum tri want, got;
		unsigned times;
		bool bad;

		/* What cannot be parsed is dropped by rules with -p, and has
		 * no protocol. */
		if (p->proto_bad || (r->proto != 0 && p->proto != r->proto))
			continue;
		compared++;
		want = evaluate(u, memory, t->host, r, p, &bad);
		if (bad)
			continue;
		got = told_holds(told, t->host, p, &times);
		cr_assert(!apart || times <= 1, "%s: told twice", words);
		/* A part that fails may be told where eval gives up. */
		if (want == TRI_UNKNOWN && got == TRI_NO)
			continue;
		t->yes[inverted] += want == TRI_YES;
		t->no[inverted] += want == TRI_NO;
		cr_assert(got == want, "IPv%d %s: packet %u of proto %u%s: "
		    "told %d, not %d", t->family == AF_INET ? 4 : 6, words, n,
		    p->proto, p->frag ? " in a fragment" : "", got, want);
	}
}

static void
try_rule(struct trial *t, struct frame_of *packets)
{
	struct sbuf words = SBUF_INIT;
	struct told told, again;
	struct rule *r;
	bool yes;

	for (const char *s = t->row->rule; *s != '\0';)
		s = write_option(s, &words);
	r = parse(t, sbuf_text(&words));
	if (r != NULL && r->n_matches == 1) {
		const struct use *u = &r->matches[0];

		cr_assert(strcmp(u->ext->name, t->row->match) == 0);
		t->rules++;
		yes = lower(t, u, &told);
		cr_assert(yes == (t->row->how != UNTOLD), "%s",
		    sbuf_text(&words));
		cr_assert(lower(t, u, &again) == yes &&
		    told_same(&told, &again), "told otherwise: %s",
		    sbuf_text(&words));
		if (t->row->how == OPAQUE)
			cr_assert(told.n == 1 && told.calls->kind ==
			    CALL_OPAQUE, "%s", sbuf_text(&words));
		if (yes) {
			read_keys(t, r, &told);
			compare(t, r, &told, packets, sbuf_text(&words));
		} else {
			cr_assert(told.n == 0, "%s", sbuf_text(&words));
		}
		told_free(&told);
		told_free(&again);
	}
	while (t->n_rulesets > 0)
		ruleset_free(t->rulesets[--t->n_rulesets]);
	sbuf_free(&words);
}

static void
try_row(const struct row *row, struct host *h, int family,
    struct frame_of *packets, struct trial *sum)
{
	enum { RULES = 60 };

	for (unsigned i = 0; i < RULES; i++) {
		struct trial t = { .row = row, .host = h, .family = family };

		t.memory = (struct memory){ .arena = &t.arena,
		    .env = h->env };
		try_rule(&t, packets);
		sum->rules += t.rules;
		for (unsigned j = 0; j < 2; j++) {
			sum->yes[j] += t.yes[j];
			sum->no[j] += t.no[j];
		}
		arena_free(&t.arena);
	}
}

Test(lower, tells_what_eval_says)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct trial sum[N_ROWS][2] = { 0 };

	seed = UINT64_C(0x2545f4914f6cdd1d);
	for (unsigned k = 0; k < N_KNOWS * 2; k++) {
		int family = families[k % 2];
		struct host h;
		struct frame_of *packets;

		host_init(&h, (enum knows)(k / 2));
		packets = random_packets(&h.dev, family, k / 2 == TYPES);
		for (unsigned i = 0; i < N_ROWS; i++)
			if (strchr(rows[i].families, family == AF_INET ? '4' :
			    '6') != NULL)
				try_row(&rows[i], &h, family, packets,
				    &sum[i][k % 2]);
		free(packets);
		host_free(&h);
	}
	for (unsigned i = 0; i < N_ROWS * 2; i++) {
		const struct trial *s = &sum[i / 2][i % 2];
		const struct row *r = &rows[i / 2];

		if (strchr(r->families, i % 2 ? '6' : '4') == NULL)
			continue;
		cr_expect(s->rules > 20, "only %u of %s", s->rules, r->rule);
		if (r->how == UNTOLD || strcmp(r->match, "comment") == 0)
			continue;
		for (unsigned j = 0; r->how == TOLD && j < 2; j++)
			cr_expect(s->yes[j] + s->no[j] == 0 ||
			    (s->yes[j] > 20 && s->no[j] > 20), "IPv%d %s: %s!: "
			    "%u yes, %u no", i % 2 ? 6 : 4, r->rule,
			    j ? "" : "no ", s->yes[j], s->no[j]);
		cr_expect(s->yes[0] + s->yes[1] > 20 &&
		    s->no[0] + s->no[1] > 20, "IPv%d %s: one answer alone",
		    i % 2 ? 6 : 4, r->rule);
	}
}

Test(lower, each_has_its_row)
{
	for (const struct ext *const *e = ext_all; *e != NULL; e++) {
		bool found = (*e)->lower == NULL;

		for (unsigned i = 0; i < N_ROWS && !found; i++)
			found = strcmp(rows[i].match, (*e)->name) == 0;
		cr_expect(found, "%s is lowered, not tried", (*e)->name);
	}
}
