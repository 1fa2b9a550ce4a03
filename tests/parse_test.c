/* Rulesets in and out: what is taken, what is refused and where, and that
 * each form reads back. */
#include "parsers/load.h"
#include "reports/commands.h"
#include "reports/list.h"
#include "reports/rules_json.h"
#include "reports/rules_xml.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct loaded {
	struct arena arena;
	struct diags diags;
	struct load load;
	bool ok;
};

static void
load_text(struct loaded *l, int family, const char *text)
{
	l->arena = (struct arena)ARENA_INIT;
	diag_init(&l->diags, &l->arena);
	l->load = (struct load){ &l->arena, &l->diags, family,
	    { NULL, NULL } };
	l->ok = load_source(&l->load, source_text("test", text, &l->arena));
}

static void
unload(struct loaded *l)
{
	ruleset_free(l->load.rules[0]);
	ruleset_free(l->load.rules[1]);
	arena_free(&l->arena);
}

static const struct save_format all = { .table = -1 };
static const struct save_format counted = { .table = -1, .counters = true };

static void
put_save(const struct ruleset *const rules[2], const struct save_format *f,
    FILE *file)
{
	for (int i = 0; i < 2; i++)
		if (rules[i] != NULL)
			save_ruleset(rules[i], f, file);
}

static void
put_commands(const struct ruleset *const rules[2],
    const struct save_format *f, FILE *file)
{
	for (int i = 0; i < 2; i++)
		if (rules[i] != NULL)
			commands_ruleset(rules[i], f, file);
}

static void
put_list(const struct ruleset *const rules[2], const struct save_format *f,
    FILE *file)
{
	list_ruleset(rules[0], f, file);
}

struct form {
	const char *name;
	void (*put)(const struct ruleset *const[2],
	    const struct save_format *, FILE *);
};
static const struct form save = { "save", put_save };
static const struct form list = { "list", put_list };
/* Those that are read back. */
static const struct form forms[] = {
	{ "save", put_save }, { "commands", put_commands },
	{ "json", rules_json }, { "xml", rules_xml },
};

/* What the form prints; release with free(). */
static char *
print(const struct loaded *l, const struct form *form,
    const struct save_format *f)
{
	const struct ruleset *rules[2] = { l->load.rules[0],
	    l->load.rules[1] };
	struct sbuf copy = SBUF_INIT;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	form->put(rules, f, file);
	fclose(file);
	sbuf_puts(&copy, text);
	free(text);
	return copy.text;
}

static const char *
first_error(const struct loaded *l)
{
	for (const struct diag *d = l->diags.first; d != NULL; d = d->next)
		if (d->level == DIAG_ERROR)
			return d->text;
	return "";
}

/* Rules of table filter as written, and as they are saved: null if the same.
 * '|' separates several. */
