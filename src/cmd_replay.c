/* nfwalk replay: captures through the rules, written in the kernel's own
 * formats. */
#include "cmd.h"

#include "base/out.h"
#include "feed.h"
#include "inputs.h"
#include "outputs.h"
#include "page.h"
#include "parsers/pcap.h"
#include "progress.h"
#include "replayed.h"
#include "reports/logged.h"
#include "reports/packets.h"
#include "reports/pcapng.h"
#include "reports/replay_csv.h"
#include "reports/save.h"
#include "reports/summary.h"
#include "reports/trace.h"
#include "shard.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum format { F_TEXT, F_JSON, F_JSONL, F_BRIEF, F_HTML, F_CSV, F_FLOWS, F_ECS,
    F_OCSF, F_PCAPNG };
static const char *const format_names[] = { "text", "json", "jsonl", "brief",
    "html", "csv", "flows-csv", "ecs", "ocsf", "pcapng", NULL };

/* A capture being written, one for each interface that something left by. */
struct writer {
	struct writer *next;
	const struct iface *dev;
	struct out out;
	struct pcap_out *pcap;
};

/* Who listens to the simulator; each may be null. */
struct both { struct sink sink; struct sink *to[2]; };

struct replay {
	struct inputs in;
	/* Paths; null: not wanted. */
	const char *counters, *counters6, *trace, *log, *conntrack, *pcap;
	struct outputs reports;
	bool trace_all, trust, partial, strict, quiet;
	struct feed_input *captures;
	unsigned n_captures;
	struct replay_shard shard;	/* of 0: all packets */
	/* While it runs. */
	struct feed *feed;
	struct sim *sim;
	struct out trace_out, log_out;
	struct writer *writers;
	struct writer *last_writer;
	bool made_folder;		/* of --write-pcap */
	struct summary *summary;
	struct packets_report packets;	/* of -f jsonl */
	struct logged_report logged;	/* of -f ecs, ocsf */
	struct pcapng *pcapng;		/* of -f pcapng, or null */
	struct history *history;	/* of -f html */
	struct page page;
	FILE *brief;			/* of -f brief, or null */
	struct trace way;		/* ... what the packet at hand did */
	struct both both;
	struct arena texts;		/* ... in words */
	int64_t first, last;
	struct progress *progress;
};

/* ---- options ---- */

static const struct {
	const char *name;
	size_t offset;
} paths[] = {
	{ "--write-counters", offsetof(struct replay, counters) },
	{ "--write-counters6", offsetof(struct replay, counters6) },
	{ "--write-trace", offsetof(struct replay, trace) },
	{ "--write-log", offsetof(struct replay, log) },
	{ "--write-conntrack", offsetof(struct replay, conntrack) },
	{ "--write-pcap", offsetof(struct replay, pcap) },
}, flags[] = {
	{ "--trace-all", offsetof(struct replay, trace_all) },
	{ "--partial", offsetof(struct replay, partial) },
	{ "--strict", offsetof(struct replay, strict) },
	{ "--quiet", offsetof(struct replay, quiet) },
};

static bool
set_path(void *ctx, const struct arg *o, const char *value)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (strcmp(paths[i].name, o->name) == 0)
			memcpy((char *)ctx + paths[i].offset, &value,
			    sizeof(value));
	return true;
}

static bool
set_flag(void *ctx, const struct arg *o, const char *value)
{
	(void)value;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(flags[i].name, o->name) == 0)
			*((bool *)ctx + flags[i].offset) = true;
	return true;
}

static const char *const checksums_names[] = { "verify", "ignore", NULL };

static bool
set_checksums(void *ctx, const struct arg *o, const char *value)
{
	int i = args_word("replay", o, value, strlen(value));

	((struct replay *)ctx)->trust = i == 1;
	return i >= 0;
}

static bool
set_shard(void *ctx, const struct arg *o, const char *value)
{
	return shard_read(value, &((struct replay *)ctx)->shard) ||
	    args_error("replay", "%s: I/N, the first of 4 is 0/4 and the last "
	    "3/4, not '%s'", o->name, value);
}

static bool
set_brief(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	return outputs_add(&((struct replay *)ctx)->reports, "brief", "-");
}

