/* nfwalk trace: one packet, explained. */
#include "cmd.h"

#include "branch.h"
#include "ext/ext.h"
#include "fix.h"
#include "inputs.h"
#include "outputs.h"
#include "page.h"
#include "pager.h"
#include "parsers/fromlog.h"
#include "reports/json_util.h"
#include "reports/trace.h"
#include "run.h"
#include "wayback.h"

#include <stdlib.h>

enum { F_TEXT, F_JSON, F_HTML };
static const char *const format_names[] = { "text", "json", "html", NULL };

/* One question: a packet in words, or a frame of a capture. */
struct question {
	const char *input;
	struct pktspec spec;
	const char *before;		/* of a LOG line, else null */
	unsigned frame;			/* 0: words */
};

struct tracer {
	struct inputs in;
	const char *expect, *from_log;
	const char *after[RUN_MAX_BEFORE];
	unsigned n_after, frame;
	bool established, strict, partial;
	int verbose;
	struct outputs outputs;
	struct page page;
	struct pager pager;
	int64_t time;
	enum disposition wanted;
	struct sbuf loose;		/* a packet without quotes */
	struct question *questions;
	unsigned n_questions, room_questions;
	struct pktspec before[RUN_MAX_BEFORE];
	struct feed_input *captures;
	unsigned n_captures;
	/* Of the question at hand. */
	const char **notes;
	unsigned n_notes, room_notes;
	struct cJSON *results;
	bool first, undetermined, unexpected;
};

/* ---- options ---- */

static bool
set_text(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	((struct tracer *)ctx)->from_log = value;
	return true;
}

static bool
set_verbose(void *ctx, const struct arg *o, const char *value)
{
	(void)value;
	((struct tracer *)ctx)->verbose = strcmp(o->name, "--brief") == 0 ?
	    -1 : strcmp(o->name, "-vv") == 0 ? 2 : 1;
	return true;
}

static bool
set_flag(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	(void)value;
	if (strcmp(o->name, "--strict") == 0)
		t->strict = true;
	else
		t->partial = true;
	return true;
}

static bool
set_after(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	(void)o;
	if (strcmp(value, "established") == 0) {
		t->established = true;
		return true;
	}
	if (t->n_after == RUN_MAX_BEFORE)
		return args_error("trace", "--after: %d packets at most",
		    RUN_MAX_BEFORE);
	t->after[t->n_after++] = value;
	return true;
}

static bool
read_number_arg(const struct arg *o, const char *value, uint64_t max,
    uint64_t *out)
{
	const char *s = value;

	if (read_number(&s, max, out) && *s == '\0')
		return true;
	return args_error("trace", "%s: expected a number, got '%s'", o->name,
	    value);
}

static bool
set_number(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;
	uint64_t v;

	if (strcmp(o->name, "--at") == 0) {
		if (!read_number_arg(o, value, INT64_MAX / 1000000000, &v))
			return false;
		t->time = (int64_t)v * 1000000000;
		return true;
	}
	if (!read_number_arg(o, value, UINT32_MAX, &v))
		return false;
	if (v == 0)
		return args_error("trace", "--frame: frames count from 1");
	t->frame = (unsigned)v;
	return true;
}

static bool
set_expect(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;
	int d = args_word("trace", o, value, strlen(value));

	if (d < 0)
		return false;
	t->expect = value;
	t->wanted = (enum disposition)d;
	return true;
}

/* A packet given without quotes: its options one by one. */
static bool
set_loose(void *ctx, const struct arg *o, const char *value)
{
	struct tracer *t = ctx;

	sbuf_printf(&t->loose, "%s%s", t->loose.len ? " " : "", o->name);
	if (value != NULL)
		sbuf_printf(&t->loose, " %s", value);
	return true;
}

static const struct arg packet_args[] = {
	{ "--after", NULL, "PACKET", set_after,
	    .help = "what came before; established: the packet's connection exists",
	    .repeatable = true },
	{ "--frame", NULL, "N", set_number,
	    .help = "frame N of the capture, after those before it", "Those of "
	    "further captures too, which are merged by time." },
	{ "--from-log", NULL, "FILE", set_text, .help = "packets of kernel LOG lines",
	    "- is standard input; what else stands there is passed over.",
	    ARG_FILE },
	{ "--at", NULL, "SECONDS", set_number, .help = "the time, since the epoch",
	    "Without it 2026-01-01 12:00:00 UTC." },
	{ "--partial", NULL, NULL, set_flag,
	    .help = "take a capture that ends in mid-frame as it is" },
	{ 0 }
};

