/* Scripts of iptables and ip6tables commands, done one after the other on
 * what is there already (an empty kernel at first). */
#ifndef PARSERS_SCRIPT_H
#define PARSERS_SCRIPT_H

#include "parsers/load.h"

bool	script_read(struct load *, const struct source *);

#endif