static const struct arg capture_args[] = {
	{ "--checksums", NULL, "WHAT", set_checksums, .help = "what to do with them",
	    "Verified as conntrack does, which is the default; of what the "
	    "hardware was to fill in, and of packets that were cut, a "
	    "checksum counts as good.", ARG_WORD, checksums_names },
	{ "--partial", NULL, NULL, set_flag,
	    .help = "take a capture that ends in mid-frame as it is" },
	{ "--shard", NULL, "I/N", set_shard, .help = "one part of N of the "
	    "hosts' pairs; the first is 0/N", "All captures are read, and what "
	    "is between two hosts goes to one shard, ICMP errors to that of "
	    "the packet they quote. 'nfwalk merge' adds up their JSON. Whether "
	    "that is what one run would have found is told on standard error "
	    "and in the JSON: not if rules hang on packets of several pairs "
	    "(limit, recent, ...) or translate." },
	{ 0 }
};

static const struct arg write_args[] = {
	{ "--write-counters", NULL, "FILE", set_path,
	    .help = "the rules and their counters after the run", "As iptables-save "
	    "-c prints them; counters start from those in the dump.",
	    ARG_FILE },
	{ "--write-counters6", NULL, "FILE", set_path, .help = "the same of IPv6",
	    .kind = ARG_FILE },
	{ "--write-trace", NULL, "FILE", set_path,
	    .help = "the lines of target TRACE", .kind = ARG_FILE },
	{ "--write-log", NULL, "FILE", set_path,
	    .help = "the lines of target LOG, with <LEVEL>", "What is not "
	    "printable ASCII, and \\, is written \\xNN, as /dev/kmsg does.",
	    ARG_FILE },
	{ "--write-conntrack", NULL, "FILE", set_path,
	    .help = "the connections at the end", "As conntrack -L -o extended "
	    "prints them.", ARG_FILE },
	{ "--write-pcap", NULL, "DIR", set_path,
	    .help = "what leaves: DIR/IFACE.pcap", "Raw IP, after NAT and mangling, "
	    "with what the host itself answers.", ARG_FOLDER },
	{ "--trace-all", NULL, NULL, set_flag, .help = "every packet is traced" },
	{ 0 }
};

static const struct arg replay_args[] = {
	{ "--brief", NULL, NULL, set_brief, .help = "the same as -f brief: a "
	    "line for each packet", .more = "As nfwalk trace --brief prints "
	    "it." },
	{ "--strict", NULL, NULL, set_flag, .help = "exit 4 if anything was unknown" },
	{ "--quiet", "-q", NULL, set_flag, .help = "no progress on standard error" },
	{ 0 }
};

/* ---- what the simulator tells ---- */

/* One file for each interface.  Its name comes from a snapshot: no way out
 * of the folder. */
static struct writer *
open_writer(struct replay *r, const struct iface *dev)
{
	struct writer *w = arena_new(&r->in.arena, struct writer);
	const char *path = arena_printf(&r->in.arena, "%s/%s.pcap", r->pcap,
	    dev->name);

	w->dev = dev;
	w->next = r->writers;
	r->writers = w;
	if (strchr(dev->name, '/') != NULL || dev->name[0] == '.') {
		diag_error(&r->in.diags, (struct loc){ 0 },
		    "no capture can be written for interface '%s'", dev->name);
		return w;
	}
	if (out_open(&w->out, path, &r->in.diags))
		w->pcap = pcap_out_new(w->out.file, feed_nanoseconds(r->feed));
	return w;
}

static struct writer *
writer_of(struct replay *r, const struct iface *dev)
{
	struct writer *w = r->last_writer;

	if (w != NULL && w->dev == dev)
		return w;
	for (w = r->writers; w != NULL && w->dev != dev; w = w->next)
		continue;
	return r->last_writer = w != NULL ? w : open_writer(r, dev);
}

static void
on_sent(void *arg, const struct iface *dev, const uint8_t *l3, uint32_t len,
    uint32_t have, int64_t when)
{
	static const struct iface unknown = { .name = "unknown" };
	struct replay *r = arg;

	if (dev != NULL)
		feed_sent(r->feed, dev, l3, have, when);
	packets_report_sent(&r->packets, dev, l3, have);
	if (r->pcap != NULL) {
		struct writer *w = writer_of(r, dev ? dev : &unknown);

		if (w->pcap != NULL)
			pcap_out_put(w->pcap, l3, have, len, when);
	}
}

