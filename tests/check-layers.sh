#!/bin/sh
# Who may include whom.  Lower layers come first; "x: a b" means that files
# in x may include headers of a and b.  Prints each violation; exits 1 if any.
cd "$(dirname "$0")/.." || exit 1
awk '
BEGIN {
	ok["base"] = " base "
	ok["model"] = " base model "
	ok["ext"] = " base model ext "
	ok["analysis"] = " base model ext analysis "
	ok["parsers"] = " base model ext parsers "
	ok["sim"] = " base model ext sim "
	ok["reports"] = " base model ext reports "
}
{ dir = FILENAME; sub("^src/", "", dir); sub("/.*", "", dir) }
/^#include "/ {
	split($2, part, /["\/]/)
	if ((dir in ok) && index(ok[dir], " " part[2] " ") == 0) {
		printf "%s:%d: %s may not include %s\n", FILENAME, FNR, dir, part[2]
		bad = 1
	}
}
# Each library has one home.
/^#include <(pcap|libxml|cjson|criterion)/ {
	split($2, part, /[<>\/.]/); lib = part[2]
	home = lib == "pcap" ? "^parsers/pcap|^tests/" : \
	    lib == "libxml" ? "^reports/xml_out.c|^parsers/rules_xml.c|^tests/" : \
	    lib == "cjson" ? "json|^parsers/env|^tests/" : "^tests/"
	if (FILENAME !~ home || FILENAME ~ /\.h$/) {
		printf "%s:%d: <%s> has another home\n", FILENAME, FNR, lib
		bad = 1
	}
}
END { exit bad }
' $(find src sim parsers reports tests -name '*.[ch]')
