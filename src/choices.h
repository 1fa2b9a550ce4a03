/* What an audit is to look for: options that 'audit' and 'report' share, and
 * the settings of a file, .nfwalk.conf:
 *
 *	[audit]
 *	profile = pci, cis
 *	outside = eth0
 *	management = 10.9.0.0/24
 *	baseline = fw.baseline
 *	fail-on = warning
 *	[severity]
 *	FW3003 = warning
 *	FW5007 = off
 *	[zones]
 *	lan = eth1, 10.0.0.0/8
 *	guests = wlan0
 *	[paths]
 *	guests -> lan = none
 *	lan -> host = tcp/22, icmp
 *
 * Options are stronger than the file.  Its own paths are seen from its
 * folder. */
#ifndef CHOICES_H
#define CHOICES_H

#include "analysis/audit.h"
#include "args.h"
#include "fail.h"
#include "inputs.h"

struct words { const char **list; unsigned n, room; };

struct choices {
	const char *command;		/* for messages */
	struct arena *arena;
	struct audit_config cfg;	/* once settled */
	struct words management, outside;
	const char *file;		/* --config */
	bool no_file;
	const char *baseline;		/* what the file says, or null */
	unsigned fail;			/* the same, or FAIL_UNSAID */
	struct zone *zones;
};

/* --profile, --management, --outside, --config, --no-config; ctx is the
 * struct choices. */
extern const struct arg choices_args[];

void	choices_init(struct choices *, const char *command, struct arena *);
/* All options were read: reads the file that was named, or .nfwalk.conf of the
 * folder that the first ruleset (or the snapshot) is in, or of one above.
 * False after errors, in the inputs' diagnostics. */
bool	choices_settle(struct choices *, struct inputs *);
void	choices_free(struct choices *);

#endif