/* As /dev/kmsg has it: what is not printable ASCII, and '\', as \xNN. */
static void
put_kmsg(const char *text, size_t len, FILE *f)
{
	size_t done = 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~' || text[i] == '\\') {
			fwrite(text + done, 1, i - done, f);
			fprintf(f, "\\x%02x", (unsigned char)text[i]);
			done = i + 1;
		}
	fwrite(text + done, 1, len - done, f);
	fputc('\n', f);
}

static void
on_line(void *arg, bool trace, unsigned level, const char *text, size_t len)
{
	struct replay *r = arg;
	FILE *f = trace ? r->trace_out.file : r->log_out.file;

	if (f == NULL)
		return;
	if (!trace)
		fprintf(f, "<%u>", level);
	put_kmsg(text, len, f);
}

/* ---- running ---- */

/* A line as nfwalk trace --brief prints it. */
static void
put_brief(struct replay *r, const struct summary_packet *p)
{
	struct trace_report report = { .way = &r->way, .end = {
	    p->disposition, p->reason, p->rule, p->chain } };

	if (r->brief == NULL)
		return;
	if (r->way.words != NULL)
		trace_text(&report, -1, false, r->brief);
	trace_reset(&r->way);
	arena_free(&r->texts);
}

/* Both the page and the lines listen to the simulator. */
static void
tell_both(struct sink *sink, const struct event *e)
{
	struct both *b = (struct both *)sink;

	for (unsigned i = 0; i < 2; i++)
		if (b->to[i] != NULL)
			b->to[i]->event(b->to[i], e);
}

static void
put_pcapng(struct replay *r, const struct frame *f,
    const struct summary_packet *p)
{
	struct sbuf comment = SBUF_INIT;
	struct pcapng_packet packet = { .iface = f->in ? f->in->name :
	    "local", .ether = f->link == FRAME_ETHER,
	    .inbound = f->in != NULL, .data = f->data, .have = f->len,
	    .len = f->wire_len, .time = f->time };

	pcapng_comment(p, &comment);
	packet.comment = sbuf_text(&comment);
	pcapng_put(r->pcapng, &packet);
	sbuf_free(&comment);
}

/* Runs a frame whose end is to be told. */
static void
run_told(struct replay *r, const struct frame *f, unsigned file)
{
	struct summary_packet p;

	packets_report_begin(&r->packets);
	logged_begin(&r->logged, r->captures[file].path, f->number, f->time);
	if (r->history != NULL)
		history_begin(r->history);
	replayed_frame(r->sim, f, file, r->summary, &p);
	if (r->summary != NULL)
		summary_add(r->summary, &p);
	if (r->history != NULL)
		history_add(r->history, &p, f->time, file);
	packets_report_put(&r->packets, &p, f->time, r->captures[file].path);
	put_brief(r, &p);
	logged_end(&r->logged, &p);
	if (r->pcapng != NULL)
		put_pcapng(r, f, &p);
}

static void
show_progress(struct replay *r)
{
	uint64_t done, total;

	feed_progress(r->feed, &done, &total);
	progress_at(r->progress, done, total);
}

/* What is written now may go to the same terminal. */
static void
end_progress(struct replay *r)
{
	progress_end(r->progress);
	r->progress = NULL;
}

static void
begin(struct replay *r, int64_t now)
{
	sim_clock(r->sim, now);
	inputs_connections(&r->in, &r->shard, r->sim);
}

static void
run_frames(struct replay *r)
{
	bool told = r->summary != NULL || r->packets.file != NULL ||
	    r->brief != NULL || logged_wanted(&r->logged) ||
	    r->pcapng != NULL;
	struct frame f;
	unsigned file;
	uint64_t n = 0, ours = 0;

	while (feed_next(r->feed, &f, &file)) {
		if (n++ == 0)
			begin(r, f.time);
		if (n % FEED_PROGRESS == 0)
			show_progress(r);
		if (!feed_ours(r->feed)) {
			sim_clock(r->sim, f.time);
			continue;
		}
		if (told)
			run_told(r, &f, file);
		else
			sim_frame(r->sim, &f, NULL);
		if (ours++ == 0)
			r->first = r->last = f.time;
		if (f.time > r->last)
			r->last = f.time;
	}
	if (ours == 0)
		r->first = 1;
	if (n == 0)
		inputs_connections(&r->in, &r->shard, r->sim);
	else
		sim_clock(r->sim, feed_end(r->feed));
}

/* ---- results ---- */