static const struct { int family; const char *in, *out; } rules[] = {
	{ 4, "-A INPUT -s 192.0.2.1/32 -j ACCEPT", NULL },
	{ 4, "-A INPUT -s 192.0.2.77/24 -j ACCEPT",
	    "-A INPUT -s 192.0.2.0/24 -j ACCEPT" },
	{ 4, "-A INPUT -s 10.1.2.3/255.0.255.0",
	    "-A INPUT -s 10.0.2.0/255.0.255.0" },
	{ 4, "-A INPUT -s 10.1", "-A INPUT -s 10.1.0.0/32" },
	{ 4, "-A INPUT -s 0x0a.010.1.1/8", "-A INPUT -s 10.0.0.0/8" },
	{ 4, "-A INPUT -s any/0 -d 0/0", "-A INPUT" },
	{ 4, "-A INPUT ! -s 0.0.0.0/0", NULL },
	{ 4, "-A INPUT -s ! 192.0.2.1 -p ! tcp",
	    "-A INPUT ! -s 192.0.2.1/32 ! -p tcp" },
	{ 4, "-A INPUT -s 192.0.2.1,192.0.2.2/31 -d 10.0.0.1,10.0.0.2",
	    "-A INPUT -s 192.0.2.1/32 -d 10.0.0.1/32|"
	    "-A INPUT -s 192.0.2.1/32 -d 10.0.0.2/32|"
	    "-A INPUT -s 192.0.2.2/31 -d 10.0.0.1/32|"
	    "-A INPUT -s 192.0.2.2/31 -d 10.0.0.2/32" },
	{ 4, "-A INPUT -i eth0 -j RETURN", NULL },
	{ 4, "-A FORWARD ! -i eth+ ! -o br0 -j QUEUE", NULL },
	{ 4, "-A FORWARD -i + -o +", "-A FORWARD" },
	{ 4, "-A INPUT -p TCP", "-A INPUT -p tcp" },
	{ 4, "-A INPUT -p 6", "-A INPUT -p tcp" },
	{ 4, "-A INPUT -p 0x2f", "-A INPUT -p gre" },
	{ 4, "-A INPUT -p 99", NULL },
	{ 4, "-A INPUT -p all", "-A INPUT" },
	{ 4, "-A INPUT ! -p udp", NULL },
	{ 4, "-A INPUT -f", NULL },
	{ 4, "-A INPUT ! --fragments", "-A INPUT ! -f" },
	{ 4, "-A INPUT -p tcp --dport 80", "-A INPUT -p tcp -m tcp --dport 80" },
	{ 4, "-A INPUT -p tcp --dp 80", "-A INPUT -p tcp -m tcp --dport 80" },
	{ 4, "-A INPUT -p tcp --destination-port=http",
	    "-A INPUT -p tcp -m tcp --dport 80" },
	{ 4, "-A INPUT -p tcp --dport 1 -m tcp --dport 2",
	    "-A INPUT -p tcp -m tcp --dport 1 -m tcp --dport 2" },
	{ 4, "-A INPUT -ptcp -mtcp --dport 80 -jACCEPT",
	    "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT" },
	{ 4, "--append INPUT --proto udp --src 192.0.2.1 --dst 192.0.2.2 "
	    "--in-interface lo --jump DROP",
	    "-A INPUT -s 192.0.2.1/32 -d 192.0.2.2/32 -i lo -p udp -j DROP" },
	{ 4, "-j DROP -A INPUT", "-A INPUT -j DROP" },
	{ 4, "-A INPUT -m comment --comment \"a \\\"b\\\" \\\\ 'c' $\"",
	    "-A INPUT -m comment --comment \"a \\\"b\\\" \\\\ \\'c\\' $\"" },
	{ 4, "-A INPUT -m comment --comment plain_-1", NULL },
	{ 4, "-A INPUT -m comment --comment -dash", NULL },
	{ 4, "-A INPUT -m comment --comment \"\"", NULL },
	{ 4, "-A\tINPUT  -j   ACCEPT ", "-A INPUT -j ACCEPT" },
	{ 4, "-A INPUT -g U", NULL },
	{ 4, "-A INPUT -j U", NULL },
	{ 4, "-A INPUT -m asn --src-asn 64496,64511 ! --x \"a b\" -j ACCEPT",
	    NULL },
	{ 4, "-A INPUT -p tcp -m asn --odd -1 --dport 22",
	    "-A INPUT -p tcp -m asn --odd -1 -m tcp --dport 22" },
	{ 4, "-A INPUT -j TARPIT --reset", NULL },
	{ 4, "-A INPUT -p tcp -m conntrack [unsupported revision] -m tcp "
	    "--dport 22 -j MARK [unsupported revision]", NULL },
	{ 6, "-A INPUT -s 2001:DB8:0::1", "-A INPUT -s 2001:db8::1/128" },
	{ 6, "-A INPUT -s 2001:db8::1/ffff::ffff",
	    "-A INPUT -s 2001::1/ffff::ffff" },
	{ 6, "-A INPUT -s ::/0 -d 2001:db8:ffff::/33",
	    "-A INPUT -d 2001:db8:8000::/33" },
	{ 6, "-A INPUT -p icmpv6 --icmpv6-type 135",
	    "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135" },
	{ 6, "-A INPUT -p tcp -j REJECT --reject-with tcp-reset", NULL },
};
enum { N_RULES = sizeof(rules) / sizeof(rules[0]) };

