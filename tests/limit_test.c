/* Matches with memory or a clock, as rows: when a packet comes, from whom,
 * and whether the rule matches.  The arithmetic was compared with a kernel of
 * 250 ticks a second. */
#include "ext/ext.h"
#include "model/packet.h"
#include "parsers/load.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <time.h>

enum answer { NO, YES, HOTDROP };

struct row {
	int64_t ms;			/* since the first packet */
	enum answer want;
	uint8_t src;			/* 192.0.2.src; 0: 1 */
	uint8_t ttl;			/* 0: 64 */
	uint16_t sport, len;		/* 0: 1000, 28 */
};
#define ROWS(...) \
	(const struct row []){ __VA_ARGS__, { -1, NO, 0, 0, 0, 0 } }
#define AT(ms, want)	{ (ms), (want), 0, 0, 0, 0 }
#define FROM(src, ms, want) { (ms), (want), (src), 0, 0, 0 }
#define LEN(len, ms, want) { (ms), (want), 0, 0, 0, (len) }

/* 2023-11-14 22:13:20, a Tuesday; on a tick. */
#define START	INT64_C(1700000000000000000)

struct bench {
	struct arena arena;
	struct memory memory;
	struct env *env;
	struct ctx ctx;
	struct packet packet;
	uint8_t bytes[64];
	struct ruleset *rules[3];	/* one for each match */
	unsigned n;
};

static void
bench_init(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->env = env_new(&b->arena);
	b->env->hz = 250;
	b->memory = (struct memory){ .arena = &b->arena, .env = b->env,
	    .start = START };
	b->ctx = (struct ctx){ .pkt = &b->packet, .hook = HOOK_FORWARD,
	    .env = b->env };
}

static void
bench_end(struct bench *b)
{
	while (b->n > 0)
		ruleset_free(b->rules[--b->n]);
	arena_free(&b->arena);
}

/* The match of a rule with these options. */
static const struct use *
match_of(struct bench *b, const char *options)
{
	struct diags diags;
	struct load l = { .arena = &b->arena, .diags = &diags,
	    .family = AF_INET };
	const struct chain *c;

	diag_init(&diags, &b->arena);
	load_source(&l, source_text("rule", arena_printf(&b->arena,
	    "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m %s\nCOMMIT\n",
	    options), &b->arena));
	cr_assert(b->n < 3);
	b->rules[b->n++] = l.rules[0];
	c = l.rules[0]->tables[TABLE_FILTER].builtin[HOOK_FORWARD];
	cr_assert(c->n == 1, "%s was refused", options);
	return &c->rules[0]->matches[0];
}

static void
packet_of(struct bench *b, const struct row *r)
{
	uint16_t len = r->len ? r->len : 28;

	memset(b->bytes, 0, sizeof(b->bytes));
	b->bytes[0] = 0x45;
	put16(b->bytes + 2, len);
	b->bytes[8] = r->ttl ? r->ttl : 64;
	b->bytes[9] = IPPROTO_UDP;
	put32(b->bytes + 12, 0xc0000200 + (r->src ? r->src : 1));
	put32(b->bytes + 16, 0xc6336407);
	put16(b->bytes + 20, r->sport ? r->sport : 1000);
	put16(b->bytes + 22, 53);
	put16(b->bytes + 24, (unsigned)(len - 20));
	b->packet = (struct packet){ .data = b->bytes, .len = len,
	    .have = sizeof(b->bytes) < len ? sizeof(b->bytes) : len,
	    .family = AF_INET };
	pkt_decode(&b->packet);
}

static enum answer
ask(struct bench *b, const struct use *u, void *memory, const struct row *r)
{
	enum tri t;

	packet_of(b, r);
	b->ctx.now = START + r->ms * 1000000;
	b->ctx.hotdrop = false;
	b->ctx.memory = memory;
	t = u->ext->eval(u->data, &b->ctx);
	cr_assert(t != TRI_UNKNOWN);
	return b->ctx.hotdrop ? HOTDROP : t == TRI_YES ? YES : NO;
}

static void
run(const char *options, const struct row *rows)
{
	struct bench b;
	const struct use *u;
	void *memory;

	bench_init(&b);
	u = match_of(&b, options);
	memory = u->ext->memory ? u->ext->memory(u->data, AF_INET,
	    &b.memory) : NULL;
	for (unsigned i = 0; rows[i].ms >= 0; i++)
		cr_expect(ask(&b, u, memory, &rows[i]) == rows[i].want,
		    "%s: row %u, at %lld ms", options, i + 1,
		    (long long)rows[i].ms);
	bench_end(&b);
}

