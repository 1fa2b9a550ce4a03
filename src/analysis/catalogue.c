/* The catalogue of findings: one row each, in order of id.  The pages are in
 * catalogue/, a file for each family of ids.
 *
 * Examples are commands of iptables without its name, a dump if they begin
 * with '*', or '#' comments; tests/examples.sh reads them all, and asks the
 * audit about those ids that a check here can find. */
#include "model/finding.h"

/* In all profiles: what can be proved, and needs no taste. */
#define EVERY	(PROFILE_DEFAULT | PROFILE_CIS | PROFILE_PCI | PROFILE_STRICT)
#define CIS	(PROFILE_CIS | PROFILE_STRICT)
#define PCI	(PROFILE_PCI | PROFILE_STRICT)
#define CIS_PCI	(PROFILE_CIS | PROFILE_PCI | PROFILE_STRICT)
#define STRICT	PROFILE_STRICT
/* A finding for most rules of most rulesets: only who must show evidence, or
 * asks by --only, wants it. */
#define PCI_ONLY PROFILE_PCI
#define NOWHERE	0

#define E	SEV_ERROR
#define W	SEV_WARNING
#define N	SEV_NOTE

/* Standards and sources that several rows name. */
#define MAN	"iptables(8)"
#define EXT	"iptables-extensions(8)"
#define CIS_LOOPBACK	"CIS Linux benchmarks, loopback traffic is " \
	"configured (Ubuntu 20.04 v1.1.0: 3.5.3.2.1, IPv6 3.5.3.3.1)"
#define CIS_OUTBOUND	"CIS Linux benchmarks, outbound and established " \
	"connections are configured (Ubuntu 20.04 v1.1.0: 3.5.3.2.2, " \
	"IPv6 3.5.3.3.2)"
#define CIS_DENY	"CIS Linux benchmarks, default deny policy (Ubuntu " \
	"20.04 v1.1.0: 3.5.3.2.3, IPv6 3.5.3.3.3)"
#define CIS_PORTS	"CIS Linux benchmarks, rules exist for all open " \
	"ports (Ubuntu 20.04 v1.1.0: 3.5.3.2.4, IPv6 3.5.3.3.4)"
#define NIST_IP	"NIST SP 800-41r1, 4.1.1: IP addresses"
#define PCI_	"PCI DSS v4, "
#define ANOMALY	"Al-Shaer and Hamed, firewall policy anomalies: "

const struct check checks[] = {
#include "analysis/catalogue/fw1.inc"
#include "analysis/catalogue/fw2.inc"
#include "analysis/catalogue/fw3.inc"
#include "analysis/catalogue/fw4.inc"
#include "analysis/catalogue/fw5.inc"
#include "analysis/catalogue/fw6.inc"
#include "analysis/catalogue/fw7.inc"
#include "analysis/catalogue/fw8.inc"
#include "analysis/catalogue/fw9.inc"
};
const unsigned n_checks = sizeof(checks) / sizeof(checks[0]);