static const struct arg trace_args[] = {
	{ "--verbose", "-v", NULL, set_verbose, .help = "every table" },
	{ "-vv", NULL, NULL, set_verbose,
	    .help = "every rule that was tested, and why it did not match" },
	{ "--brief", NULL, NULL, set_verbose, .help = "one line for each packet" },
	{ "--expect", NULL, "V", set_expect, .help = "exit 1 unless the verdict is",
	    .kind = ARG_WORD, .words = disposition_names },
	{ "--strict", NULL, NULL, set_flag,
	    .help = "exit 4 if it depends on what is not known" },
	{ 0 }
};

/* Those of packets; nfwalk-packets(5) tells of them. */
static const struct arg loose_args[] = {
	{ "-i", "--in-interface", "", set_loose, .help = NULL },
	{ "-o", "--out-interface", "", set_loose, .help = NULL },
	{ "-p", "--protocol", "", set_loose, .help = NULL },
	{ "-s", "--source", "", set_loose, .help = NULL },
	{ "-d", "--destination", "", set_loose, .help = NULL },
	{ "--sport", "--source-port", "", set_loose, .help = NULL },
	{ "--dport", "--destination-port", "", set_loose, .help = NULL },
	{ "--syn", NULL, NULL, set_loose, .help = NULL },
	{ "--icmp-type", "--icmpv6-type", "", set_loose, .help = NULL },
	{ "--ctstate", "--state", "", set_loose, .help = NULL },
	{ "-m", "--match", "", set_loose, .help = NULL },
	{ "--ttl", NULL, "", set_loose, .help = NULL },
	{ "--length", NULL, "", set_loose, .help = NULL },
	{ "--mac-source", NULL, "", set_loose, .help = NULL },
	{ 0 }
};

/* ---- what is assumed ---- */

static void
add_note(void *arg, const char *text)
{
	struct tracer *t = arg;

	for (unsigned i = 0; i < t->n_notes; i++)
		if (strcmp(t->notes[i], text) == 0)
			return;
	vec_room(t->notes, t->n_notes, t->room_notes);
	t->notes[t->n_notes++] = arena_strdup(&t->in.arena, text);
}

/* ---- telling ---- */

static bool
wants(const struct tracer *t, unsigned format)
{
	for (unsigned i = 0; i < t->outputs.n; i++)
		if (t->outputs.list[i].format == format)
			return true;
	return false;
}

static void
tell(struct tracer *t, const struct trace_report *report)
{
	if (wants(t, F_JSON))
		json_collect(&t->results, trace_json(report));
	if (wants(t, F_HTML))
		page_trace(&t->page, report);
	for (unsigned i = 0; i < t->outputs.n; i++) {
		const struct out *o = &t->outputs.list[i].out;

		if (t->outputs.list[i].format != F_TEXT)
			continue;
		if (!t->first && t->verbose >= 0)
			putc('\n', o->file);
		trace_text(report, t->verbose, output_color(&t->outputs,
		    &t->outputs.list[i]), o->file);
	}
}

static void
write_page(struct tracer *t, struct output *o)
{
	page_title(&t->page, t->questions[0].input);
	page_inputs(&t->page, &t->in);
	for (unsigned i = 0; i < t->n_captures; i++)
		page_file(&t->page, t->captures[i].path, "capture");
	page_write(&t->page, o, &t->in.diags);
}

static void
finish(struct tracer *t)
{
	pager_close(&t->pager);
	for (unsigned i = 0; i < t->outputs.n; i++) {
		struct output *o = &t->outputs.list[i];

		if (o->format == F_HTML) {
			write_page(t, o);
			continue;
		}
		if (o->format == F_JSON)
			json_finish(t->results, o->out.file);
		out_commit(&o->out, &t->in.diags);
	}
}

static struct run_setup
setup_of(struct tracer *t, const struct question *q)
{
	return (struct run_setup){ .in = &t->in, .rules = {
	    t->in.load.rules[0], t->in.load.rules[1] },
	    .arena = &t->in.arena, .before = t->before,
	    .n_before = t->n_after, .established = t->established,
	    .spec = q->spec, .frame = q->frame, .captures = t->captures,
	    .n_captures = t->n_captures,
	    .partial = t->partial, .time = t->time,
	    .all_misses = t->verbose >= 2 || wants(t, F_JSON),
	    .note = add_note, .arg = t };
}

static bool
run_failed(struct tracer *t, const struct run *r, const struct question *q)
{
	if (!r->found && t->in.diags.errors == 0)
		diag_error(&t->in.diags, (struct loc){ 0 }, "%s: there is no "
		    "frame %u, or it is a copy of another packet",
		    t->captures[0].path, q->frame);
	return t->in.diags.errors != 0;
}

