/* The subcommands: each is one file, cmd_NAME.c, and one row in main.c. */
#ifndef CMD_H
#define CMD_H

#include "command.h"

extern const struct command command_audit, command_collect, command_convert,
    command_diff, command_explain, command_help, command_merge,
    command_query,
    command_replay, command_report, command_rules, command_schema,
    command_test, command_trace;

/* Does a command line have --schema?  Prints the schema of what the command
 * argv[0] would write; an exit code. */
bool	schema_asked(int argc, char **argv);
int	schema_print(int argc, char **argv);

#endif