static const char head[] = "*filter\n:INPUT ACCEPT [1:2]\n"
    ":FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:U - [0:0]\n";

/* A dump around rules that '|' separates. */
static void
dump(struct sbuf *b, const char *lines)
{
	sbuf_puts(b, head);
	for (const char *p = lines; *p != '\0'; p++)
		sbuf_putc(b, *p == '|' ? '\n' : *p);
	sbuf_puts(b, "\nCOMMIT\n");
}

Test(parse, rules_save_canonically)
{
	for (unsigned i = 0; i < N_RULES; i++) {
		struct sbuf in = SBUF_INIT, out = SBUF_INIT;
		struct loaded l;
		char *text;

		dump(&in, rules[i].in);
		dump(&out, rules[i].out ? rules[i].out : rules[i].in);
		load_text(&l, rules[i].family == 4 ? AF_INET : AF_INET6,
		    in.text);
		cr_expect(l.ok, "%s: %s", rules[i].in, first_error(&l));
		text = print(&l, &save, &all);
		cr_expect_str_eq(text, out.text);
		free(text);
		unload(&l);
		sbuf_free(&in);
		sbuf_free(&out);
	}
}

/* Prints the rules in a form and reads that back. */
static void
again(const struct loaded *l, const struct form *form, const char *rule)
{
	char *text = print(l, form, &counted), *one, *two;
	int family = l->load.rules[0] == NULL ? AF_INET6 : AF_INET;
	struct loaded back;

	load_text(&back, family, text);
	cr_expect(back.ok, "%s: %s: %s", rule, form->name,
	    first_error(&back));
	one = print(l, &save, &counted);
	two = print(&back, &save, &counted);
	cr_expect_str_eq(two, one, "%s: %s", form->name, rule);
	unload(&back);
	free(one);
	free(two);
	free(text);
}

static void
all_again(const struct loaded *l, const char *rule)
{
	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		again(l, &forms[i], rule);
}

Test(parse, each_form_reads_back)
{
	for (unsigned i = 0; i < N_RULES; i++) {
		struct sbuf in = SBUF_INIT;
		struct loaded l;

		dump(&in, rules[i].in);
		load_text(&l, rules[i].family == 4 ? AF_INET : AF_INET6,
		    in.text);
		all_again(&l, rules[i].in);
		unload(&l);
		sbuf_free(&in);
	}
}

Test(parse, odd_names_and_bytes_read_back)
{
	struct loaded l;

	load_text(&l, AF_INET, "*nat\n:a:b - [0:0]\n:1x - [0:0]\n"
	    ":caf\xe9 - [0:0]\n:<&> - [0:0]\n"
	    "[18446744073709551615:9007199254740993] -A PREROUTING -j a:b\n"
	    "-A PREROUTING -g 1x\n-A PREROUTING -j caf\xe9\n"
	    "-A PREROUTING -m comment --comment \"\x01\x80 <&>]]> \t\"\n"
	    "-A PREROUTING -i we;rd$ -j <&>\nCOMMIT\n");
	cr_assert(l.ok, "%s", first_error(&l));
	all_again(&l, "odd names");
	unload(&l);
}

/* Refused: at this line and column, with this said.  Line 6 is the first
 * behind 'head'. */
