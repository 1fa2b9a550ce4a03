/* Names of what model/ enumerates. */
#include "model/conn.h"
#include "model/env.h"
#include "model/event.h"
#include "model/hook.h"

#define X(id, name) [id] = name,
const char *const hook_names[N_HOOKS] = { HOOKS(X) };
const char *const table_names[N_TABLES + 1] = { TABLES(X) };
const char *const event_names[N_EVENTS] = { EVENTS(X) };
const char *const disposition_names[N_DISPOSITIONS + 1] = {
    DISPOSITIONS(X) };
#undef X
#define X(id, text) [REASON_##id] = #id,
const char *const reason_names[N_REASONS] = { REASONS(X) };
#undef X
#define X(id, text) [REASON_##id] = text,
const char *const reason_texts[N_REASONS] = { REASONS(X) };
#undef X

#define X(name) [TCP_CT_##name] = #name,
const char *const ct_tcp_names[N_TCP_CT_STATES] = { CT_TCP_STATES(X) };
#undef X
#define X(name) [SCTP_CT_##name] = #name,
const char *const ct_sctp_names[N_SCTP_CT_STATES] = { CT_SCTP_STATES(X) };
#undef X

const char *const addr_type_names[N_ADDR_TYPES] = { "UNSPEC", "UNICAST",
    "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE",
    "PROHIBIT", "THROW", "NAT", "XRESOLVE" };

static const struct {
	const char *name;
	uint8_t proto;
	bool ip6;
} helpers[N_CT_HELPERS] = {
#define X(id, name, proto, v6) [CT_HELPER_##id] = { name, proto, v6 },
	CT_HELPERS(X)
#undef X
};
#define X(id, name, proto, v6) [CT_HELPER_##id] = name,
const char *const ct_helper_names[N_CT_HELPERS] = { CT_HELPERS(X) };
#undef X

enum ct_helper
ct_helper_find(const char *name, int family, unsigned proto)
{
	for (unsigned i = CT_HELPER_NONE + 1; i < N_CT_HELPERS; i++) {
		if (strcmp(helpers[i].name, name) != 0 ||
		    (family == AF_INET6 && !helpers[i].ip6))
			continue;
		if (proto == helpers[i].proto || (helpers[i].proto == 0 &&
		    (proto == 6 || proto == 17)))
			return (enum ct_helper)i;
	}
	return CT_HELPER_NONE;
}

/* iptable_raw.c, iptable_mangle.c, ...: FILTER_VALID_HOOKS and its like. */
const unsigned char table_hooks[N_TABLES] = {
	[TABLE_RAW] = 1 << HOOK_PREROUTING | 1 << HOOK_OUTPUT,
	[TABLE_MANGLE] = (1 << N_HOOKS) - 1,
	[TABLE_NAT] = 1 << HOOK_PREROUTING | 1 << HOOK_INPUT |
	    1 << HOOK_OUTPUT | 1 << HOOK_POSTROUTING,
	[TABLE_FILTER] = 1 << HOOK_INPUT | 1 << HOOK_FORWARD | 1 << HOOK_OUTPUT,
	[TABLE_SECURITY] = 1 << HOOK_INPUT | 1 << HOOK_FORWARD |
	    1 << HOOK_OUTPUT,
};
