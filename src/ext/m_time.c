/* -m time: date and time of day of the clock when the rule is tested.
 * Kernel: xt_time.c; its calendar ends in 2106. */
#include "ext/ext.h"

#include <stdlib.h>
#include <time.h>

enum { DAY = 24 * 60 * 60, LAST_SECOND = DAY - 1 };
enum { ALL_WEEKDAYS = 0xfe };
#define ALL_MONTHDAYS 0xfffffffeu

struct time_match {
	uint32_t date_start, date_stop;	/* seconds since the epoch, inclusive */
	uint32_t start, stop;		/* seconds of the day, inclusive */
	uint32_t monthdays;		/* bits 1 << 1 to 1 << 31 */
	uint8_t weekdays;		/* bits 1 << 1 (Monday) to 1 << 7 */
	bool local, contiguous;
};

static const char *const weekday[] = {
	"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"
};

static void
init(void *data, int family)
{
	(void)family;
	*(struct time_match *)data = (struct time_match){
		.date_stop = INT32_MAX, .stop = LAST_SECOND,
		.monthdays = ALL_MONTHDAYS, .weekdays = ALL_WEEKDAYS,
	};
}

/* ---- reading ---- */

static bool
read_date(struct opt_arg *a, uint32_t *out)
{
	/* What ends each part, its default, least and greatest value. */
	static const struct { char end; unsigned first, min, max; } parts[] = {
		{ '-', 1970, 1970, 2038 }, { '-', 1, 0, 12 }, { 'T', 1, 0, 31 },
		{ ':', 0, 0, 23 }, { ':', 0, 0, 59 }, { '\0', 0, 0, 59 }
	};
	enum { N = sizeof(parts) / sizeof(parts[0]) };
	unsigned long v[N];
	const char *s = a->text;
	struct tm tm;
	time_t t;

	for (unsigned i = 0; i < N; i++)
		v[i] = parts[i].first;
	for (unsigned i = 0; i < N; i++) {
		char *end;

		v[i] = strtoul(s, &end, 10);
		if ((*end != parts[i].end && *end != '\0') ||
		    v[i] < parts[i].min || v[i] > parts[i].max)
			goto bad;
		if (*end == '\0')
			break;
		s = end + 1;
	}
	tm = (struct tm){ .tm_year = (int)v[0] - 1900,
	    .tm_mon = (int)v[1] - 1, .tm_mday = (int)v[2],
	    .tm_hour = (int)v[3], .tm_min = (int)v[4], .tm_sec = (int)v[5] };
	t = timegm(&tm);
	if (t < 0)
		goto bad;
	*out = (uint32_t)t;
	return true;
bad:
	return opt_error(a, "Invalid date \"%s\" specified. Should be "
	    "YYYY[-MM[-DD[Thh[:mm[:ss]]]]]", a->text);
}

static bool
read_datestart(struct opt_arg *a)
{
	return read_date(a, &((struct time_match *)a->data)->date_start);
}

static bool
read_datestop(struct opt_arg *a)
{
	return read_date(a, &((struct time_match *)a->data)->date_stop);
}

static bool
read_daytime(struct opt_arg *a)
{
	unsigned long v[3] = { 0, 0, 0 };
	const char *s = a->text;
	char *end = NULL;

	for (unsigned i = 0; i < 3; i++) {
		v[i] = strtoul(s, &end, 10);
		if (v[i] > (i == 0 ? 23 : 59) ||
		    (*end != '\0' && (*end != ':' || i == 2)))
			goto bad;
		if (*end == '\0' && i == 0)
			goto bad;
		if (*end == '\0')
			break;
		s = end + 1;
	}
	*(uint32_t *)((char *)a->data + a->opt->offset) =
	    (uint32_t)(v[0] * 60 * 60 + v[1] * 60 + v[2]);
	return true;
bad:
	return opt_error(a, "invalid time \"%s\" specified, should be "
	    "hh:mm[:ss] format and within the boundaries", a->text);
}

/* The next part of a list between commas, cut to 'size' - 1 characters;
 * false at its end. */
static bool
next_part(const char **s, char *part, size_t size)
{
	size_t len;

	if (*s == NULL || **s == '\0')
		return false;
	len = strcspn(*s, ",");
	snprintf(part, size, "%.*s", (int)len, *s);
	*s = (*s)[len] == ',' ? *s + len + 1 : NULL;
	return true;
}