static const struct { const char *text; unsigned line, col;
    const char *says; } refused[] = {
	{ "-A INPUT -s 1.2.3.4.5", 6, 13, "host/network `1.2.3.4.5' not found" },
	{ "-A INPUT -s example.org/8", 6, 13,
	    "host/network `example.org' not found" },
	{ "-A INPUT -s 192.0.2.1/33", 6, 13, "invalid mask `33'" },
	{ "-A INPUT -s 192.0.2.1,,192.0.2.2", 6, 23, "host/network `' not" },
	{ "-A INPUT ! -s 192.0.2.1,192.0.2.2", 6, 15, "! not allowed with" },
	{ "-A INPUT -p nothing", 6, 13, "unknown protocol" },
	{ "-A INPUT -p 256", 6, 13, "unknown protocol" },
	{ "-A INPUT ! -p all", 6, 10, "would never match" },
	{ "-A INPUT -p tcp --dport 80:70", 6, 17, "80:70" },
	{ "-A INPUT -p tcp --bogus 1", 6, 17, "unknown option \"--bogus\"" },
	{ "-A INPUT -p tcp --s 1", 6, 17, "ambiguous" },
	{ "-A INPUT --dport 80", 6, 10, "unknown option \"--dport\"" },
	{ "-A INPUT -s", 6, 10, "requires an argument" },
	{ "-A INPUT -j ACCEPT -j DROP", 6, 20, "multiple -j" },
	{ "-A INPUT -s 10/8 -s 11/8", 6, 18, "multiple -s" },
	{ "-A INPUT ! ! -s 10/8", 6, 10, "multiple consecutive !" },
	{ "-A INPUT -j ACCEPT !", 6, 20, "nothing appropriate following !" },
	{ "-A INPUT ! -j ACCEPT", 6, 10, "cannot have ! before -j" },
	{ "-A INPUT stray", 6, 10, "Bad argument `stray'" },
	{ "-A INPUT -i interface1234567", 6, 13, "must be shorter than 16" },
	{ "-A INPUT -o eth0", 6, 4, "Can't use -o with INPUT" },
	{ "-A OUTPUT -i eth0", 6, 4, "Can't use -i with OUTPUT" },
	{ "-A NOCHAIN -j ACCEPT", 6, 4, "does not exist" },
	{ "-A PREROUTING -j ACCEPT", 6, 4, "does not exist" },
	{ "-A INPUT -j nowhere", 6, 13, "Couldn't load target `nowhere'" },
	{ "-A INPUT -j OUTPUT", 6, 13, "built-in chain" },
	{ "-A INPUT -g ACCEPT", 6, 13, "goto 'ACCEPT' is not a chain" },
	{ "-I INPUT 2 -j ACCEPT", 6, 4, "Index of insertion too big" },
	{ "-D INPUT 1", 6, 4, "Index of deletion too big" },
	{ "-D INPUT -j ACCEPT", 6, 1, "Bad rule" },
	{ "-R INPUT 1 -j ACCEPT", 6, 4, "Index of replacement too big" },
	{ "-N U", 6, 4, "already exists" },
	{ "-N LOG", 6, 4, "clash" },
	{ "-X INPUT", 6, 1, "it is built in" },
	{ "-P INPUT RETURN", 6, 10, "Bad policy name" },
	{ "-P U DROP", 6, 4, "no built-in chain" },
	{ "-t nat -A INPUT", 6, 1, "-t option cannot be used" },
	{ "-P INPUT ACCEPT -s 10/8", 6, 1, "Illegal option `-s'" },
	{ "-A INPUT -F", 6, 10, "Cannot use -F" },
	{ "[1:x] -A INPUT", 6, 1, "bad counters" },
	{ ":U - [0:0]", 6, 2, "exists already" },
	{ ":RETURN - [0:0]", 6, 2, "exists already" },
	{ ":INPUT REJECT [0:0]", 6, 8, "can only be ACCEPT or DROP" },
	{ ":abcdefghijklmnopqrstuvwxyz123 - [0:0]", 6, 2, "28 chars max" },
	{ "*nat", 6, 1, "Bad argument `*nat'" },
	{ " # no comment here", 6, 2, "Bad argument `#'" },
	{ "   ", 6, 4, "no command specified" },
	/* What only the kernel sees. */
	{ "-A INPUT -m tcp", 6, 10, "needs -p tcp" },
	{ "-A INPUT ! -p tcp -m tcp", 6, 19, "needs -p tcp" },
	{ "-A INPUT -j U|-A U -j U", 7, 1, "leads back to chain `U'" },
	{ "-A INPUT -g U|-A U -s 10/8 -g U", 7, 1, "leads back" },
	{ "-A INPUT -j DNAT --to-destination 192.0.2.1", 6, 10,
	    "only valid in table nat" },
};