static void
answer(struct tracer *t, const struct run_setup *setup, struct run *r,
    struct trace_report *report)
{
	struct trace reply;

	trace_init(&reply, &t->in.arena);
	report->way = &r->way;
	report->end = run_ending(r);
	if (report->end.disposition == DISP_ACCEPT)
		report->no_way_back = way_back_broken(&r->way, &t->in.arena,
		    &report->way_back);
	if (run_unknowns(r) != 0)
		branch_settle(setup, r, report);
	else if (t->verbose >= 0 && setup->frame == 0)
		fix_find(setup, report);
	if (report->end.disposition == DISP_ACCEPT &&
	    run_reply(r, &reply, &report->reply_end, &report->no_reply))
		report->reply = &reply;
	report->notes = t->notes;
	report->n_notes = t->n_notes;
	tell(t, report);
	trace_free(&reply);
}

static bool
ask(struct tracer *t, const struct question *q, bool first)
{
	struct run *r = mem_alloc(1, sizeof(*r));
	struct trace_report report = { .input = q->input, .env = t->in.env,
	    .logged_before = q->before };
	struct run_setup setup = setup_of(t, q);
	bool ok;

	t->n_notes = 0;
	t->first = first;
	run_begin(r, &setup);
	ok = !run_failed(t, r, q);
	if (ok) {
		answer(t, &setup, r, &report);
		t->undetermined |= report.end.disposition == DISP_DEPENDS ||
		    report.end.disposition == DISP_UNDETERMINED;
		t->unexpected |= t->expect != NULL &&
		    report.end.disposition != t->wanted;
	}
	run_end(r);
	free(r);
	return ok;
}

/* ---- questions ---- */

static struct question *
new_question(struct tracer *t, const char *input)
{
	vec_room(t->questions, t->n_questions, t->room_questions);
	t->questions[t->n_questions] = (struct question){ .input = input };
	return &t->questions[t->n_questions++];
}

static bool
read_words(struct tracer *t, const char *text, struct pktspec *spec)
{
	const struct source *src = source_text("packet", text, &t->in.arena);

	return pktspec_parse(src, 0, src->size, spec, &t->in.arena,
	    &t->in.diags);
}

static bool
read_log(struct tracer *t)
{
	const struct source *src = source_read(t->from_log, &t->in.arena,
	    &t->in.diags);
	struct logged l;
	size_t off = 0;

	while (src != NULL && fromlog_next(src, &off, &l, &t->in.arena,
	    &t->in.diags)) {
		struct question *q = new_question(t, arena_strndup(
		    &t->in.arena, src->text + l.spec.loc.off,
		    l.spec.loc.len));

		q->spec = l.spec;
		if (l.forwarded)	/* as it left; routes decide */
			memset(q->spec.out, 0, sizeof(q->spec.out));
		q->before = arena_strndup(&t->in.arena, l.before,
		    l.before_len);
	}
	if (src != NULL && t->n_questions == 0 && t->in.diags.errors == 0)
		diag_error(&t->in.diags, loc_at(src, 0, 0), "no kernel LOG "
		    "line (IN=... SRC=...) is in it");
	return t->in.diags.errors == 0;
}

static bool
read_questions(struct tracer *t, const struct args *a)
{
	bool ok = true;

	for (unsigned i = 0; i < t->n_after; i++)
		ok &= read_words(t, t->after[i], &t->before[i]);
	if (t->frame != 0) {
		new_question(t, a->rest[0])->frame = t->frame;
		t->captures = arena_alloc(&t->in.arena, a->n_rest *
		    sizeof(*t->captures));
		for (; t->n_captures < a->n_rest; t->n_captures++)
			t->captures[t->n_captures] = feed_input_parse(
			    a->rest[t->n_captures], &t->in.arena);
		return ok;
	}
	for (unsigned i = 0; i < a->n_rest; i++) {
		struct question *q = new_question(t, a->rest[i]);

		ok &= read_words(t, a->rest[i], &q->spec);
	}
	if (t->loose.len != 0) {
		struct question *q = new_question(t, sbuf_text(&t->loose));

		ok &= read_words(t, q->input, &q->spec);
	}
	return ok && (t->from_log == NULL || read_log(t));
}

static bool
check_usage(struct tracer *t, const struct args *a)
{
	if (t->in.n_files == 0 && t->in.snapshot == NULL)
		return args_error("trace", "-r FILE or -S DIR is needed");
	if (t->frame != 0 && a->n_rest == 0)
		return args_error("trace", "--frame needs a capture");
	if (t->frame == 0 && a->n_rest == 0 && t->loose.len == 0 &&
	    t->from_log == NULL)
		return args_error("trace", "no packet given");
	return t->outputs.n != 0 || outputs_add(&t->outputs, "text", "-");
}

