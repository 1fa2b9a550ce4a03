/* Extensions: the matches (-m) and targets (-j) that a rule may name.
 *
 * An extension is one file in this folder, m_NAME.c or t_NAME.c, that
 * defines one 'const struct ext' called ext_m_NAME or ext_t_NAME.  The build
 * makes the list from the files; nothing else is edited.  The file has all
 * there is to know of it: how it is written (opts), printed back as
 * iptables-save does (save) and as iptables -L does (list), where it is
 * allowed, evaluated (eval, act), and explained (explain).
 *
 * Data of one use is a plain struct of ext->size bytes in the ruleset's
 * arena, immutable after parsing (rules are many: keep it small).  What
 * changes while packets run is 'memory', made per use or per name.
 *
 * An extension that only parses and prints leaves eval (act) null: it is
 * *unknown* to the simulator and a verdict that hangs on it is DEPENDS. */
#ifndef EXT_EXT_H
#define EXT_EXT_H

#include "model/change.h"
#include "model/ctx.h"
#include "model/lower.h"

enum ext_kind { EXT_MATCH, EXT_TARGET };

struct ext;

/* ---- reading ---- */

/* One option being read. */
struct opt_arg {
	const struct opt *opt;
	const char *name;		/* as the user spelled it */
	/* Its words; null if it takes none.  They live only until read()
	 * returns: copy into 'arena' what is to be kept. */
	const char *text, *text2;
	bool negate;			/* "!" stood before it */
	void *data;			/* the use's data, to be filled */
	int family;
	const struct rule *rule;	/* so far: -p is in rule->proto, flags */
	const struct ext *ext;
	struct arena *arena;		/* the ruleset's */
	struct diags *diags;
	struct loc loc;			/* of the words */
	uint64_t *seen;			/* bits 1 << index of opts seen before */
};

enum opt_flags {
	OPT_REQUIRED = 1 << 0,
	OPT_INVERT = 1 << 1,		/* "!" may stand before it */
	OPT_MULTI = 1 << 2,		/* may be given more than once */
	OPT_ZERO = 1 << 3		/* takes an optional word (iptables' -n style):
					 * 'text' is null if the next begins with - */
};

struct opt {
	const char *name;		/* "--dport" */
	const char *alias;		/* "--destination-port", or null */
	uint8_t args;			/* words that follow: 0, 1, 2 */
	uint8_t flags;			/* enum opt_flags */
	/* Reads the words into a->data.  False after opt_error.  Null for
	 * args 0: only 'seen' and the inversion are noted. */
	bool	(*read)(struct opt_arg *a);
	uint16_t offset;		/* for the standard readers: where to */
	/* If inverted, *(uint8_t *)(data + inv_offset) |= inv_bit. */
	uint16_t inv_offset;
	uint8_t inv_bit;
	uint64_t min, max;		/* for number readers; max 0: type's */
	uint64_t excludes;		/* bits of opts that may not be with it */
};

