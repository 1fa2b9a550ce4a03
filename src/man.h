/* Manual pages, made from the commands' tables and the catalogue. */
#ifndef MAN_H
#define MAN_H

#include "base/diag.h"

/* Writes DIR/nfwalk.1, DIR/nfwalk-COMMAND.1 of each command,
 * DIR/nfwalk-rules.7 and DIR/nfwalk-json.5.  False and an error in 'diags' if one cannot be. */
bool	man_write(const char *dir, struct diags *);

#endif