/* Does text go to standard output? */
static bool
wants_stdout(const struct tracer *t)
{
	for (unsigned i = 0; i < t->outputs.n; i++)
		if (t->outputs.list[i].format == F_TEXT &&
		    t->outputs.list[i].out.path == NULL)
			return true;
	return false;
}

static int
run_all(struct tracer *t, const struct args *a)
{
	bool ok = inputs_load(&t->in);

	ok = read_questions(t, a) && ok;
	ok = ok && outputs_open(&t->outputs, &t->in.diags);
	run_assume_time(&t->in, t->time);
	if (ok && wants_stdout(t))
		t->outputs.paged = pager_open(&t->pager);
	for (unsigned i = 0; ok && i < t->n_questions; i++)
		ok = ask(t, &t->questions[i], i == 0);
	if (!ok)
		return EXIT_INPUT;
	finish(t);
	if (t->strict && t->undetermined)
		return EXIT_UNDETERMINED;
	return t->unexpected ? EXIT_NO : EXIT_YES;
}

static int
main_trace(int argc, char **argv)
{
	struct tracer *t = mem_alloc(1, sizeof(*t));
	struct args a = { .command = &command_trace, .ctx = { &t->in, &t->in,
	    &t->in, t, t, t, &t->outputs, &t->outputs, &t->pager } };
	int code;

	inputs_init(&t->in);
	t->outputs = (struct outputs){ .command = "trace",
	    .names = format_names };
	page_begin(&t->page, argc, argv, &t->in.arena);
	t->time = RUN_USUAL_TIME;
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else if (!check_usage(t, &a))
		code = EXIT_USAGE;
	else
		code = run_all(t, &a);
	pager_close(&t->pager);
	outputs_abort(&t->outputs);
	code = inputs_finish(&t->in, code);
	json_discard(&t->results);
	page_free(&t->page);
	free(t->questions);
	free(t->notes);
	free(a.rest);
	sbuf_free(&t->loose);
	inputs_free(&t->in);
	free(t);
	return code;
}

static const char *const synopsis[] = {
	"-r FILE [-S DIR] [OPTION]... 'PACKET'...",
	"-r FILE [-S DIR] [OPTION]... --frame N [IFACE=]CAPTURE...",
	"-r FILE [-S DIR] [OPTION]... --from-log FILE",
	NULL
};
static const char *const text[] = {
	"The verdict and the rule that decided it come first, then rules that "
	"almost matched, the path, the way of the answer, rules that were not "
	"consulted, and a change that turns the verdict, tried before it is "
	"told. What is not known makes the verdict DEPENDS, with each way.",
	NULL
};
static const struct example examples[] = {
	{ "Why is it dropped", "nfwalk trace -S snapshot 'eth0 tcp "
	    "203.0.113.7:51514 > 198.51.100.10:8080 syn'" },
	{ "A later packet of a connection", "nfwalk trace -S snapshot --after "
	    "established -i eth0 -p tcp -s 203.0.113.7 -d 198.51.100.10 "
	    "--dport 22" },
	{ "Which rule wrote this line", "journalctl -k -g 'UFW BLOCK' -n1 | "
	    "nfwalk trace -S snapshot --from-log -" },
	{ 0 }
};

const struct command command_trace = {
	.name = "trace",
	.summary = "one packet, explained",
	.synopsis = synopsis,
	.about = "Explains what happens to a packet, and why. A PACKET is 'eth0 "
	    "tcp 203.0.113.7:51514 > 198.51.100.10:22 syn', 'local udp "
	    "10.0.0.1:53 > 8.8.8.8:53', '-i eth0 -p tcp -s A -d B --dport 22', "
	    "a line of tcpdump or of conntrack -L: see nfwalk-packets(5).",
	.text = text,
	.tables = { { "Input", rules_args }, { NULL, inputs_args },
	    { NULL, owner_args }, { NULL, packet_args },
	    { "Output", trace_args }, { NULL, loose_args },
	    { NULL, outputs_args }, { NULL, color_args },
	    { NULL, pager_args } },
	.formats = format_names,
	.exits = { [EXIT_YES] = "done, or as expected",
	    [EXIT_NO] = "not as expected",
	    [EXIT_UNDETERMINED] = "it depends, with --strict" },
	.examples = examples,
	.see = "nfwalk-replay(1) nfwalk-packets(5) nfwalk-snapshot(5)",
	.run = main_trace,
};
