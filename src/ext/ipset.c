#include "ext/ipset_store.h"
#include "ext/rate.h"

#include <assert.h>

#define X(id, name, dimension) [id] = name,
const char *const ipset_type_names[N_IPSET_TYPES] = { IPSET_TYPES(X) };
#undef X
#define X(id, name, dimension) [id] = dimension,
static const uint8_t dimensions[N_IPSET_TYPES] = { IPSET_TYPES(X) };
#undef X

const uint8_t ipset_parts[N_IPSET_TYPES][4] = {
	[IPSET_BITMAP_IP] = { P_IP },
	[IPSET_BITMAP_IPMAC] = { P_IP, P_OWN_MAC },
	[IPSET_BITMAP_PORT] = { P_PORT_ONLY },
	[IPSET_HASH_IP] = { P_IP },
	[IPSET_HASH_IPMAC] = { P_IP, P_MAC },
	[IPSET_HASH_IPMARK] = { P_IP, P_MARK },
	[IPSET_HASH_IPPORT] = { P_IP, P_PORT },
	[IPSET_HASH_IPPORTIP] = { P_IP, P_PORT, P_IP },
	[IPSET_HASH_IPPORTNET] = { P_IP, P_PORT, P_NET },
	[IPSET_HASH_MAC] = { P_MAC },
	[IPSET_HASH_NET] = { P_NET },
	[IPSET_HASH_NETNET] = { P_NET, P_NET },
	[IPSET_HASH_NETPORT] = { P_NET, P_PORT },
	[IPSET_HASH_NETPORTNET] = { P_NET, P_PORT, P_NET },
	[IPSET_HASH_NETIFACE] = { P_NET, P_IFACE },
	[IPSET_LIST_SET] = { P_SET },
};

static bool
has_part(const struct ipset *s, enum part part)
{
	for (const uint8_t *p = ipset_parts[s->def.type]; *p != P_END; p++)
		if (*p == part)
			return true;
	return false;
}

/* ---- keys ---- */

unsigned
ipset_key(const struct ipset *s, const struct ipset_elem *e, unsigned seq,
    uint8_t key[MAX_KEY])
{
	unsigned size = family_addr_size(s->def.family), addr = 0;
	uint8_t *k = key;

	for (const uint8_t *p = ipset_parts[s->def.type]; *p != P_END; p++) {
		switch ((enum part)*p) {
		case P_NET:
			memcpy(k, e->addr[addr].b, size);
			k += size;
			*k++ = e->cidr[addr++];
			break;
		case P_IP:
			memcpy(k, e->addr[addr++].b, size);
			k += size;
			break;
		case P_PORT:
			*k++ = e->proto;
			/* fall through */
		case P_PORT_ONLY:
			memcpy(k, &e->port, sizeof(e->port));
			k += sizeof(e->port);
			break;
		case P_MAC:
			memcpy(k, e->mac, sizeof(e->mac));
			k += sizeof(e->mac);
			break;
		case P_MARK:
			memcpy(k, &e->mark, sizeof(e->mark));
			k += sizeof(e->mark);
			break;
		case P_IFACE:
			*k++ = e->physdev;
			*k++ = (uint8_t)seq;
			*k++ = (uint8_t)(seq >> 8);
			break;
		case P_OWN_MAC: case P_SET: case P_END:
			break;
		}
	}
	return (unsigned)(k - key);
}

static void
mask_addr(union addr *a, const union addr *mask)
{
	a->q[0] &= mask->q[0];
	a->q[1] &= mask->q[1];
}

static void
mask_net(union addr *a, int family, unsigned len)
{
	union addr mask;

	addr_mask(&mask, family, len);
	mask_addr(a, &mask);
}