/* Reports "NAME: ..." at the option; returns false. */
bool	opt_error(struct opt_arg *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Standard readers (opt.c); numbers as strtoull with base 0, as xtables. */
bool	opt_u8(struct opt_arg *);
bool	opt_u16(struct opt_arg *);
bool	opt_u32(struct opt_arg *);
bool	opt_u64(struct opt_arg *);
bool	opt_u16range(struct opt_arg *);	/* "a", "a:b", ":b", "a:" -> uint16_t[2] */
bool	opt_u32range(struct opt_arg *);	/* -> uint32_t[2] */
bool	opt_mark(struct opt_arg *);	/* "v[/m]" -> uint32_t value, mask */
bool	opt_text(struct opt_arg *);	/* -> const char *; max: longest length */
bool	opt_flag(struct opt_arg *);	/* -> bool */
/* Pieces for readers of one's own.  Each moves *s behind what it read. */
bool	read_number(const char **s, uint64_t max, uint64_t *out);
bool	read_port(const char *s, size_t len, uint16_t *port); /* number or service name */
bool	read_addr_mask(const char *s, int family, union addr *addr,
	    union addr *mask);		/* "a", "a/24", "a/255.0.255.0" */

/* What 'check' gets when all options were read. */
struct ext_check {
	void *data;
	uint64_t seen;			/* bits of opts seen */
	int family;
	const struct rule *rule;	/* complete basic tests; a match: not all
					 * matches; a target: all of them, since
					 * targets are checked last */
	enum table_id table;
	struct arena *arena;
	struct diags *diags;
	struct loc loc;			/* of "-m NAME" or "-j NAME" */
};

/* ---- printing ---- */

struct ext_print {
	int family;
	const struct rule *rule;
	bool numeric;			/* list: -n */
};

/* ---- running ---- */

/* Where 'memory' gets its memory; lives as long as the simulator. */
struct memory {
	struct arena *arena;
	const struct env *env;
	/* Time of the first packet; 0 until it comes, so also while ext->memory
	 * is called. */
	int64_t start;
	/* Address sets are looked at and never change. */
	bool frozen;
	/* Objects shared by name: recent lists, hashlimit tables.  Key made
	 * by the extension ("recent/DEFAULT/4"). */
	struct map names;
};

enum ext_traits {
	/* Its result depends on more than the packet, its interfaces, mark
	 * and connection: it has memory, chance, or a clock. */
	EXT_STATEFUL = 1 << 0,
	EXT_RANDOM = 1 << 1,
	EXT_SIDE_EFFECT = 1 << 2,	/* changes something even if false */
	/* Loading a rule with it switches these on (sheet 1.3). */
	EXT_NEEDS_CT = 1 << 4,
	EXT_NEEDS_DEFRAG = 1 << 5,
	EXT_NEEDS_ACCT = 1 << 6,	/* connbytes: accounting */
	EXT_NAT = 1 << 7,		/* target of table nat */
	EXT_OBSOLETE = 1 << 8
};

struct ext {
	const char *name;		/* "tcp", "LOG" */
	enum ext_kind kind;
	int family;			/* 0: both; AF_INET, AF_INET6: only */
	unsigned traits;
	/* Those of one use, if its options matter (CT --notrack); or null. */
	unsigned (*use_traits)(const void *data);
	uint8_t tables;			/* bits 1 << TABLE_x; 0: any */
	uint8_t hooks;			/* bits 1 << HOOK_x; 0: any */
	/* Needs one of these by -p (not inverted); 0 ends; none: any.
	 * Checked at load as the kernel's xt_check_match does. */
	uint8_t protos[8];
	/* '-p PROTO' without -m, and an option of it: this match is implied
	 * (tcp, udp, udplite, sctp, dccp, icmp, icmp6, ah, esp, mh). */
	uint8_t implied_by;
	uint16_t size;			/* of the data */
	const struct opt *opts;		/* ends with a null name; may be null */

	/* Fills in defaults before options are read; data is zeroed. */
	void	(*init)(void *data, int family);
	/* Checks combinations; reports and returns false.  Null: only the
	 * OPT_REQUIRED and excludes of the table. */
	bool	(*check)(struct ext_check *);
	/* Where it may stand if that depends on its options (addrtype's
	 * --limit-iface-out): bits 1 << HOOK_x, besides 'hooks'.  Null: no
	 * further limit. */
	uint8_t	(*use_hooks)(const void *data, int family);
	/* Prints options exactly as iptables-save 1.8.9 does: each begins
	 * with a space (" --dport 80"); nothing for "-m NAME" itself. */
	void	(*save)(const void *data, const struct ext_print *,
		    struct sbuf *);
	/* As iptables -L -v -n prints it behind the addresses: begins with
	 * a space, as iptables does for each.  Null: prints nothing. */
	void	(*list)(const void *data, const struct ext_print *,
		    struct sbuf *);

	/* The memory of one use (ctx->memory later); null: none needed. */
	void	*(*memory)(const void *data, int family, struct memory *);
	/* A match: does it match?  May set ctx->hotdrop (answer TRI_NO, or
	 * TRI_YES where the kernel inverts what it made of the bad packet: the
	 * rule counts and acts, then the packet is dropped), and must set
	 * ctx->need with TRI_UNKNOWN. Null: unknown. */
	enum tri (*eval)(const void *data, struct ctx *);
	/* A target: acts; V_CONTINUE or a verdict. Null: unknown. */
	enum verdict (*act)(const void *data, struct ctx *);
	/* A match: says what the packet has and what the rule wants, as
	 * "tcp dport is 8080, rule wants 443"; no side effects, for the same
	 * packet that eval was just asked of.  A target: what it did, if
	 * there is more to say than its name. Null: generic text. */
	void	(*explain)(const void *data, struct ctx *, struct sbuf *);
	/* A match: which packets it matches, as tests of fields (model/lower.h):
	 * eval says yes of those and of no others, whatever memory it has. One
	 * that has memory or chance tells what its packets have besides.  False,
	 * before anything was told: no fields tell it; null: the same. */
	bool	(*lower)(const void *data, struct lower *);
	/* A target: the verdict that it ends the table with (enum verdict), 0
	 * if the packet goes on with the next rule.  (A few also drop what is
	 * malformed.) */
	uint8_t ends;
	/* A target: what it changes of fields that rules can ask of. */
	void	(*change)(const void *data, struct changes *);
	/* What packets between different hosts have in common in this use, as "one
	 * bucket for all packets": who sees only some of the hosts may answer
	 * otherwise.  Null, or it returns null: nothing. */
	const char *(*shared)(const void *data, int family);
	/* The name that -L shows in its target column, if it is another one
	 * (NOTRACK is listed as CT, and saved as itself); or null. */
	const char *list_name;
};

extern const struct ext *const ext_all[];	/* null at the end; generated */
/* What stands for a match or target we do not know: its text is kept. */
extern const struct ext ext_unknown_match, ext_unknown_target;
struct ext_unknown { const char *name, *options; };

/* Null if there is none of that kind and family. */
const struct ext *ext_find(enum ext_kind, const char *name, size_t len,
	    int family);
/* The traits of one use: use_traits', else the extension's. */
unsigned ext_traits(const struct use *);
/* Index of an option of 'ext' by exact name or alias, or, if 'abbrev', by
 * unique prefix as getopt_long does; -1: none, -2: ambiguous. */
int	ext_opt(const struct ext *, const char *name, size_t len, bool abbrev);
/* Reads one option into the use.  Reports and returns false on error. */
bool	ext_read(struct opt_arg *, unsigned index);
/* All options were read: required ones, exclusions, then ext->check.  Where
 * it may stand (table, hooks, protocol) is checked by parsers/check.c. */
bool	ext_finish(const struct ext *, struct ext_check *);

/* ---- for matches ---- */

/* The first 'n' bytes of the L4 header.  Null: answer *result, which is
 * TRI_NO for a non-first fragment, TRI_NO with ctx->hotdrop where the packet
 * is too short, TRI_UNKNOWN where the capture was cut. */
const uint8_t *ext_l4(struct ctx *, unsigned n, enum tri *result);
static inline enum tri tri_of(bool b) { return b ? TRI_YES : TRI_NO; }

/* Prints " opt" with "! " before it if 'invert': " ! --dport". */
void	save_opt(struct sbuf *, bool invert, const char *opt);
/* Prints text as xtables_save_string: quoted if it has more than
 * [0-9A-Za-z_-], with \ before " \ '; a space before it. */
void	save_text(struct sbuf *, const char *);

#endif
