/* The subcommands: each is one file, cmd_NAME.c, and one row in main.c.
 * argv[0] is the subcommand's name; each returns an exit code (inputs.h). */
#ifndef CMD_H
#define CMD_H

int	cmd_audit(int argc, char **argv);
int	cmd_collect(int argc, char **argv);
int	cmd_convert(int argc, char **argv);
int	cmd_diff(int argc, char **argv);
int	cmd_explain(int argc, char **argv);
int	cmd_query(int argc, char **argv);
int	cmd_replay(int argc, char **argv);
int	cmd_report(int argc, char **argv);
int	cmd_rules(int argc, char **argv);
int	cmd_test(int argc, char **argv);
int	cmd_trace(int argc, char **argv);

#endif