bool
ipset_mask(const struct ipset *s, struct ipset_elem *e)
{
	const struct ipset_def *d = &s->def;
	const uint8_t *part = ipset_parts[d->type];
	unsigned addr = 0;

	for (unsigned i = 0; part[i] != P_END; i++) {
		if (part[i] == P_NET)
			mask_net(&e->addr[addr], d->family, e->cidr[addr]);
		addr += part[i] == P_NET || part[i] == P_IP;
	}
	switch (d->type) {
	case IPSET_HASH_IP: case IPSET_HASH_IPPORT:
		mask_addr(&e->addr[0], &d->mask);
		return !addr_is_zero(&e->addr[0]);
	case IPSET_HASH_NETNET:
		mask_addr(&e->addr[0], &d->mask);
		mask_addr(&e->addr[1], &d->mask);
		return d->family == AF_INET || e->cidr[0] != MAX_BITS ||
		    !addr_is_zero(&e->addr[0]);
	case IPSET_HASH_IPMARK:
		e->mark &= d->markmask;
		return true;
	case IPSET_BITMAP_IP: case IPSET_BITMAP_IPMAC:
		addr = get32(e->addr[0].b);
		if (addr < d->low || addr > d->high)
			return false;
		if (d->type == IPSET_BITMAP_IP)
			mask_net(&e->addr[0], AF_INET, d->netmask);
		return true;
	case IPSET_BITMAP_PORT:
		return e->port >= d->low && e->port <= d->high;
	case IPSET_HASH_IPMAC: case IPSET_HASH_IPPORTIP:
	case IPSET_HASH_IPPORTNET: case IPSET_HASH_MAC: case IPSET_HASH_NET:
	case IPSET_HASH_NETPORT: case IPSET_HASH_NETPORTNET:
	case IPSET_HASH_NETIFACE: case IPSET_LIST_SET: case N_IPSET_TYPES:
		break;
	}
	return true;
}

/* ---- sets ---- */

/* Room for 'size' bytes of an element, aligned to as many. */
static uint16_t
place(uint32_t *used, uint32_t size, uint32_t align)
{
	uint32_t here = (*used + align - 1) / align * align;

	*used = here + size;
	return (uint16_t)here;
}

static void
lay_out(struct ipset *s)
{
	static const struct ipset_elem none;
	uint8_t key[MAX_KEY];
	uint32_t key_size = ipset_key(s, &none, 0, key), used = key_size;
	const struct ipset_def *d = &s->def;

	if (d->type == IPSET_LIST_SET)
		return;
	s->at_flags = place(&used, 1, 1);
	if (has_part(s, P_IFACE))
		s->at_iface = place(&used, IFNAME_SIZE, 1);
	if (has_part(s, P_OWN_MAC))
		s->at_mac = place(&used, sizeof(none.mac), 1);
	if (d->has_timeout)
		s->at_timeout = place(&used, sizeof(uint64_t), 8);
	if (d->counters)
		s->at_counters = place(&used, sizeof(struct counters), 8);
	if (d->skbinfo)
		s->at_skb = place(&used, sizeof(struct skbinfo), 8);
	store_init(&s->store, s->arena, key_size, used);
	if (has_part(s, P_NET))
		s->prefixes = arena_alloc(s->arena, 2 * sizeof(*s->prefixes));
}

struct ipset *
ipset_new(const struct ipset_def *def, struct arena *arena)
{
	struct ipset *s = arena_new(arena, struct ipset);

	s->def = *def;
	s->arena = arena;
	lay_out(s);
	return s;
}

const struct ipset_def *
ipset_def(const struct ipset *s)
{
	return &s->def;
}

unsigned
ipset_dimension(const struct ipset *s)
{
	return dimensions[s->def.type];
}

uint32_t
ipset_count(const struct ipset *s)
{
	return s->def.type == IPSET_LIST_SET ? s->n_members : s->store.n;
}

/* ---- prefix lengths ---- */