/* ---- limit ---- */

Test(limit, burst_then_one_a_second)
{
	run("limit --limit 1/sec --limit-burst 3", ROWS(
	    AT(0, YES), AT(0, YES), AT(0, YES), AT(0, NO),
	    AT(996, NO),		/* one tick early */
	    AT(1000, YES), AT(1000, NO),
	    AT(1900, NO), AT(2000, YES),
	    AT(60000, YES), AT(60000, YES), AT(60000, YES), AT(60000, NO)));
}

Test(limit, asking_does_not_cost)
{
	run("limit --limit 2/sec --limit-burst 1", ROWS(
	    AT(0, YES), AT(100, NO), AT(200, NO), AT(300, NO), AT(400, NO),
	    AT(500, YES), AT(996, NO), AT(1000, YES)));
}

Test(limit, ticks_are_not_divided)
{
	/* 300 a second cost less than a tick gives. */
	run("limit --limit 300/sec --limit-burst 1", ROWS(
	    AT(0, YES), AT(3, NO), AT(4, YES), AT(7, NO), AT(8, YES)));
}

Test(limit, credit_wraps_after_37_hours)
{
	/* 2^32 credits at 128 a tick are nothing at all. */
	run("limit --limit 1/sec --limit-burst 1", ROWS(
	    AT(0, YES), AT(INT64_C(134217728), NO),
	    AT(INT64_C(134218728), YES)));
}

/* ---- hashlimit ---- */

Test(hashlimit, a_bucket_for_each_source)
{
	run("hashlimit --hashlimit-upto 1/sec --hashlimit-burst 2 "
	    "--hashlimit-mode srcip --hashlimit-name t", ROWS(
	    FROM(1, 0, YES), FROM(1, 0, YES), FROM(1, 0, NO),
	    FROM(2, 0, YES), FROM(2, 0, YES), FROM(2, 0, NO),
	    FROM(1, 996, NO), FROM(1, 1000, YES), FROM(2, 1000, YES)));
}

Test(hashlimit, above_is_the_rest)
{
	run("hashlimit --hashlimit-above 1/sec --hashlimit-burst 2 "
	    "--hashlimit-mode srcip --hashlimit-name t", ROWS(
	    AT(0, NO), AT(0, NO), AT(0, YES), AT(900, YES),
	    AT(1000, NO), AT(1000, YES)));
}

Test(hashlimit, idle_entries_are_collected)
{
	/* Collected at the first run of the collector after 1 s without a
	 * packet; until then the old bucket goes on. */
	run("hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 "
	    "--hashlimit-mode srcip --hashlimit-htable-expire 1000 "
	    "--hashlimit-htable-gcinterval 400 --hashlimit-name t", ROWS(
	    AT(0, YES), AT(900, NO), AT(1800, NO), AT(1996, NO),
	    AT(3192, NO), AT(4400, YES)));
}

Test(hashlimit, a_full_table_drops)
{
	run("hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip "
	    "--hashlimit-htable-size 2 --hashlimit-htable-max 2 "
	    "--hashlimit-name t", ROWS(
	    FROM(1, 0, YES), FROM(2, 0, YES), FROM(3, 0, HOTDROP),
	    FROM(1, 900, YES), FROM(3, 900, HOTDROP),
	    /* 2 has been quiet for a second, 1 has not. */
	    FROM(3, 1000, YES), FROM(4, 1000, HOTDROP)));
}

Test(hashlimit, masks_join_sources)
{
	run("hashlimit --hashlimit-upto 1/min --hashlimit-burst 2 "
	    "--hashlimit-mode srcip --hashlimit-srcmask 30 "
	    "--hashlimit-name t", ROWS(
	    FROM(1, 0, YES), FROM(2, 0, YES), FROM(3, 0, NO),
	    FROM(4, 0, YES)));
}