static bool
read_monthdays(struct opt_arg *a)
{
	struct time_match *t = a->data;
	const char *s = a->text;
	char day[3], *end;

	t->monthdays = 0;
	while (next_part(&s, day, sizeof(day))) {
		unsigned long i = strtoul(day, &end, 0);

		if (*end != '\0' || i > 31)
			return opt_error(a, "%s is not a valid day for "
			    "--monthdays", day);
		t->monthdays |= 1u << i;
	}
	if (a->negate)
		t->monthdays ^= ALL_MONTHDAYS;
	return true;
}

static unsigned
weekday_of(const char *day)
{
	for (unsigned i = 1; i <= 7; i++)
		if (strncmp(day, weekday[i], 2) == 0)
			return i;
	return 0;
}

static bool
read_weekdays(struct opt_arg *a)
{
	struct time_match *t = a->data;
	const char *s = a->text;
	char day[4], *end;

	t->weekdays = 0;
	while (next_part(&s, day, sizeof(day))) {
		unsigned long i = strtoul(day, &end, 0);

		if (*end == '\0' && i == 0)
			return opt_error(a, "No, the week does NOT begin "
			    "with Sunday.");
		if (*end != '\0' && (i = weekday_of(day)) == 0)
			return opt_error(a, "%s is not a valid day specifier",
			    day);
		/* A number above 7 is taken, and is no day. */
		if (i <= 7)
			t->weekdays |= (uint8_t)(1 << i);
	}
	if (a->negate)
		t->weekdays ^= ALL_WEEKDAYS;
	return true;
}

enum { O_LOCALTZ = 7, O_UTC, O_KERNELTZ };
static const struct opt opts[] = {
	{ .name = "--datestart", .args = 1, .read = read_datestart },
	{ .name = "--datestop", .args = 1, .read = read_datestop },
	{ .name = "--timestart", .args = 1, .read = read_daytime,
	    .offset = offsetof(struct time_match, start) },
	{ .name = "--timestop", .args = 1, .read = read_daytime,
	    .offset = offsetof(struct time_match, stop) },
	{ .name = "--contiguous", .read = opt_flag,
	    .offset = offsetof(struct time_match, contiguous) },
	{ .name = "--weekdays", .args = 1, .flags = OPT_INVERT,
	    .read = read_weekdays },
	{ .name = "--monthdays", .args = 1, .flags = OPT_INVERT,
	    .read = read_monthdays },
	[O_LOCALTZ] = { .name = "--localtz", .read = opt_flag,
	    .offset = offsetof(struct time_match, local),
	    .excludes = 1 << O_UTC },
	[O_UTC] = { .name = "--utc",
	    .excludes = 1 << O_LOCALTZ | 1 << O_KERNELTZ },
	[O_KERNELTZ] = { .name = "--kerneltz", .read = opt_flag,
	    .offset = offsetof(struct time_match, local),
	    .excludes = 1 << O_UTC },
	{ .name = NULL }
};

static bool
check(struct ext_check *c)
{
	const struct time_match *t = c->data;

	if (!t->contiguous || t->start >= t->stop)
		return true;
	diag_error(c->diags, c->loc, "time: --contiguous only makes sense "
	    "when stoptime is smaller than starttime");
	return false;
}

/* ---- printing ---- */

static void
print_daytime(struct sbuf *out, const char *word, unsigned t)
{
	sbuf_printf(out, " %s %02u:%02u:%02u", word, t / 3600, t / 60 % 60,
	    t % 60);
}

static void
print_daytimes(const struct time_match *t, const char *start,
    const char *stop, struct sbuf *out)
{
	if (t->start == 0 && t->stop == LAST_SECOND)
		return;
	print_daytime(out, start, t->start);
	print_daytime(out, stop, t->stop);
}

static void
print_monthdays(uint32_t days, bool words, struct sbuf *out)
{
	static const char *const ending[] = { "th", "st", "nd", "rd" };
	const char *sep = " ";

	if (days == 0 || days == 1)
		sbuf_putc(out, ' ');
	for (unsigned i = 1; i <= 31; i++)
		if (days >> i & 1) {
			/* iptables says "11st" too. */
			sbuf_printf(out, "%s%u%s", sep, i, !words ? "" :
			    ending[i % 10 <= 3 ? i % 10 : 0]);
			sep = ",";
		}
}

static void
print_weekdays(unsigned days, struct sbuf *out)
{
	const char *sep = " ";

	if ((days & ALL_WEEKDAYS) == 0)
		sbuf_putc(out, ' ');
	for (unsigned i = 1; i <= 7; i++)
		if (days >> i & 1) {
			sbuf_printf(out, "%s%s", sep, weekday[i]);
			sep = ",";
		}
}