static void
write_counters(struct replay *r, const char *path, int family)
{
	struct save_counters from = counters_of(r->sim);
	struct save_format format = { .counters = true, .from = &from,
	    .table = -1 };
	const struct ruleset *rs = r->in.load.rules[family_index(family)];
	struct out out;

	if (path == NULL || !out_open(&out, path, &r->in.diags))
		return;
	if (rs != NULL)
		save_ruleset(rs, &format, out.file);
	out_commit(&out, &r->in.diags);
}

static void
write_conntrack(struct replay *r)
{
	struct sbuf text = SBUF_INIT;
	struct out out;

	if (r->conntrack == NULL)
		return;
	sim_print_conntrack(r->sim, &text);
	if (out_open(&out, r->conntrack, &r->in.diags)) {
		fwrite(sbuf_text(&text), 1, text.len, out.file);
		out_commit(&out, &r->in.diags);
	}
	sbuf_free(&text);
}

static void
write_page(struct replay *r, const struct replay_facts *facts,
    struct output *o)
{
	struct save_counters after = counters_of(r->sim);
	struct html_report *h = &r->page.r;

	page_inputs(&r->page, &r->in);
	for (unsigned i = 0; i < r->n_captures; i++)
		page_file(&r->page, r->captures[i].path, "capture");
	h->history = r->history;
	h->summary = summary_view(r->summary);
	h->facts = facts;
	h->after = &after;
	page_write(&r->page, o, &r->in.diags);
}

static void
write_csv(struct replay *r, FILE *file)
{
	struct save_counters after = counters_of(r->sim);
	const struct ruleset *rules[2] = { r->in.load.rules[0],
	    r->in.load.rules[1] };

	csv_counters(rules, &after, file);
}

static void
write_flows(struct replay *r, FILE *file)
{
	uint64_t beyond = history_flows_beyond(r->history);

	csv_flows(r->history, file);
	if (beyond != 0)
		diag_warn(&r->in.diags, (struct loc){ 0 }, "flows-csv: %llu "
		    "packets are of flows beyond the first %d, which are not "
		    "in it", (unsigned long long)beyond, HISTORY_FLOWS);
}

static void
write_reports(struct replay *r, unsigned connections)
{
	const struct feed_stats *st = feed_stats(r->feed);
	const char **captures = arena_alloc(&r->in.arena,
	    r->n_captures * sizeof(*captures));
	const char **rules = arena_alloc(&r->in.arena,
	    (r->in.n_files + 1) * sizeof(*rules));
	struct replay_facts facts = { .captures = captures,
	    .n_captures = r->n_captures, .rules = rules,
	    .n_rules = r->in.n_files, .rulesets = { r->in.load.rules[0],
	    r->in.load.rules[1] }, .env = r->in.env,
	    .shard = r->shard.of != 0 ? &r->shard : NULL,
	    .frames = st->frames, .frame_bytes = st->bytes,
	    .local = st->local, .copies = st->copies,
	    .forwarded = st->forwarded, .other_link = st->other_link,
	    .first = r->first, .last = r->last,
	    .connections = connections };

	for (unsigned i = 0; i < r->n_captures; i++)
		captures[i] = r->captures[i].path;
	for (unsigned i = 0; i < r->in.n_files; i++)
		rules[i] = r->in.files[i].path;
	if (r->in.snapshot != NULL)
		rules[facts.n_rules++] = r->in.snapshot;
	for (unsigned i = 0; i < r->reports.n; i++) {
		struct output *p = &r->reports.list[i];

		if (p->format == F_HTML) {
			write_page(r, &facts, p);
			continue;
		}
		if (p->format == F_TEXT)
			text_replay(r->summary, &facts, p->out.file);
		else if (p->format == F_JSON)
			json_replay(r->summary, &facts, p->out.file);
		else if (p->format == F_CSV)
			write_csv(r, p->out.file);
		else if (p->format == F_FLOWS)
			write_flows(r, p->out.file);
		out_commit(&p->out, &r->in.diags);
	}
}

static void
write_results(struct replay *r)
{
	unsigned connections = sim_count_conntrack(r->sim);

	write_counters(r, r->counters, AF_INET);
	write_counters(r, r->counters6, AF_INET6);
	write_conntrack(r);
	if (r->trace != NULL)
		out_commit(&r->trace_out, &r->in.diags);
	if (r->log != NULL)
		out_commit(&r->log_out, &r->in.diags);
	for (struct writer *w = r->writers; w != NULL; w = w->next)
		if (w->pcap != NULL) {
			pcap_out_end(w->pcap);
			w->pcap = NULL;
			out_commit(&w->out, &r->in.diags);
		}
	write_reports(r, connections);
}