Test(hashlimit, bytes)
{
	/* 1 KiB a second are 65 chunks of 16 bytes; 100 bytes cost 7. */
	run("hashlimit --hashlimit-upto 1kb/s --hashlimit-name t", ROWS(
	    LEN(100, 0, YES), LEN(100, 0, YES), LEN(100, 0, YES),
	    LEN(100, 0, YES), LEN(100, 0, YES), LEN(100, 0, YES),
	    LEN(100, 0, YES), LEN(100, 0, YES), LEN(100, 0, YES),
	    LEN(100, 0, NO), LEN(100, 100, YES), LEN(100, 100, NO),
	    /* More than a second costs no more than a second. */
	    LEN(1500, 2000, YES), LEN(16, 2000, NO)));
}

Test(hashlimit, bytes_burst_is_refills)
{
	run("hashlimit --hashlimit-upto 1kb/s --hashlimit-burst 2kb "
	    "--hashlimit-name t", ROWS(
	    LEN(1000, 0, YES), LEN(1000, 0, YES), LEN(1000, 0, YES),
	    LEN(1000, 0, NO), LEN(1000, 1000, YES), LEN(1000, 1000, NO)));
}

Test(hashlimit, rate_match_looks_at_whole_intervals)
{
	run("hashlimit --hashlimit-above 2/sec --hashlimit-burst 1 "
	    "--hashlimit-rate-match --hashlimit-name t", ROWS(
	    AT(0, NO), AT(100, NO), AT(200, NO), AT(300, YES),
	    AT(1000, YES),		/* the second before was above */
	    AT(2000, NO), AT(2100, NO)));
}

/* ---- recent ---- */

Test(recent, set_and_hitcount)
{
	struct bench b;
	const struct use *set, *check, *gone;
	void *ms, *mc, *mg;

	bench_init(&b);
	set = match_of(&b, "recent --set --name l");
	check = match_of(&b, "recent --rcheck --seconds 10 --hitcount 3 "
	    "--name l");
	gone = match_of(&b, "recent --remove --name l");
	ms = set->ext->memory(set->data, AF_INET, &b.memory);
	mc = check->ext->memory(check->data, AF_INET, &b.memory);
	mg = gone->ext->memory(gone->data, AF_INET, &b.memory);
	cr_expect(ms == mc && mc == mg);
	for (int i = 0; i < 4; i++) {
		struct row r = AT(i * 1000, YES);

		cr_expect(ask(&b, check, mc, &r) == (i >= 3 ? YES : NO));
		cr_expect(ask(&b, set, ms, &r) == YES);
	}
	/* Stamps of 1, 2 and 3 s; that of 1 s is good until 11.000. */
	cr_expect(ask(&b, check, mc, &(struct row)AT(11000, YES)) == YES);
	cr_expect(ask(&b, check, mc, &(struct row)AT(11004, NO)) == NO);
	cr_expect(ask(&b, gone, mg, &(struct row)AT(11004, YES)) == YES);
	cr_expect(ask(&b, gone, mg, &(struct row)AT(11004, NO)) == NO);
	bench_end(&b);
}

Test(recent, update_stamps_only_if_true)
{
	run("recent ! --rcheck --name none", ROWS(AT(0, YES)));
	run("recent --update --seconds 5 --name none", ROWS(AT(0, NO)));
}

Test(recent, a_hundred_are_kept)
{
	struct bench b;
	const struct use *set, *check;
	void *ms, *mc;

	bench_init(&b);
	set = match_of(&b, "recent --set");
	check = match_of(&b, "recent --rcheck");
	ms = set->ext->memory(set->data, AF_INET, &b.memory);
	mc = check->ext->memory(check->data, AF_INET, &b.memory);
	for (uint8_t i = 1; i <= 101; i++)
		ask(&b, set, ms, &(struct row)FROM(i, i, YES));
	cr_expect(ask(&b, check, mc, &(struct row)FROM(1, 200, NO)) == NO);
	cr_expect(ask(&b, check, mc, &(struct row)FROM(2, 200, NO)) == YES);
	/* 2 is stamped again: 3 is the oldest now. */
	ask(&b, set, ms, &(struct row)FROM(2, 200, YES));
	ask(&b, set, ms, &(struct row)FROM(102, 200, YES));
	cr_expect(ask(&b, check, mc, &(struct row)FROM(2, 200, NO)) == YES);
	cr_expect(ask(&b, check, mc, &(struct row)FROM(3, 200, NO)) == NO);
	bench_end(&b);
}

/* ---- statistic, quota ---- */