Test(parse, errors_are_placed)
{
	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct sbuf in = SBUF_INIT;
		struct loaded l;
		const struct diag *d;
		unsigned line = 0, col = 0;

		dump(&in, refused[i].text);
		load_text(&l, AF_INET, in.text);
		for (d = l.diags.first; d != NULL && d->level != DIAG_ERROR;)
			d = d->next;
		cr_expect(!l.ok && d != NULL, "%s: taken", refused[i].text);
		if (d != NULL) {
			loc_line(d->loc, &line, &col);
			cr_expect(line == refused[i].line &&
			    col == refused[i].col, "%s: at %u:%u",
			    refused[i].text, line, col);
			cr_expect(strstr(d->text, refused[i].says) != NULL,
			    "%s: %s", refused[i].text, d->text);
		}
		unload(&l);
		sbuf_free(&in);
	}
}

Test(parse, loops_out_of_reach_are_no_loops)
{
	static const char *const fine[] = {
		"-A U -j U",
		"-A INPUT -j ACCEPT|-A INPUT -j U|-A U -j U",
		"-A INPUT -j U|-A U -j RETURN|-A U -j U",
	};

	for (unsigned i = 0; i < 3; i++) {
		struct sbuf in = SBUF_INIT;
		struct loaded l;

		dump(&in, fine[i]);
		load_text(&l, AF_INET, in.text);
		cr_expect(l.ok, "%s: %s", fine[i], first_error(&l));
		unload(&l);
		sbuf_free(&in);
	}
}

Test(parse, hooks_reach_through_chains)
{
	struct loaded l;

	load_text(&l, AF_INET, "*nat\n:A - [0:0]\n:B - [0:0]\n"
	    "-A POSTROUTING -j A\n-A A -j B\n-A B -p tcp -j REDIRECT\n"
	    "COMMIT\n");
	cr_expect(!l.ok);
	cr_expect(strstr(first_error(&l), "used from hooks POSTROUTING, but "
	    "only usable from PREROUTING/OUTPUT") != NULL, "%s",
	    first_error(&l));
	unload(&l);
	/* Nobody jumps there. */
	load_text(&l, AF_INET, "*nat\n:B - [0:0]\n-A B -j REDIRECT\n"
	    "COMMIT\n");
	cr_expect(l.ok);
	unload(&l);
}

Test(parse, deep_chains_need_no_stack)
{
	struct sbuf b = SBUF_INIT;
	struct loaded l;

	sbuf_puts(&b, "*filter\n");
	for (int i = 0; i < 50000; i++)
		sbuf_printf(&b, ":c%d - [0:0]\n", i);
	sbuf_puts(&b, "-A INPUT -j c0\n");
	for (int i = 0; i + 1 < 50000; i++)
		sbuf_printf(&b, "-A c%d -j c%d\n", i, i + 1);
	sbuf_puts(&b, "-A c49999 -j c0\nCOMMIT\n");
	load_text(&l, AF_INET, b.text);
	cr_expect(strstr(first_error(&l), "loop") != NULL);
	unload(&l);
	sbuf_free(&b);
}

/* Truncated and wrapped dumps; 'rules' rules come out. */
static const struct { const char *text; bool ok; unsigned warnings; }
dumps[] = {
	{ "*filter\nCOMMIT\n", true, 0 },
	{ "# nothing but a comment\n", true, 0 },
	{ "*filter\nCOMMIT", true, 1 },
	{ "*filter\r\n:INPUT DROP [0:0]\r\n-A INPUT -j ACCEPT\r\nCOMMIT\r\n",
	    true, 1 },
	{ "*filter\n-A INPUT -j ACCEPT\n", false, 0 },
	{ "*filter\n-A INPUT -j AC", false, 1 },
	{ "*nosuch\n-A INPUT -j ACCEPT\nCOMMIT\n", false, 0 },
	{ "COMMIT\n*filter\nCOMMIT\n", false, 0 },
	{ ":INPUT ACCEPT [0:0]\n", false, 0 },
	{ "*\nCOMMIT\n", false, 0 },
};

