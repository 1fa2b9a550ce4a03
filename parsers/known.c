/* Names of extensions: those of iptables 1.8.9, of xtables-addons and of
 * kernels that had more.  A target that is none of these, and no chain, is
 * an error as it is with iptables. */
#include "base/similar.h"
#include "parsers/cmdline.h"

static const char *const targets[] = {
	"AUDIT", "CHECKSUM", "CLASSIFY", "CLUSTERIP", "CONNMARK",
	"CONNSECMARK", "CT", "DNAT", "DNPT", "DSCP", "ECN", "HL", "HMARK",
	"IDLETIMER", "LED", "LOG", "MARK", "MASQUERADE", "NAT", "NETMAP",
	"NFLOG", "NFQUEUE", "NOTRACK", "RATEEST", "REDIRECT", "REJECT",
	"SECMARK", "SET", "SNAT", "SNPT", "SYNPROXY", "TCPMSS",
	"TCPOPTSTRIP", "TEE", "TOS", "TPROXY", "TRACE", "TTL", "ULOG",
	NULL
};

static const char *const addon_targets[] = {	/* xtables-addons */
	"ACCOUNT", "CHAOS", "DELUDE", "DHCPMAC", "DNETMAP", "ECHO", "IPMARK",
	"LOGMARK", "PROTO", "SYSRQ", "TARPIT",
	NULL
};

static const char *const matches[] = {
	"addrtype", "ah", "bpf", "cgroup", "cluster", "comment", "connbytes",
	"connlabel", "connlimit", "connmark", "conntrack", "cpu", "dccp",
	"devgroup", "dscp", "dst", "ecn", "esp", "eui64", "frag",
	"hashlimit", "hbh", "helper", "hl", "icmp", "icmp6", "ipcomp",
	"iprange", "ipv6header", "ipvs", "length", "limit", "mac", "mark",
	"mh", "multiport", "nfacct", "osf", "owner", "physdev", "pkttype",
	"policy", "quota", "rateest", "realm", "recent", "rpfilter", "rt",
	"sctp", "set", "socket", "srh", "state", "statistic", "string",
	"tcp", "tcpmss", "time", "tos", "ttl", "u32", "udp", "unclean",
	/* xtables-addons */
	"asn", "condition", "dhcpmac", "fuzzy", "geoip", "gradm", "iface",
	"ipp2p", "ipv4options", "length2", "lscan", "psd", "quota2", "pknock",
	NULL
};

static const struct { const char *name; enum target_kind kind; } standard[] = {
	{ "ACCEPT", TGT_ACCEPT }, { "DROP", TGT_DROP },
	{ "QUEUE", TGT_QUEUE }, { "RETURN", TGT_RETURN },
};

int
standard_target(const char *name, size_t len)
{
	for (unsigned i = 0; i < sizeof(standard) / sizeof(*standard); i++)
		if (strncmp(standard[i].name, name, len) == 0 &&
		    standard[i].name[len] == '\0')
			return (int)standard[i].kind;
	return -1;
}

static bool
is_in(const char *const *list, const char *name, size_t len)
{
	for (; *list != NULL; list++)
		if (strncmp(*list, name, len) == 0 && (*list)[len] == '\0')
			return true;
	return false;
}

bool
shipped_target(const char *name, size_t len)
{
	return is_in(targets, name, len);
}

bool
known_target(const char *name, size_t len)
{
	return shipped_target(name, len) || is_in(addon_targets, name, len);
}

bool
known_match(const char *name, size_t len)
{
	return is_in(matches, name, len);
}

void
known_similar(struct similar *s, enum ext_kind kind)
{
	for (unsigned i = 0; kind == EXT_TARGET &&
	    i < sizeof(standard) / sizeof(*standard); i++)
		similar_try(s, standard[i].name);
	similar_try_all(s, kind == EXT_TARGET ? targets : matches);
}
