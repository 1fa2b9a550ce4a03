/* Expectations as they are read: parts, places, and both forms alike. */
#include "parsers/expect.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct read {
	struct arena arena;
	struct diags diags;
	struct expect_file file;
	bool ok;
};

static void
begin(struct read *r, const char *text)
{
	r->arena = (struct arena)ARENA_INIT;
	diag_init(&r->diags, &r->arena);
	r->ok = expect_read_source(source_text("t", text, &r->arena), &r->file,
	    &r->arena, &r->diags);
}

static void
end(struct read *r)
{
	arena_free(&r->arena);
}

/* All that was read, as text of our own. */
static void
print_line(const struct expect_line *l, struct sbuf *b)
{
	sbuf_printf(b, "  [%s] x%u", l->words, l->packet.count);
	if (l->packet.has & SPEC_ANY_SRC)
		sbuf_puts(b, " any-src");
	if (l->packet.has & SPEC_ANY_DST)
		sbuf_puts(b, " any-dst");
	sbuf_puts(b, l->flow ? " flow " : " ");
	expect_print_verdicts(l->verdicts, b);
	if (l->by.said) {
		sbuf_puts(b, " by ");
		expect_print_by(&l->by, b);
	}
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "dnat", "snat",
		    "redirect" };
		const struct expect_nat *nat = i == 0 ? &l->dnat : i == 1 ?
		    &l->snat : &l->redirect;

		if (nat->said) {
			sbuf_printf(b, " %s ", names[i]);
			expect_print_nat(nat, b);
		}
	}
	for (const struct expect_log *log = l->logs; log != NULL;
	    log = log->next) {
		sbuf_puts(b, " log ");
		expect_print_log(log, b);
	}
	sbuf_putc(b, '\n');
}

static void
print(const struct read *r, struct sbuf *b)
{
	for (const struct expect_test *t = r->file.tests; t != NULL;
	    t = t->next) {
		sbuf_printf(b, "%s\n", t->name);
		for (const struct expect_line *l = t->lines; l != NULL;
		    l = l->next)
			print_line(l, b);
	}
}

static void
expect(const char *text, const char *want)
{
	struct sbuf got = SBUF_INIT;
	struct read r;

	begin(&r, text);
	cr_assert(r.ok, "%s: %s", text, r.diags.first ? r.diags.first->text :
	    "");
	print(&r, &got);
	cr_expect_str_eq(sbuf_text(&got), want);
	sbuf_free(&got);
	end(&r);
}

static const char lines[] =
"# comment\n"
"test \"a\" # behind\n"
"  eth0 tcp 192.0.2.1 > 192.0.2.2:22 x3   ACCEPT|REJECT by filter/INPUT#4\n"
"       dnat in {10.0.0.1:80,10.0.0.2-10.0.0.9:8000-8010 }  snat none\n"
"\t# a comment does not end it\n"
"       log \"a \\\"b\\\\ \" 2 log c\n"
"  eth0 tcp any > 192.0.2.2:22   DROP by filter/INPUT policy\n"
"test b\n"
"\tflow eth0 udp 192.0.2.1:1 > 192.0.2.2:2 established\n"
"\teth0 udp [2001:db8::1]:1 > any:2  LOST redirect in {80 90-99}\n"
"\teth0 udp 192.0.2.1 > 192.0.2.2\n"
"\t     DEPENDS dnat :80 snat 192.0.2.3 log none\n";

static const char said[] =
"a\n"
"  [eth0 tcp 192.0.2.1 > 192.0.2.2:22 x3] x3 ACCEPT|REJECT by filter/INPUT#4 "
"dnat in {10.0.0.1:80, 10.0.0.2-10.0.0.9:8000-8010} snat none "
"log \"a \\\"b\\\\ \" 2 log \"c\"\n"
"  [eth0 tcp any > 192.0.2.2:22] x1 any-src DROP by filter/INPUT policy\n"
"b\n"
"  [eth0 udp 192.0.2.1:1 > 192.0.2.2:2 established] x1 flow \n"
"  [eth0 udp [2001:db8::1]:1 > any:2] x1 any-dst LOST redirect in {80, 90-99}\n"
"  [eth0 udp 192.0.2.1 > 192.0.2.2] x1 DEPENDS dnat :80 snat 192.0.2.3 "
"log none\n";

Test(expect, lines)
{
	expect(lines, said);
}

