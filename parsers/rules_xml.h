/* Rulesets from XML: what iptables-xml prints (with -c too: several actions
 * in one rule), and what reports/rules_xml.h describes. */
#ifndef PARSERS_RULES_XML_H
#define PARSERS_RULES_XML_H

#include "parsers/load.h"

bool	rules_xml_read(struct load *, const struct source *);

#endif