Test(parse, dumps_that_end_oddly)
{
	for (unsigned i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		struct loaded l;

		load_text(&l, 0, dumps[i].text);
		cr_expect(l.ok == dumps[i].ok, "%s: %s", dumps[i].text,
		    first_error(&l));
		cr_expect(l.diags.warnings == dumps[i].warnings, "%s",
		    dumps[i].text);
		unload(&l);
	}
}

Test(parse, families_are_told_apart)
{
	struct loaded l;

	load_text(&l, 0, "# Generated by ip6tables-save v1.8.9 on x\n"
	    "*filter\nCOMMIT\n# Generated by iptables-save v1.8.9 on x\n"
	    "*filter\nCOMMIT\n");
	cr_expect(l.ok && l.load.rules[0] != NULL && l.load.rules[1] != NULL);
	unload(&l);
	load_text(&l, 0, "*filter\n-A INPUT -j DROP\n"
	    "-A INPUT -s 2001:db8::/32 -j DROP\nCOMMIT\n"
	    "*filter\n-A INPUT -s 192.0.2.1 -j DROP\nCOMMIT\n");
	cr_expect(l.ok && l.load.rules[0] != NULL && l.load.rules[1] != NULL);
	cr_expect(l.load.rules[1]->n_rules == 2);
	unload(&l);
	load_text(&l, 0, "*filter\n-A INPUT -j DROP\nCOMMIT\n");
	cr_expect(l.ok && l.load.rules[0] != NULL && l.load.rules[1] == NULL);
	unload(&l);
}

Test(parse, a_table_again_replaces_but_keeps_policies)
{
	struct loaded l;
	char *text;

	load_text(&l, AF_INET, "*filter\n:INPUT DROP [3:4]\n:OLD - [0:0]\n"
	    "-A INPUT -j OLD\nCOMMIT\n"
	    "*filter\n:OUTPUT DROP [0:0]\n:NEW - [0:0]\n-A NEW -j DROP\n"
	    "COMMIT\n");
	cr_assert(l.ok, "%s", first_error(&l));
	text = print(&l, &save, &all);
	cr_expect_str_eq(text, "*filter\n:INPUT DROP [3:4]\n"
	    ":FORWARD ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n:NEW - [0:0]\n"
	    "-A NEW -j DROP\nCOMMIT\n");
	free(text);
	unload(&l);
}

