#include "pager.h"

#include "base/sbuf.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool
refuse(void *ctx, const struct arg *o, const char *value)
{
	(void)o;
	(void)value;
	((struct pager *)ctx)->refused = true;
	return true;
}

const struct arg pager_args[] = {
	{ "--no-pager", NULL, NULL, refuse,
	    .help = "no pager on a terminal",
	    .more = "Without it what does not fit the screen goes through "
	    "less, or what NFWALK_PAGER or PAGER says." },
	{ 0 }
};

/* Is there a program of this name? */
static bool
is_there(const char *program)
{
	const char *path = getenv("PATH");
	bool found = false;

	while (path != NULL && *path != '\0' && !found) {
		size_t n = strcspn(path, ":");
		struct sbuf b = SBUF_INIT;

		sbuf_put(&b, path, n);
		sbuf_printf(&b, "/%s", program);
		found = access(sbuf_text(&b), X_OK) == 0;
		sbuf_free(&b);
		path += n + (path[n] == ':');
	}
	return found;
}

/* The command; null: none. */
static const char *
choose(void)
{
	const char *term = getenv("TERM"), *pager = getenv("NFWALK_PAGER");

	if (!isatty(STDOUT_FILENO) || term == NULL ||
	    strcmp(term, "dumb") == 0)
		return NULL;
	if (pager == NULL)
		pager = getenv("PAGER");
	if (pager == NULL)
		return is_there("less") ? "less" : NULL;
	return *pager == '\0' || strcmp(pager, "cat") == 0 ? NULL : pager;
}

static _Noreturn void
be_pager(const char *command, int in, int out)
{
	dup2(in, STDIN_FILENO);
	close(in);
	close(out);
	setenv("LESS", "FRX", 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

bool
pager_open(struct pager *p)
{
	const char *command = p->refused ? NULL : choose();
	int fd[2];

	if (command == NULL || pipe(fd) != 0)
		return false;
	fflush(stdout);
	p->saved = dup(STDOUT_FILENO);
	p->child = fork();
	if (p->child == 0) {
		close(p->saved);
		be_pager(command, fd[0], fd[1]);
	}
	if (p->child > 0) {
		dup2(fd[1], STDOUT_FILENO);
		/* Who leaves the pager early still gets the exit code. */
		signal(SIGPIPE, SIG_IGN);
	} else {
		p->child = 0;
		close(p->saved);
	}
	close(fd[0]);
	close(fd[1]);
	return p->child != 0;
}

void
pager_close(struct pager *p)
{
	if (p->child == 0)
		return;
	fflush(stdout);
	clearerr(stdout);
	dup2(p->saved, STDOUT_FILENO);
	close(p->saved);
	while (waitpid(p->child, NULL, 0) < 0 && errno == EINTR)
		continue;
	p->child = 0;
}