Test(statistic, nth)
{
	run("statistic --mode nth --every 3 --packet 0", ROWS(
	    AT(0, YES), AT(0, NO), AT(0, NO), AT(0, YES), AT(0, NO)));
	run("statistic --mode nth --every 3 --packet 2", ROWS(
	    AT(0, NO), AT(0, NO), AT(0, YES), AT(0, NO), AT(0, NO),
	    AT(0, YES)));
	run("statistic --mode nth ! --every 2 --packet 1", ROWS(
	    AT(0, YES), AT(0, NO), AT(0, YES), AT(0, NO)));
	run("statistic --mode nth --every 1 --packet 0", ROWS(
	    AT(0, YES), AT(0, YES)));
}

Test(quota, ends_with_the_first_that_does_not_fit)
{
	run("quota --quota 100", ROWS(
	    LEN(40, 0, YES), LEN(50, 0, YES), LEN(28, 0, NO),
	    LEN(28, 0, NO)));
	run("quota ! --quota 100", ROWS(
	    LEN(100, 0, NO), LEN(28, 0, YES)));
}

/* ---- time ---- */

/* "2024-02-29 23:59:59" */
static int64_t
ms_of(const char *date)
{
	struct tm tm = { 0 };

	cr_assert(strptime(date, "%Y-%m-%d %H:%M:%S", &tm) != NULL);
	return (int64_t)timegm(&tm) * 1000 - START / 1000000;
}

static void
time_is(const char *options, const char *date, enum answer want)
{
	char *text = NULL;
	struct row row = AT(ms_of(date), want);
	struct bench b;

	bench_init(&b);
	text = arena_printf(&b.arena, "time %s", options);
	cr_expect(ask(&b, match_of(&b, text), NULL, &row) == want,
	    "%s at %s", text, date);
	bench_end(&b);
}

Test(time, of_day)
{
	const char *day = "--timestart 08:00 --timestop 17:30:15";
	const char *night = "--timestart 22:00 --timestop 06:00";

	time_is(day, "2024-03-01 07:59:59", NO);
	time_is(day, "2024-03-01 08:00:00", YES);
	time_is(day, "2024-03-01 17:30:15", YES);
	time_is(day, "2024-03-01 17:30:16", NO);
	time_is(night, "2024-03-01 21:59:59", NO);
	time_is(night, "2024-03-01 22:00:00", YES);
	time_is(night, "2024-03-02 06:00:00", YES);
	time_is(night, "2024-03-02 06:00:01", NO);
}

Test(time, of_week_and_month)
{
	time_is("--weekdays Fri", "2024-03-01 12:00:00", YES);
	time_is("! --weekdays Fri", "2024-03-01 12:00:00", NO);
	time_is("--weekdays Sun", "2024-03-03 00:00:00", YES);
	time_is("--monthdays 29", "2024-02-29 23:59:59", YES);
	time_is("--monthdays 1", "2024-03-01 00:00:00", YES);
	time_is("! --monthdays 29", "2023-03-01 00:00:00", YES);
}

Test(time, a_contiguous_night_is_of_the_day_it_began)
{
	const char *plain = "--timestart 22:00 --timestop 06:00 "
	    "--weekdays Fri";
	const char *contiguous = "--timestart 22:00 --timestop 06:00 "
	    "--weekdays Fri --contiguous";

	time_is(plain, "2024-03-01 05:00:00", YES);
	time_is(plain, "2024-03-02 05:00:00", NO);
	time_is(contiguous, "2024-03-01 05:00:00", NO);
	time_is(contiguous, "2024-03-01 23:00:00", YES);
	time_is(contiguous, "2024-03-02 05:00:00", YES);
	time_is(contiguous, "2024-03-02 23:00:00", NO);
}

Test(time, dates)
{
	const char *dates = "--datestart 2024-03-01T12:00 "
	    "--datestop 2024-03-02";

	time_is(dates, "2024-03-01 11:59:59", NO);
	time_is(dates, "2024-03-01 12:00:00", YES);
	time_is(dates, "2024-03-02 00:00:00", YES);
	time_is(dates, "2024-03-02 00:00:01", NO);
	/* Without one the last date is 2038-01-19. */
	time_is("--weekdays Tue", "2038-01-19 03:14:07", YES);
	time_is("--weekdays Tue", "2038-01-19 03:14:08", NO);
}