static void
count_prefix(struct prefixes *p, unsigned len, int change)
{
	p->n[len] += (uint32_t)change;
	if (p->n[len] != (change > 0 ? 1u : 0u))
		return;
	p->n_len = 0;
	for (int i = MAX_BITS; i >= 0; i--)
		if (p->n[i] != 0)
			p->len[p->n_len++] = (uint8_t)i;
}

/* Networks are counted by their place among the addresses. */
static void
count_prefixes(struct ipset *s, const struct ipset_elem *e, int change)
{
	unsigned addr = 0;

	for (const uint8_t *p = ipset_parts[s->def.type]; *p != P_END; p++) {
		if (*p == P_NET)
			count_prefix(&s->prefixes[addr], e->cidr[addr],
			    change);
		addr += *p == P_NET || *p == P_IP;
	}
}

void
ipset_read_elem(const struct ipset *s, const void *elem, struct ipset_elem *e,
    unsigned *seq)
{
	unsigned size = family_addr_size(s->def.family), addr = 0;
	const uint8_t *k = elem;

	memset(e, 0, sizeof(*e));
	e->nomatch = *at(elem, s->at_flags) & E_NOMATCH;
	e->wildcard = *at(elem, s->at_flags) & E_WILDCARD;
	e->has_mac = *at(elem, s->at_flags) & E_MAC;
	if (s->at_iface != 0)
		memcpy(e->iface, at(elem, s->at_iface), IFNAME_SIZE);
	if (s->at_mac != 0)
		memcpy(e->mac, at(elem, s->at_mac), sizeof(e->mac));
	for (const uint8_t *p = ipset_parts[s->def.type]; *p != P_END; p++) {
		switch ((enum part)*p) {
		case P_NET:
			memcpy(e->addr[addr].b, k, size);
			k += size;
			e->cidr[addr++] = *k++;
			break;
		case P_IP:
			memcpy(e->addr[addr++].b, k, size);
			k += size;
			break;
		case P_PORT:
			e->proto = *k++;
			/* fall through */
		case P_PORT_ONLY:
			memcpy(&e->port, k, sizeof(e->port));
			k += sizeof(e->port);
			break;
		case P_MAC:
			memcpy(e->mac, k, sizeof(e->mac));
			k += sizeof(e->mac);
			break;
		case P_MARK:
			memcpy(&e->mark, k, sizeof(e->mark));
			k += sizeof(e->mark);
			break;
		case P_IFACE:
			e->physdev = *k++;
			*seq = (unsigned)(k[0] | k[1] << 8);
			k += 2;
			break;
		case P_OWN_MAC: case P_SET: case P_END:
			break;
		}
	}
}

/* ---- elements ---- */

bool
ipset_expired(const struct ipset *s, const void *elem, uint64_t now)
{
	uint64_t t;

	if (s->at_timeout == 0 || !s->live)
		return false;
	memcpy(&t, at(elem, s->at_timeout), sizeof(t));
	/* Of bitmap:ip,mac the clock starts when the address is filled in. */
	if (s->at_mac != 0 && !(*at(elem, s->at_flags) & E_MAC))
		return false;
	return t != PERMANENT && t < now;
}

static uint64_t
timeout_of(const struct ipset *s, uint32_t seconds, uint64_t now)
{
	return seconds == 0 ? PERMANENT : !s->live ? seconds :
	    now + (uint64_t)seconds * s->hz;
}

static bool
iface_equal(const char *in_set, const char *name, bool wildcard)
{
	return wildcard ?
	    strncmp(in_set, name, strnlen(in_set, IFNAME_SIZE)) == 0 :
	    strncmp(in_set, name, IFNAME_SIZE) == 0;
}

void *
ipset_find_iface(const struct ipset *s, const struct ipset_elem *e,
    unsigned *seq, unsigned *multi)
{
	uint8_t key[MAX_KEY];
	void *elem;

	for (;; ++*seq) {
		ipset_key(s, e, *seq, key);
		elem = store_find(&s->store, key);
		if (elem == NULL)
			return NULL;
		++*multi;
		if (iface_equal((char *)at(elem, s->at_iface), e->iface,
		    *at(elem, s->at_flags) & E_WILDCARD))
			return elem;
	}
}