static const struct { const char *script, *rules; bool ok;
    unsigned warnings; } scripts[] = {
	{ "iptables -A INPUT -j A\n", "", false, 0 },
	{ "#!/bin/sh\n\n# rules\niptables -N U # here\n"
	    "sudo /sbin/iptables -w 5 -A INPUT \\\n  -j U\n",
	    "-A INPUT -j U\n", true, 0 },
	{ "iptables -A INPUT -m comment --comment 'it'\\''s' -j DROP\n"
	    "iptables -A INPUT -m comment --comment \"a \\\"b\\\"\"\\ c\n",
	    "-A INPUT -m comment --comment \"it\\'s\" -j DROP\n"
	    "-A INPUT -m comment --comment \"a \\\"b\\\" c\"\n", true, 0 },
	{ "iptables -A INPUT -s 10.0.0.1\niptables -I INPUT -s 10.0.0.2\n"
	    "iptables -I INPUT 2 -s 10.0.0.3,10.0.0.4\n",
	    "-A INPUT -s 10.0.0.2/32\n-A INPUT -s 10.0.0.4/32\n"
	    "-A INPUT -s 10.0.0.3/32\n-A INPUT -s 10.0.0.1/32\n", true, 0 },
	{ "iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n"
	    "iptables -A INPUT -p tcp --dport 23 -j ACCEPT\n"
	    "iptables -D INPUT -p tcp -m tcp --dport ssh -j ACCEPT\n",
	    "-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n", true, 0 },
	{ "iptables -A INPUT -j DROP\niptables -A INPUT -j ACCEPT\n"
	    "iptables -D INPUT 1\niptables -D INPUT 9\n",
	    "-A INPUT -j ACCEPT\n", true, 1 },
	{ "iptables -A INPUT -j DROP\niptables -R INPUT 1 -s 10.0.0.1\n",
	    "-A INPUT -s 10.0.0.1/32\n", true, 0 },
	{ "iptables -N a\niptables -A INPUT -j a\niptables -X a\n"
	    "iptables -E a b\niptables -F INPUT\niptables -X b\n", "", true,
	    1 },
	{ "iptables -N a\niptables -A INPUT -j a\niptables -E a b\n",
	    "-A INPUT -j b\n", true, 0 },
	{ "iptables -D INPUT -j DROP\niptables -X nosuch\n", "", true, 2 },
	{ "iptables -A INPUT -s $NET -j DROP\n", "", false, 0 },
	{ "iptables -F; iptables -X\n", "", false, 0 },
	{ "iptables -L > out\n", "", false, 0 },
	{ "for i in 1 2; do\n", "", false, 0 },
	{ "echo done\n", "", false, 0 },
	{ "iptables -A INPUT -m comment --comment 'open\n", "", false, 0 },
	{ "iptables -t nat -A PREROUTING -j DROP\n", "", false, 0 },
};

Test(parse, scripts_do_what_iptables_does)
{
	for (unsigned i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		const char *script = scripts[i].script;
		struct loaded l;
		char *text, *at;

		load_text(&l, 0, script);
		cr_expect(l.ok == scripts[i].ok, "%s: %s", script,
		    first_error(&l));
		cr_expect(l.diags.warnings == scripts[i].warnings, "%s",
		    script);
		text = print(&l, &save, &all);
		at = strstr(text, "-A ");
		if (scripts[i].ok && at != NULL)
			*strstr(at, "COMMIT\n") = '\0';
		if (scripts[i].ok)
			cr_expect_str_eq(at != NULL ? at : "",
			    scripts[i].rules, "%s", script);
		free(text);
		unload(&l);
	}
}

Test(parse, iptables_xml_is_read)
{
	struct loaded l;
	char *text;

	load_text(&l, 0, "<iptables-rules version=\"1.0\">\n"
	    "<!-- # Generated by iptables*-save v1.8.9 -->\n"
	    "  <table name=\"filter\" >\n"
	    "    <chain name=\"INPUT\" policy=\"DROP\" packet-count=\"5\" "
	    "byte-count=\"6\" >\n"
	    "      <rule packet-count=\"1\" byte-count=\"2\" >\n"
	    "       <conditions>\n        <match >\n"
	    "          <s  invert=\"1\">192.0.2.1/32</s>\n"
	    "          <p >tcp</p>\n        </match>\n        <comment >\n"
	    "          <comment >&quot;a &quot;b&quot; c\\d&quot;</comment>\n"
	    "        </comment>\n       </conditions>\n       <actions>\n"
	    "        <LOG >\n          <log-prefix >&quot;x &quot;"
	    "</log-prefix>\n        </LOG>\n        <call >\n"
	    "          <U />\n        </call>\n       </actions>\n\n"
	    "      </rule>\n\n    </chain>\n"
	    "    <chain name=\"U\" packet-count=\"0\" byte-count=\"0\" />\n"
	    "  </table>\n</iptables-rules>\n");
	cr_assert(l.ok, "%s", first_error(&l));
	text = print(&l, &save, &counted);
	cr_expect_str_eq(text, "*filter\n:INPUT DROP [5:6]\n"
	    ":FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:U - [0:0]\n"
	    "[1:2] -A INPUT ! -s 192.0.2.1/32 -p tcp -m comment --comment "
	    "\"a \\\"b\\\" c\\\\d\" -j LOG --log-prefix \"x \"\n"
	    "[0:0] -A INPUT ! -s 192.0.2.1/32 -p tcp -m comment --comment "
	    "\"a \\\"b\\\" c\\\\d\" -j U\nCOMMIT\n");
	free(text);
	unload(&l);
}