Test(expect, json_is_the_same)
{
	expect("{ \"tests\": [ { \"name\": \"a\", \"lines\": [\n"
	    "{ \"packet\": \"eth0 tcp 192.0.2.1 > 192.0.2.2:22 x3\",\n"
	    "  \"verdict\": [\"ACCEPT\", \"REJECT\"],"
	    "  \"by\": \"filter/INPUT#4\",\n"
	    "  \"dnat\": [\"10.0.0.1:80\", \"10.0.0.2-10.0.0.9:8000-8010\"],\n"
	    "  \"snat\": null,\n"
	    "  \"log\": [ {\"prefix\": \"a \\\"b\\\\ \", \"count\": 2},"
	    "    {\"prefix\": \"c\"} ] },\n"
	    "{ \"packet\": \"eth0 tcp any > 192.0.2.2:22\", "
	    "  \"verdict\": \"DROP\", \"by\": \"filter/INPUT policy\" } ] },\n"
	    "{ \"name\": \"b\", \"lines\": [\n"
	    "{ \"flow\": \"eth0 udp 192.0.2.1:1 > 192.0.2.2:2 established\"},\n"
	    "{ \"packet\": \"eth0 udp [2001:db8::1]:1 \\u003e any:2\",\n"
	    "  \"verdict\": \"LOST\", \"redirect\": [80, \"90-99\"] },\n"
	    "{ \"packet\": \"eth0 udp 192.0.2.1 > 192.0.2.2\","
	    "  \"verdict\": [\"DEPENDS\"], \"dnat\": \":80\","
	    "  \"snat\": \"192.0.2.3\", \"log\": null } ] } ] }\n", said);
}

/* Where each error is, and a word of it. */
static void
errors(const char *text, const char *want)
{
	struct sbuf got = SBUF_INIT;
	struct read r;

	begin(&r, text);
	cr_expect(!r.ok, "%s", text);
	for (const struct diag *d = r.diags.first; d != NULL; d = d->next) {
		unsigned line, col;

		loc_line(d->loc, &line, &col);
		sbuf_printf(&got, "%u:%u+%u %.14s;", line, col, d->loc.len,
		    d->text);
	}
	cr_expect_str_eq(sbuf_text(&got), want, "%s: %s", text,
	    sbuf_text(&got));
	sbuf_free(&got);
	end(&r);
}

Test(expect, errors_have_places)
{
	errors("", "1:1+0 the file is em;");
	errors("\n\n", "1:1+0 the file is em;");
	errors("#\n", "1:1+0 there is no te;");
	errors("test a\n", "1:1+4 this test expe;");
	errors("test a b\n", "1:8+1 'b' is too muc;");
	errors("  eth0\n", "1:3+4 an indented li;");
	errors("test a\n  eth0 udp 192.0.2.1 > 192.0.2.2 DROP\n"
	    "ruleset t\ncontext t\n",
	    "3:1+7 'ruleset' stan;4:1+7 'context' stan;");
	/* Two errors of two lines; the second is read all the same. */
	errors("test a\n  eth0 udp 192.0.2.1 > 192.0.2.2 DORP\n"
	    "  eth0 udp 192.0.2.1 > 192.0.2.2 DROP bye\n",
	    "2:34+4 unknown verdic;3:39+3 unknown word ';");
}

Test(expect, contradictions)
{
#define LINE "test a\n  eth0 udp 192.0.2.1 > 192.0.2.2 "
	errors(LINE "DROP log none log x\n", "2:48+3 'log none' and;");
	errors(LINE "DROP dnat 2001:db8::1\n", "2:39+4 the packet is ;");
	errors(LINE "LOST by filter/INPUT\n", "2:42+12 what is lost w;");
	errors(LINE "DROP dnat none redirect 80\n", "2:49+8 'dnat' and 're;");
	errors(LINE "DROP by a/b\n", "2:42+1 unknown table ;");
	errors(LINE "DROP by filter/\n", "2:42+7 expected a cha;");
	errors(LINE "DROP by filter/b#1 policy\n", "2:53+6 a rule is no p;");
	errors(LINE "DROP snat 10.0.0.1:\n", "2:53+0 expected a por;");
	errors(LINE "DROP snat [2001:db8::1]x\n", "2:44+14 expected an ad;");
	errors(LINE "DROP snat in 10.0.0.1\n", "2:47+8 expected '{' a;");
	errors(LINE "DROP log\n", "2:42+0 expected a pre;");
#undef LINE
}

/* Cut anywhere, and with any byte in it: an answer, and no more. */
static void
mangle(const char *text)
{
	size_t n = strlen(text);
	char *copy = strdup(text);
	struct read r;

	for (size_t i = 0; i < n; i++) {
		static const char bytes[] = "\1\x80\"\\{}[],:#|/\n";

		copy[i] = '\0';
		begin(&r, copy);
		end(&r);
		for (const char *b = bytes; *b != '\0'; b++) {
			copy[i] = *b;
			begin(&r, copy);
			end(&r);
		}
		copy[i] = text[i];
	}
	free(copy);
}

Test(expect, mangled_lines)
{
	mangle(lines);
}

Test(expect, mangled_json)
{
	mangle("\1{\"tests\":[{\"name\":\"\\u0000a\",\"lines\":[{\"packet\":"
	    "\"eth0 udp 192.0.2.1 > 192.0.2.2\",\"verdict\":[\"DROP\"],"
	    "\"redirect\":[1,\"2\"], \"log\" : [{\"prefix\":\"a\\\\\","
	    "\"count\":-1e3}],\"dnat\":null,\"by\":\"nat/x#1\"}]}]} ");
}