/* The element itself; 'seq' is its number among those of its network, or
 * that of a new one. */
static void *
find(const struct ipset *s, const struct ipset_elem *e, unsigned *seq)
{
	uint8_t key[MAX_KEY];
	unsigned multi = 0;

	*seq = 0;
	if (s->at_iface != 0)
		return ipset_find_iface(s, e, seq, &multi);
	ipset_key(s, e, 0, key);
	return store_find(&s->store, key);
}

static void
take(struct ipset *s, void *elem)
{
	struct ipset_elem e;
	unsigned seq;

	if (s->prefixes != NULL) {
		ipset_read_elem(s, elem, &e, &seq);
		count_prefixes(s, &e, -1);
	}
	store_remove(&s->store, elem);
}

/* Numbers of one network's elements stay without a gap: the last one moves
 * into the place of one that goes. */
static void
close_gap(struct ipset *s, const struct ipset_elem *e, unsigned seq,
    void *elem)
{
	uint8_t key[MAX_KEY];
	unsigned last = seq;
	void *other, *moved = elem;

	for (;; moved = other, last++) {
		ipset_key(s, e, last + 1, key);
		other = store_find(&s->store, key);
		if (other == NULL)
			break;
	}
	if (moved != elem)
		memcpy(at(elem, s->at_flags), at(moved, s->at_flags),
		    s->store.entry_size - s->at_flags);
	take(s, moved);
}

enum ipset_result
ipset_drop(struct ipset *s, const struct ipset_elem *e, uint64_t now)
{
	unsigned seq;
	void *elem = find(s, e, &seq);
	bool gone;

	if (elem == NULL)
		return IPSET_MISSING;
	gone = ipset_expired(s, elem, now);
	if (s->at_iface != 0)
		close_gap(s, e, seq, elem);
	else
		take(s, elem);
	return gone ? IPSET_MISSING : IPSET_OK;
}

/* Removes what timed out, to make room. */
static void
collect(struct ipset *s, uint64_t now)
{
	void *elem;

	if (s->at_timeout == 0 || !s->live || s->at_iface != 0)
		return;
	for (uint32_t i = 0; (elem = store_next(&s->store, &i)) != NULL;)
		if (ipset_expired(s, elem, now))
			take(s, elem);
}

/* Is there room for one more?  With forceadd the kernel throws out an
 * element of the bucket that the new one falls into; which one depends on a
 * random number, so here it is the one that was added first. */
static bool
make_room(struct ipset *s, uint64_t now)
{
	uint32_t i = 0;

	if (s->def.type <= IPSET_BITMAP_PORT || s->store.n < s->def.maxelem)
		return true;
	collect(s, now);
	if (s->store.n < s->def.maxelem)
		return true;
	if (!s->def.forceadd || s->store.n == 0 || s->at_iface != 0)
		return false;
	take(s, store_next(&s->store, &i));
	return true;
}

static void
set_extensions(struct ipset *s, void *elem, const struct ipset_elem *e,
    uint64_t now)
{
	const struct counters c = { e->packets, e->bytes };
	const struct skbinfo b = { e->skbmark, e->skbmask, e->skbprio,
	    e->skbqueue };
	uint64_t t = timeout_of(s, e->timeout, now);

	*at(elem, s->at_flags) = (uint8_t)((e->nomatch ? E_NOMATCH : 0) |
	    (e->wildcard ? E_WILDCARD : 0) |
	    (*at(elem, s->at_flags) & E_MAC));
	if (s->at_counters != 0)
		memcpy(at(elem, s->at_counters), &c, sizeof(c));
	if (s->at_skb != 0)
		memcpy(at(elem, s->at_skb), &b, sizeof(b));
	if (s->at_timeout != 0)
		memcpy(at(elem, s->at_timeout), &t, sizeof(t));
}

