/* nfwalk collect: the script that makes a snapshot on a host. */
#include "cmd.h"

#include "args.h"

#include <stdio.h>
#include <stdlib.h>

static const char script[] =
"#!/bin/sh\n"
"# Writes a snapshot of this host's packet filter for 'nfwalk -S DIR'.\n"
"# usage: sh collect.sh [DIR]     (as root; it only reads)\n"
"set -u\n"
"umask 077\n"
"LC_ALL=C\n"
"PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\n"
"export LC_ALL PATH\n"
"dir=${1:-nfwalk-snapshot}\n"
"status=0\n"
"\n"
"say() {\n"
"	echo \"collect: $*\" >&2\n"
"}\n"
"\n"
"# take FILE COMMAND...: what COMMAND prints becomes DIR/FILE.\n"
"take() {\n"
"	file=$dir/$1\n"
"	shift\n"
"	if ! command -v \"$1\" >/dev/null 2>&1; then\n"
"		say \"${file##*/}: left out, there is no $1 here\"\n"
"		return\n"
"	fi\n"
"	if \"$@\" >\"$file.new\" 2>\"$file.err\" ||\n"
"	    [ -s \"$file.new\" ]; then\n"
"		mv -f \"$file.new\" \"$file\"\n"
"	else\n"
"		say \"${file##*/}: left out, '$*' failed:\"\n"
"		sed 's/^/    /' \"$file.err\" >&2\n"
"		rm -f \"$file.new\"\n"
"		status=1\n"
"	fi\n"
"	rm -f \"$file.err\"\n"
"}\n"
"\n"
"if [ \"$(id -u)\" != 0 ]; then\n"
"	say 'not root: much will be missing'\n"
"	status=1\n"
"fi\n"
"mkdir -p \"$dir\" || exit 1\n"
"\n"
"take iptables-save iptables-save -c\n"
"take ip6tables-save ip6tables-save -c\n"
"take ip-addr.json ip -d -j addr show\n"
"take ip-route.json ip -j route show table all\n"
"take ip6-route.json ip -j -6 route show table all\n"
"take ip-rule.json ip -j rule show\n"
"take ip6-rule.json ip -j -6 rule show\n"
"take ipset-save ipset save\n"
"take sysctl sysctl -a\n"
"take conntrack conntrack -L -o extended\n"
"take sockets ss -lntup\n"
"\n"
"# Rules of the other kind (legacy or nft) are not in iptables-save's output.\n"
"for other in iptables-legacy-save iptables-nft-save; do\n"
"	command -v $other >/dev/null 2>&1 || continue\n"
"	$other 2>/dev/null | grep -q '^-A' || continue\n"
"	grep -q '^-A' \"$dir/iptables-save\" 2>/dev/null && continue\n"
"	say \"iptables-save shows no rules but $other does: taking those\"\n"
"	take iptables-save $other -c\n"
"	take ip6tables-save \"ip6${other#ip}\" -c\n"
"done\n"
"own='^table ip6* (filter|nat|mangle|raw|security)$'\n"
"if command -v nft >/dev/null 2>&1 &&\n"
"    nft list tables 2>/dev/null | grep -Evq \"$own\"; then\n"
"	say 'note: this host has nftables rules that are not iptables rules;'\n"
"	say 'they are not in the snapshot'\n"
"fi\n"
"say \"wrote $dir\"\n"
"exit $status\n";

static int
main_collect(int argc, char **argv)
{
	struct args a = { .command = &command_collect };
	int code = EXIT_USAGE;

	if (!args_parse(&a, argc, argv))
		code = a.helped ? EXIT_YES : EXIT_USAGE;
	else if (a.n_rest != 0)
		args_error("collect", "unexpected '%s'", a.rest[0]);
	else
		code = fputs(script, stdout) < 0 ? EXIT_INPUT : EXIT_YES;
	free(a.rest);
	return code;
}

static const char *const synopsis[] = { ">collect.sh", NULL };
static const char *const text[] = {
	"The script only reads. What a host has no command for is left out, and "
	"it says so; each missing file becomes an assumption that nfwalk "
	"prints. It needs root, and writes files that only root can read.",
	NULL
};
static const struct example examples[] = {
	{ "A snapshot of another host",
	    "nfwalk collect >collect.sh; "
	    "ssh root@host sh -s -- snapshot <collect.sh; "
	    "ssh root@host tar cf - snapshot | tar xf -" },
	{ 0 }
};

const struct command command_collect = {
	.name = "collect",
	.summary = "the script that makes a snapshot of a host",
	.synopsis = synopsis,
	.about = "Prints a POSIX shell script. Run on a host as root, 'sh "
	    "collect.sh DIR' writes what 'nfwalk ... -S DIR' wants to know of "
	    "that host.",
	.text = text,
	.examples = examples,
	.see = "nfwalk-snapshot(5)",
	.run = main_collect,
};