/* ---- before and after ---- */

/* All that is wanted can be written, or nothing is begun. */
static bool
open_outputs(struct replay *r)
{
	struct diags *d = &r->in.diags;

	if (r->trace != NULL)
		out_open(&r->trace_out, r->trace, d);
	if (r->log != NULL)
		out_open(&r->log_out, r->log, d);
	r->made_folder = r->pcap != NULL && mkdir(r->pcap, 0777) == 0;
	if (r->pcap != NULL && !r->made_folder && errno != EEXIST)
		diag_error(d, (struct loc){ 0 }, "%s: %s", r->pcap,
		    strerror(errno));
	outputs_open(&r->reports, d);
	for (unsigned i = 0; i < r->reports.n; i++) {
		struct output *p = &r->reports.list[i];

		if (p->format == F_JSONL)
			r->packets.file = p->out.file;
		else if (p->format == F_BRIEF)
			r->brief = p->out.file;
		else if (p->format == F_ECS)
			r->logged.ecs = p->out.file;
		else if (p->format == F_OCSF)
			r->logged.ocsf = p->out.file;
		else if (p->format == F_PCAPNG)
			r->pcapng = p->out.file == NULL ? NULL :
			    pcapng_new(p->out.file, &r->in.arena);
		else if (p->format != F_CSV && r->summary == NULL)
			r->summary = summary_new(&r->in.arena);
		if ((p->format == F_HTML || p->format == F_FLOWS) &&
		    r->history == NULL)
			r->history = history_new(&r->in.arena);
	}
	return d->errors == 0;
}

static void
give_up(struct replay *r)
{
	out_abort(&r->trace_out);
	out_abort(&r->log_out);
	for (struct writer *w = r->writers; w != NULL; w = w->next) {
		pcap_out_end(w->pcap);
		w->pcap = NULL;
		out_abort(&w->out);
	}
	outputs_abort(&r->reports);
	if (r->made_folder)
		rmdir(r->pcap);		/* unless something is in it */
}

static struct feed *
open_feed(struct replay *r)
{
	struct feed_config cfg = { .inputs = r->captures,
	    .n_inputs = r->n_captures, .env = r->in.env,
	    .diags = &r->in.diags, .arena = &r->in.arena,
	    .partial = r->partial, .physdev = inputs_bridge_ports(&r->in),
	    .shard = r->shard.of != 0 ? &r->shard : NULL };

	return feed_open(&cfg);
}

static void
listen_to(struct replay *r, struct sim_config *cfg)
{
	r->both.sink.event = tell_both;
	if (r->history != NULL) {
		history_captures(r->history, r->n_captures);
		r->both.to[0] = history_sink(r->history);
	}
	if (r->brief != NULL) {
		trace_init(&r->way, &r->texts);
		r->both.to[1] = &r->way.sink;
	}
	if (r->history != NULL || r->brief != NULL)
		cfg->sink = &r->both.sink;
	if (logged_wanted(&r->logged)) {
		r->logged.next = cfg->sink;
		cfg->sink = &r->logged.sink;
	}
}

static bool
run(struct replay *r)
{
	struct sim_config cfg = { .rules = { r->in.load.rules[0],
	    r->in.load.rules[1] }, .env = r->in.env, .sent = on_sent,
	    .line = r->trace || r->log ? on_line : NULL, .arg = r,
	    .trace_all = r->trace_all, .trust_checksums = r->trust };

	progress_phase(r->progress, "reading rules", PROGRESS_NONE, 0);
	if (!inputs_load(&r->in) || (r->feed = open_feed(r)) == NULL)
		return false;
	if (r->shard.of != 0)
		shard_safety(&r->shard, &r->in);
	cfg.rules[0] = r->in.load.rules[0];
	cfg.rules[1] = r->in.load.rules[1];
	if (!open_outputs(r))
		return false;
	if (r->pcap != NULL)
		for (const struct iface *i = r->in.env->ifaces; i != NULL;
		    i = i->next)
			if (i->kind != IFK_LOOPBACK)
				writer_of(r, i);
	listen_to(r, &cfg);
	r->sim = sim_new(&cfg);
	feed_for(r->feed, r->sim);
	progress_phase(r->progress, "replaying", PROGRESS_BYTES, 0);
	run_frames(r);
	end_progress(r);
	if (r->in.diags.errors != 0)
		return false;
	write_results(r);
	if (r->in.diags.errors != 0)
		return false;
	r->made_folder = false;		/* it stays */
	return true;
}

