/* What a shell may offer for a word that somebody types: made from the
 * commands' tables each time it is asked for, so that the shells' own scripts
 * (nfwalk help --completion SHELL) are the same for all commands. */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <stdio.h>

/* The 'n' words behind "nfwalk", the last one, perhaps empty, being typed.
 * Prints a line for each word that it can become, with a tab and what it is
 * behind it where that is known; or one line
 *	:file<TAB>PREFIX	a file's name, behind PREFIX ("json=")
 *	:folder			a folder's name
 * and nothing if it can be anything. */
void	complete(const char *const *words, unsigned n, FILE *);
/* The names of shells, ends with null, and the scripts for them. */
extern const char *const shell_names[], *const shell_scripts[];

#endif