/* bitmap:ip,mac keeps plain seconds until it knows the address; the clock
 * starts then, with these seconds if no others were asked for
 * (bitmap_ipmac_add_timeout). */
static void
set_mac(struct ipset *s, void *elem, const struct ipset_elem *e)
{
	uint8_t *flags = at(elem, s->at_flags);
	uint64_t t = e->timeout;

	if (e->has_mac) {
		memcpy(at(elem, s->at_mac), e->mac, sizeof(e->mac));
		*flags |= E_MAC;
	} else if (s->at_timeout != 0 && !(*flags & E_MAC)) {
		memcpy(at(elem, s->at_timeout), &t, sizeof(t));
	}
}

static void *
new_elem(struct ipset *s, const struct ipset_elem *e, unsigned seq)
{
	uint8_t key[MAX_KEY];
	void *elem;

	ipset_key(s, e, seq, key);
	elem = store_add(&s->store, key);
	if (s->prefixes != NULL)
		count_prefixes(s, e, 1);
	if (s->at_iface != 0)
		memcpy(at(elem, s->at_iface), e->iface, IFNAME_SIZE);
	return elem;
}

enum ipset_result
ipset_put(struct ipset *s, const struct ipset_elem *e, bool exist,
    uint64_t now)
{
	unsigned seq;
	void *elem = find(s, e, &seq);
	struct ipset_elem fill = *e;
	uint64_t stored;

	if (elem != NULL && s->at_mac != 0 && e->has_mac &&
	    !(*at(elem, s->at_flags) & E_MAC)) {
		/* Only its address is missing. */
		if (s->at_timeout != 0 && e->timeout == s->def.timeout) {
			memcpy(&stored, at(elem, s->at_timeout),
			    sizeof(stored));
			fill.timeout = (uint32_t)stored;
		}
	} else if (elem != NULL && !exist && !ipset_expired(s, elem, now)) {
		return IPSET_EXISTS;
	} else if (elem == NULL) {
		if (!make_room(s, now))
			return IPSET_FULL;
		elem = new_elem(s, e, seq);
	}
	set_extensions(s, elem, &fill, now);
	if (s->at_mac != 0)
		set_mac(s, elem, e);
	return IPSET_OK;
}

/* ---- list:set ---- */

static struct member **
find_member(struct ipset *s, const char *name)
{
	struct member **m = &s->members;

	while (*m != NULL && strcmp((*m)->name, name) != 0)
		m = &(*m)->next;
	return m;
}

static void
set_member(struct ipset *s, struct member *m, const struct ipset_elem *e)
{
	m->timeout = timeout_of(s, e->timeout, 0);
	m->counters = (struct counters){ e->packets, e->bytes };
	m->skb = (struct skbinfo){ e->skbmark, e->skbmask, e->skbprio,
	    e->skbqueue };
}

enum ipset_result
ipset_add_at(struct ipset *s, const struct ipset_elem *e, const char *name,
    bool before)
{
	struct member **where = find_member(s, name ? name : "");
	struct member *m = *find_member(s, e->member);

	if (name != NULL && *where == NULL)
		return IPSET_MISSING;
	if (m != NULL) {
		set_member(s, m, e);
		return IPSET_EXISTS;
	}
	if (name != NULL && !before)
		where = &(*where)->next;
	m = arena_new(s->arena, struct member);
	m->name = arena_strdup(s->arena, e->member);
	set_member(s, m, e);
	m->next = *where;
	*where = m;
	s->n_members++;
	return IPSET_OK;
}

/* ---- by hand ---- */

enum ipset_result
ipset_add(struct ipset *s, const struct ipset_elem *e, bool exist)
{
	struct ipset_elem masked = *e;

	if (s->def.type == IPSET_LIST_SET) {
		if (!exist && *find_member(s, e->member) != NULL)
			return IPSET_EXISTS;
		ipset_add_at(s, e, NULL, false);
		return IPSET_OK;
	}
	if (!ipset_mask(s, &masked))
		return IPSET_RANGE;
	return ipset_put(s, &masked, exist, 0);
}