static void
print_date(struct sbuf *out, const char *word, char sep, uint32_t date)
{
	time_t t = date;
	struct tm tm;

	if (date == 0)
		return;
	gmtime_r(&t, &tm);
	sbuf_printf(out, "%s%s %04d-%02d-%02d%c%02d:%02d:%02d",
	    *word ? " " : "", word, tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, sep, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
save(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct time_match *t = data;

	(void)p;
	print_daytimes(t, "--timestart", "--timestop", out);
	if (t->monthdays != ALL_MONTHDAYS) {
		sbuf_puts(out, " --monthdays");
		print_monthdays(t->monthdays, false, out);
	}
	if (t->weekdays != ALL_WEEKDAYS) {
		sbuf_puts(out, " --weekdays");
		print_weekdays(t->weekdays, out);
	}
	print_date(out, "--datestart", 'T', t->date_start);
	/* Also where it was not given: iptables looks for another default. */
	print_date(out, "--datestop", 'T', t->date_stop);
	if (t->local)
		sbuf_puts(out, " --kerneltz");
	if (t->contiguous)
		sbuf_puts(out, " --contiguous");
}

static void
list(const void *data, const struct ext_print *p, struct sbuf *out)
{
	const struct time_match *t = data;

	(void)p;
	sbuf_puts(out, " TIME");
	print_daytimes(t, "from", "to", out);
	if (t->weekdays != ALL_WEEKDAYS) {
		sbuf_puts(out, " on");
		print_weekdays(t->weekdays, out);
	}
	if (t->monthdays != ALL_MONTHDAYS) {
		sbuf_puts(out, " on");
		print_monthdays(t->monthdays, true, out);
	}
	if (t->date_start != 0) {
		sbuf_puts(out, " starting from");
		print_date(out, "", ' ', t->date_start);
	}
	if (t->date_stop != INT32_MAX) {
		sbuf_puts(out, " until date");
		print_date(out, "", ' ', t->date_stop);
	}
	if (!t->local)
		sbuf_puts(out, " UTC");
	if (t->contiguous)
		sbuf_puts(out, " contiguous");
}

/* ---- running ---- */

static int64_t
clock_of(const struct time_match *t, const struct ctx *ctx)
{
	int64_t now = ctx->now / 1000000000;

	return t->local ? now - 60 * ctx->env->tz_minuteswest : now;
}

static bool
daytime_holds(const struct time_match *t, uint32_t now)
{
	if (t->start < t->stop)
		return now >= t->start && now <= t->stop;
	return now >= t->start || now <= t->stop;
}

static bool
monthday_holds(const struct time_match *t, int64_t stamp)
{
	time_t when = stamp;
	struct tm tm;

	return t->monthdays == ALL_MONTHDAYS ||
	    (gmtime_r(&when, &tm) != NULL &&
	    (t->monthdays >> tm.tm_mday & 1));
}

static enum tri
eval(const void *data, struct ctx *ctx)
{
	const struct time_match *t = data;
	int64_t stamp = clock_of(t, ctx);
	uint32_t daytime, day;

	if (stamp < t->date_start || stamp > t->date_stop)
		return TRI_NO;
	daytime = (uint32_t)((uint64_t)stamp % DAY);
	if (!daytime_holds(t, daytime))
		return TRI_NO;
	/* After midnight a contiguous period belongs to the day before. */
	if (t->contiguous && t->start >= t->stop && daytime <= t->stop)
		stamp -= DAY;
	/* 1970-01-01 was a Thursday; the kernel divides without sign. */
	day = (uint32_t)((uint64_t)stamp / DAY);
	if (!(t->weekdays >> ((4 + day - 1) % 7 + 1) & 1))
		return TRI_NO;
	return tri_of(monthday_holds(t, stamp));
}

static void
explain(const void *data, struct ctx *ctx, struct sbuf *out)
{
	const struct time_match *t = data;
	time_t now = clock_of(t, ctx);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL)
		return;
	sbuf_printf(out, "it is %s", weekday[(tm.tm_wday + 6) % 7 + 1]);
	print_date(out, "", ' ', (uint32_t)now);
	sbuf_printf(out, "%s, rule wants", t->local ? "" : " UTC");
	list(data, NULL, out);
}

const struct ext ext_m_time = {
	.name = "time",
	.traits = EXT_STATEFUL,
	.size = sizeof(struct time_match),
	.opts = opts,
	.init = init,
	.check = check,
	.save = save,
	.list = list,
	.eval = eval,
	.explain = explain,
};
