/* Hooks, tables, verdicts: the words of netfilter, with the kernel's
 * numbers (netfilter.h, netfilter_ipv4.h). */
#ifndef MODEL_HOOK_H
#define MODEL_HOOK_H

#define HOOKS(X)							\
	X(HOOK_PREROUTING,	"PREROUTING")				\
	X(HOOK_INPUT,		"INPUT")				\
	X(HOOK_FORWARD,		"FORWARD")				\
	X(HOOK_OUTPUT,		"OUTPUT")				\
	X(HOOK_POSTROUTING,	"POSTROUTING")

#define X(id, name) id,
enum hook { HOOKS(X) N_HOOKS, HOOK_NONE = N_HOOKS };
#undef X

/* In the order in which a hook runs them, but for nat: see sim/hook.c. */
#define TABLES(X)							\
	X(TABLE_RAW,		"raw")					\
	X(TABLE_MANGLE,		"mangle")				\
	X(TABLE_NAT,		"nat")					\
	X(TABLE_FILTER,		"filter")				\
	X(TABLE_SECURITY,	"security")

#define X(id, name) id,
enum table_id { TABLES(X) N_TABLES };
#undef X

extern const char *const hook_names[N_HOOKS];
extern const char *const table_names[N_TABLES + 1];	/* ends with null */
/* Which hooks a table has chains for: bits 1 << HOOK_x. */
extern const unsigned char table_hooks[N_TABLES];

/* What a rule, a table or a hook says of a packet. */
enum verdict {
	V_CONTINUE,			/* a target's: go on with the next rule */
	V_ACCEPT,
	V_DROP,
	V_RETURN,
	V_JUMP,				/* these two: by the rule, never by act */
	V_GOTO,
	V_QUEUE,			/* to user space; nobody listens: dropped */
	V_STOLEN,			/* the target kept it */
	V_BYPASS			/* past a queue without a reader: the hook
					 * is done with, the packet is not */
};

/* An answer that may depend on what we do not know. */
enum tri { TRI_NO, TRI_YES, TRI_UNKNOWN };

#endif