/* Not well-formed, or not ours: an error and nothing worse. */
static const char *const broken[] = {
	"<iptables-rules><table name=\"filter\">", "<html/>",
	"<iptables-rules><table/></iptables-rules>",
	"<iptables-rules><table name=\"filter\"><chain/></table>"
	    "</iptables-rules>",
	"<iptables-rules><table name=\"filter\"><chain name=\"INPUT\"><rule>"
	    "<actions><call/></actions></rule></chain></table>"
	    "</iptables-rules>",
	"{", "{}", "{\"schema\":\"nfwalk.ruleset/2\"}",
	"{\"schema\":\"nfwalk.ruleset/1\",\"rulesets\":[{}]}",
	"{\"schema\":\"nfwalk.ruleset/1\",\"rulesets\":[{\"family\":\"ipv4\","
	    "\"tables\":[{\"name\":\"filter\",\"chains\":[{\"name\":5}]}]}]}",
	"{\"schema\":\"nfwalk.ruleset/1\",\"rulesets\":[{\"family\":\"ipv4\","
	    "\"tables\":[{\"name\":\"filter\",\"chains\":[{\"name\":\"INPUT\","
	    "\"rules\":[{\"tests\":[{\"option\":\"-s\",\"values\":[{\"hex\":"
	    "\"zz\"}]}]}]}]}]}]}",
};

Test(parse, broken_xml_and_json)
{
	for (unsigned i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct loaded l;

		load_text(&l, AF_INET, broken[i]);
		cr_expect(!l.ok && l.diags.errors > 0, "%s", broken[i]);
		unload(&l);
	}
}

Test(parse, json_errors_have_places)
{
	struct loaded l;
	unsigned line, col;

	load_text(&l, 0, "{\"schema\":\"nfwalk.ruleset/1\",\"rulesets\":[\n"
	    "{\"family\":\"ipv4\",\"tables\":[{\"name\":\"filter\","
	    "\"chains\":[\n{\"name\":\"INPUT\",\"rules\":[\n"
	    "{\"tests\":[],\"note\":\"{\\\"{\"},\n"
	    " {\"tests\":[{\"option\":\"-s\",\"values\":[\"x\"]}]}\n"
	    "]}]}]}]}\n");
	cr_assert(l.diags.errors == 1);
	loc_line(l.diags.first->loc, &line, &col);
	cr_expect(line == 5 && col == 2, "at %u:%u", line, col);
	cr_expect_str_eq(first_error(&l), "host/network `x' not found: what "
	    "a name stands for is looked up where the rules are loaded; "
	    "write its address");
	cr_expect_str_eq(l.diags.first->id, "FW1015");
	unload(&l);
}

Test(parse, list_is_what_iptables_lists)
{
	struct sbuf in = SBUF_INIT;
	struct loaded l;
	char *text;

	dump(&in, "[3:4] -A INPUT ! -s 192.0.2.1/32 ! -i eth0 -p tcp -m tcp "
	    "--dport 80 -j ACCEPT|-A INPUT ! -f -p 99 -g U");
	load_text(&l, AF_INET, in.text);
	cr_assert(l.ok, "%s", first_error(&l));
	text = print(&l, &list, &(struct save_format){ .table = -1,
	    .chain = "INPUT" });
	cr_expect_str_eq(text,
	    "Chain INPUT (policy ACCEPT 1 packets, 2 bytes)\n"
	    "num      pkts      bytes target     prot opt in     out     "
	    "source               destination         \n"
	    "1           3        4 ACCEPT     6    --  !eth0  *      "
	    "!192.0.2.1            0.0.0.0/0            tcp dpt:80\n"
	    "2           0        0 U          99   !f  *      *       "
	    "0.0.0.0/0            0.0.0.0/0           [goto] \n");
	free(text);
	unload(&l);
	sbuf_free(&in);
}
