/* The dead rules of a chain of -s -d -p --sport --dport, found with binary
 * decision diagrams (BuDDy): the twin of nfwalk's own answer on big rulesets.
 *
 *	bdd RULES CHAIN		prints the number of each dead rule */
#include "ext/saved.h"
#include "parsers/load.h"

#include <arpa/inet.h>
#include <bdd.h>
#include <stdio.h>
#include <stdlib.h>

/* Where each field's bits begin, the most significant first. */
enum { SRC = 0, DST = 32, PROTO = 64, SPORT = 72, DPORT = 88, FRAG = 104,
    N_VARS = 105 };

/* lo <= value <= hi of the 'bits' bits from 'var' on. */
static bdd
range(unsigned var, unsigned bits, uint32_t lo, uint32_t hi)
{
	uint32_t all = bits == 32 ? UINT32_MAX : (1U << bits) - 1, half;
	bdd a, b, r;

	if (lo == 0 && hi == all)
		return bddtrue;
	if (lo > hi)
		return bddfalse;
	half = 1U << (bits - 1);
	a = lo < half ? range(var + 1, bits - 1, lo, hi < half ? hi :
	    half - 1) : bddfalse;
	bdd_addref(a);
	b = hi >= half ? range(var + 1, bits - 1, lo < half ? 0 : lo - half,
	    hi - half) : bddfalse;
	bdd_addref(b);
	r = bdd_ite(bdd_ithvar((int)var), b, a);
	bdd_delref(a);
	bdd_delref(b);
	return r;
}

static bdd
both(bdd a, bdd b)
{
	bdd r = bdd_addref(bdd_and(a, b));

	bdd_delref(a);
	return r;
}

static bdd
ports(bdd set, const struct use *u)
{
	struct ext_print how = { .family = AF_INET };
	struct saved s = SAVED_INIT;
	struct sbuf b = SBUF_INIT;

	u->ext->save(u->data, &how, &b);
	saved_read(&s, sbuf_text(&b), u->ext);
	set = both(set, bdd_nithvar(FRAG));
	for (unsigned i = 0; i < s.n_opts; i++) {
		unsigned lo, hi, var = s.opts[i].name[2] == 's' ? SPORT :
		    DPORT;
		int n = sscanf(s.words[s.opts[i].first].text, "%u:%u", &lo,
		    &hi);

		set = both(set, range(var, 16, lo, n == 2 ? hi : lo));
	}
	saved_free(&s);
	sbuf_free(&b);
	return set;
}

static bdd
rule(const struct rule *r)
{
	uint32_t a = ntohl(r->v4.src), am = ntohl(r->v4.src_mask);
	uint32_t b = ntohl(r->v4.dst), bm = ntohl(r->v4.dst_mask);
	bdd set = bddtrue;

	set = both(set, range(SRC, 32, a, a | ~am));
	set = both(set, range(DST, 32, b, b | ~bm));
	if (r->proto != 0)
		set = both(set, range(PROTO, 8, r->proto, r->proto));
	for (unsigned i = 0; i < r->n_matches; i++)
		set = ports(set, &r->matches[i]);
	return set;
}

int
main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct diags diags;
	struct load load = { .arena = &arena, .diags = &diags };
	const struct chain *c;
	bdd taken = bddfalse;

	diag_init(&diags, &arena);
	if (argc != 3 || !load_file(&load, argv[1]) || load.rules[0] == NULL)
		return 2;
	c = chain_find(&load.rules[0]->tables[TABLE_FILTER], argv[2],
	    strlen(argv[2]));
	if (c == NULL)
		return 2;
	bdd_init(20000000, 2000000);
	bdd_gbc_hook(NULL);		/* it talks on standard output */
	bdd_setvarnum(N_VARS);
	bdd_setmaxincrease(20000000);
	for (unsigned i = 0; i < c->n; i++) {
		bdd set = rule(c->rules[i]), more;

		if (bdd_imp(set, taken) == bddtrue)
			printf("%u\n", i + 1);
		more = bdd_addref(bdd_or(taken, set));
		bdd_delref(taken);
		bdd_delref(set);
		taken = more;
	}
	ruleset_free(load.rules[0]);
	arena_free(&arena);
	return 0;
}
