#include "reports/packets.h"

#include "base/diag.h"
#include "model/community.h"
#include "reports/ref.h"

/* Millions of lines: written by hand, not through a tree of values. */

static void
put_name(struct sbuf *b, const char *name)
{
	if (b->text[b->len - 1] != '{')
		sbuf_putc(b, ',');
	sbuf_printf(b, "\"%s\":", name);
}

/* A JSON string: sbuf_safe leaves only printable text, in which quotes and
 * backslashes are escaped. */
static void
put_string(struct sbuf *b, const char *name, const char *text, size_t len)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_safe(&safe, text, len);
	put_name(b, name);
	sbuf_putc(b, '"');
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.text[i] == '"' || safe.text[i] == '\\')
			sbuf_putc(b, '\\');
		sbuf_putc(b, safe.text[i]);
	}
	sbuf_putc(b, '"');
	sbuf_free(&safe);
}

static void
put_number(struct sbuf *b, const char *name, uint64_t v)
{
	put_name(b, name);
	sbuf_putu(b, v);
}

static void
put_flow(struct sbuf *b, const struct summary_packet *p)
{
	char id[COMMUNITY_ID_SIZE];
	struct flow_key k;

	if (!flow_key_read(&k, p->l3, p->have))
		return;
	community_id(&k, id);
	sbuf_printf(b, ",\"community_id\":\"%s\"", id);
}

static void
put_decider(struct sbuf *b, const struct rule *r, const struct chain *c)
{
	struct loc loc;

	if (r == NULL && c == NULL)
		return;
	if (r != NULL)
		c = r->chain;
	loc = r ? rule_loc(r) : chain_loc(c);
	sbuf_printf(b, ",\"decider\":{\"family\":%d",
	    c->table->ruleset->family == AF_INET6 ? 6 : 4);
	put_string(b, "table", table_names[c->table->id],
	    strlen(table_names[c->table->id]));
	put_string(b, "chain", c->name, strlen(c->name));
	if (r != NULL)
		put_number(b, "rule", r->number);
	else
		put_string(b, "rule", "policy", 6);
	if ((r ? r->line : c->line) != 0 && loc.src != NULL) {
		put_string(b, "file", loc.src->name, strlen(loc.src->name));
		put_number(b, "line", r ? r->line : c->line);
	}
	sbuf_putc(b, '}');
}

void
packets_report_begin(struct packets_report *r)
{
	if (r->file == NULL)
		return;
	sbuf_clear(&r->sent);
	r->n_sent = 0;
}

void
packets_report_sent(struct packets_report *r, const struct iface *dev,
    const uint8_t *l3, uint32_t have)
{
	struct sbuf words = SBUF_INIT;
	const char *name = dev ? dev->name : "";

	if (r->file == NULL)
		return;
	packet_words(l3, have, &words);
	sbuf_puts(&r->sent, r->n_sent++ ? ",{" : "{");
	put_string(&r->sent, "out", name, strlen(name));
	put_string(&r->sent, "packet", sbuf_text(&words), words.len);
	sbuf_putc(&r->sent, '}');
	sbuf_free(&words);
}

void
packets_report_put(struct packets_report *r, const struct summary_packet *p,
    int64_t time, const char *capture)
{
	struct sbuf *b = &r->line, words = SBUF_INIT;
	const char *in = p->in ? p->in->name : "local";

	if (r->file == NULL)
		return;
	sbuf_clear(b);
	sbuf_printf(b, "{\"schema\":\"nfwalk.packet/1\",\"frame\":%u",
	    p->frame);
	put_string(b, "capture", capture, strlen(capture));
	sbuf_puts(b, ",\"time\":\"");
	time_print(time, b);
	sbuf_putc(b, '"');
	put_string(b, "in", in, strlen(in));
	if (p->l3 != NULL) {
		packet_words(p->l3, p->have, &words);
		put_string(b, "packet", sbuf_text(&words), words.len);
		put_flow(b, p);
	}
	put_number(b, "bytes", p->bytes);
	put_string(b, "disposition", disposition_names[p->disposition],
	    strlen(disposition_names[p->disposition]));
	put_string(b, "reason", reason_names[p->reason],
	    strlen(reason_names[p->reason]));
	put_decider(b, p->rule, p->chain);
	if (p->n_unknown != 0)
		put_number(b, "unknowns", p->n_unknown);
	sbuf_printf(b, ",\"sent\":[%s]}\n", sbuf_text(&r->sent));
	fwrite(b->text, 1, b->len, r->file);
	sbuf_free(&words);
}

void
packets_report_free(struct packets_report *r)
{
	sbuf_free(&r->sent);
	sbuf_free(&r->line);
}