/* Rulesets, captures; what is printed if nothing else was asked for. */
static bool
settle(struct replay *r, const struct args *a)
{
	if (r->in.n_files == 0 && r->in.snapshot == NULL)
		return args_error("replay", "-r FILE or -S DIR is needed");
	if (a->n_rest == 0)
		return args_error("replay", "no capture given");
	r->n_captures = a->n_rest;
	r->captures = arena_alloc(&r->in.arena, a->n_rest *
	    sizeof(*r->captures));
	for (unsigned i = 0; i < a->n_rest; i++)
		r->captures[i] = feed_input_parse(a->rest[i], &r->in.arena);
	if (r->reports.n == 0 && !r->counters && !r->counters6 && !r->trace &&
	    !r->log && !r->conntrack && !r->pcap)
		outputs_add(&r->reports, "text", "-");
	return true;
}

static int
answer(struct replay *r)
{
	bool ok;

	r->progress = progress_begin(r->quiet);
	ok = run(r);
	end_progress(r);
	if (!ok)
		return EXIT_INPUT;
	if (r->shard.of != 0 && !r->quiet)
		shard_tell(&r->shard);
	return r->strict && (sim_unknowns(r->sim) != 0 ||
	    r->shard.n_shared != 0) ? EXIT_UNDETERMINED : EXIT_YES;
}

static int
main_replay(int argc, char **argv)
{
	struct replay *r = mem_alloc(1, sizeof(*r));
	struct args a = { .command = &command_replay, .ctx = { &r->in, &r->in,
	    &r->in, r, r, &r->reports, r } };
	int code;

	inputs_init(&r->in);
	r->reports = (struct outputs){ .command = "replay",
	    .names = format_names };
	logged_init(&r->logged);
	page_begin(&r->page, argc, argv, &r->in.arena);
	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else if (!settle(r, &a))
		code = EXIT_USAGE;
	else
		code = answer(r);
	give_up(r);
	code = inputs_finish(&r->in, code);
	feed_close(r->feed);
	sim_free(r->sim);
	summary_free(r->summary);
	history_free(r->history);
	packets_report_free(&r->packets);
	page_free(&r->page);
	trace_free(&r->way);
	arena_free(&r->texts);
	free(a.rest);
	inputs_free(&r->in);
	free(r);
	return code;
}

static const char *const synopsis[] = {
    "[-r FILE] [-S DIR] [OPTION]... [IFACE=]CAPTURE...", NULL };
static const char *const text[] = {
	"IFACE= says where a capture was taken; local= is for packets that the "
	"host itself sends. Several are merged by time. The clock is the "
	"captures': limits, timeouts and recent lists age by it. Without "
	"--write-... or -f it prints a summary. nfwalk-packets(5) says what "
	"becomes of a frame.",
	NULL
};
static const struct example examples[] = {
	{ "What would the kernel have counted and logged",
	    "nfwalk replay -S snapshot --write-counters counters --write-log "
	    "log eth0=eth0.pcap" },
	{ "Packets that were dropped, as JSON", "nfwalk replay -S snapshot "
	    "-f jsonl eth0.pcap | grep DROP" },
	{ "Its flows, for a spreadsheet", "nfwalk replay -S snapshot "
	    "-o flows-csv=flows.csv eth0.pcap" },
	{ 0 }
};

const struct command command_replay = {
	.name = "replay",
	.summary = "packets of captures through the rules",
	.synopsis = synopsis,
	.about = "Runs the packets of captures (pcap, pcapng; - is standard "
	    "input) through the rules, and writes what the kernel would have, "
	    "in its own formats.",
	.text = text,
	.tables = { { "Input", rules_args }, { NULL, inputs_args },
	    { NULL, owner_args }, { NULL, capture_args },
	    { "Output", write_args }, { NULL, outputs_args },
	    { NULL, replay_args } },
	.operands = ARG_CAPTURE,
	.formats = format_names,
	.exits = { [EXIT_YES] = "done", [EXIT_UNDETERMINED] = "something was "
	    "unknown, with --strict" },
	.examples = examples,
	.see = "nfwalk-trace(1) nfwalk-packets(5) nfwalk-snapshot(5)",
	.run = main_replay,
};