enum ipset_result
ipset_del(struct ipset *s, const struct ipset_elem *e)
{
	struct ipset_elem masked = *e;
	struct member **m;

	if (s->def.type == IPSET_LIST_SET) {
		m = find_member(s, e->member);
		if (*m == NULL)
			return IPSET_MISSING;
		*m = (*m)->next;
		s->n_members--;
		return IPSET_OK;
	}
	if (!ipset_mask(s, &masked))
		return IPSET_RANGE;
	return ipset_drop(s, &masked, 0);
}

void
ipset_flush(struct ipset *s)
{
	s->members = NULL;
	s->n_members = 0;
	if (s->def.type == IPSET_LIST_SET)
		return;
	store_clear(&s->store);
	if (s->prefixes != NULL)
		memset(s->prefixes, 0, 2 * sizeof(*s->prefixes));
}

/* ---- the simulator's copies ---- */

static void
start_timeout(const struct ipset *s, void *elem, uint64_t now)
{
	uint64_t t;

	if (s->at_mac != 0 && !(*at(elem, s->at_flags) & E_MAC))
		return;
	memcpy(&t, at(elem, s->at_timeout), sizeof(t));
	t = timeout_of(s, (uint32_t)t, now);
	memcpy(at(elem, s->at_timeout), &t, sizeof(t));
}

void
ipset_start(struct ipset *s)
{
	uint64_t now;
	void *elem;

	if (s->live || s->memory == NULL || ipset_frozen(s))
		return;
	now = jiffies_at(s->memory->start, s->hz);
	s->live = true;
	for (struct member *m = s->members; m != NULL; m = m->next)
		m->timeout = timeout_of(s, (uint32_t)m->timeout, now);
	if (s->at_timeout != 0)
		for (uint32_t i = 0;
		    (elem = store_next(&s->store, &i)) != NULL;)
			start_timeout(s, elem, now);
}

static void
copy_elements(struct ipset *to, const struct ipset *from)
{
	uint32_t size = from->store.entry_size, key = from->store.key_size;
	void *elem;

	for (uint32_t i = 0; (elem = store_next(&from->store, &i)) != NULL;) {
		uint8_t *copy = store_add(&to->store, elem);

		memcpy(copy + key, (uint8_t *)elem + key, size - key);
	}
	if (from->prefixes != NULL)
		memcpy(to->prefixes, from->prefixes,
		    2 * sizeof(*to->prefixes));
}

static void
copy_members(struct ipset *to, const struct ipset *from,
    struct memory *memory)
{
	struct member **end = &to->members;

	for (const struct member *m = from->members; m != NULL; m = m->next) {
		struct member *copy = arena_copy(to->arena, m, sizeof(*m));

		copy->set = ipset_live(memory, m->name);
		copy->next = NULL;
		*end = copy;
		end = &copy->next;
	}
	to->n_members = from->n_members;
}

struct ipset *
ipset_live(struct memory *memory, const char *name)
{
	char *key = arena_printf(memory->arena, "ipset/%s", name);
	struct ipset *s = map_get(&memory->names, key, strlen(key));
	const struct ipset *from = map_get(&memory->env->sets, name,
	    strlen(name));

	if (s != NULL || from == NULL)
		return s;
	if (memory->frozen)
		s = arena_copy(memory->arena, from, sizeof(*from));
	else
		s = ipset_new(&from->def, memory->arena);
	s->arena = memory->arena;
	s->memory = memory;
	s->hz = memory->env->hz;
	map_set(&memory->names, memory->arena, key, strlen(key), s);
	if (s->def.type == IPSET_LIST_SET)
		copy_members(s, from, memory);
	else if (!memory->frozen)
		copy_elements(s, from);
	return s;
}
