#include "progress.h"

#include "base/arena.h"
#include "base/sbuf.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REDRAW_MS = 250, PATIENCE_MS = 1000 };

struct progress {
	pthread_t thread;
	sigset_t signals, before;	/* SIGUSR1; the mask as it was */
	bool shows;			/* on a terminal */
	int64_t began;			/* all times in milliseconds */
	_Atomic(const char *) what;
	atomic_int unit;
	_Atomic int64_t phase_began;
	_Atomic uint64_t done, total;
	atomic_bool ended;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the line ---- */

static void
put_bytes(struct sbuf *b, double v)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned i = 0;

	for (; v >= 1024 && i < 4; i++)
		v /= 1024;
	sbuf_printf(b, i == 0 ? "%.0f %s" : "%.1f %s", v, units[i]);
}

static void
put_amount(struct sbuf *b, int unit, double v)
{
	if (unit == PROGRESS_BYTES)
		put_bytes(b, v);
	else
		sbuf_printf(b, "%.0f", v);
}

static void
put_time(struct sbuf *b, double seconds)
{
	unsigned long s = (unsigned long)seconds;

	if (s >= 3600)
		sbuf_printf(b, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60,
		    s % 60);
	else
		sbuf_printf(b, "%lu:%02lu", s / 60, s % 60);
}

/* ": 1.2 GiB of 3.4 GiB, 35%, 410.0 MiB/s, 0:05 left" */
static void
put_amounts(struct sbuf *b, struct progress *p, int unit)
{
	double done = (double)p->done, total = (double)p->total,
	    seconds = (double)(now_ms() - p->phase_began) / 1000, rate;

	if (unit == PROGRESS_NONE)
		return;
	sbuf_puts(b, ": ");
	put_amount(b, unit, done);
	if (total > 0) {
		sbuf_puts(b, " of ");
		put_amount(b, unit, total);
		sbuf_printf(b, ", %.0f%%", 100 * done / total);
	}
	if (seconds <= 0 || done <= 0)
		return;
	rate = done / seconds;
	sbuf_puts(b, ", ");
	put_amount(b, unit, rate);
	sbuf_puts(b, "/s");
	if (total > done) {
		sbuf_puts(b, ", ");
		put_time(b, (total - done) / rate);
		sbuf_puts(b, " left");
	}
}

static void
put_line(struct sbuf *b, struct progress *p)
{
	sbuf_clear(b);
	sbuf_puts(b, p->what);
	put_amounts(b, p, p->unit);
	sbuf_puts(b, ", ");
	put_time(b, (double)(now_ms() - p->began) / 1000);
	sbuf_puts(b, " so far");
}

/* ---- the thread ---- */

static void *
watch(void *arg)
{
	const struct timespec wait = { 0, REDRAW_MS * 1000000 };
	struct progress *p = arg;
	struct sbuf line = SBUF_INIT;
	bool drawn = false;

	while (!p->ended) {
		int sig = sigtimedwait(&p->signals, NULL, &wait);

		if (p->ended)
			break;
		if (sig == SIGUSR1) {
			put_line(&line, p);
			fprintf(stderr, "%s%s\n", drawn ? "\r\033[K" : "",
			    sbuf_text(&line));
			drawn = false;
		} else if (p->shows && now_ms() - p->began > PATIENCE_MS) {
			put_line(&line, p);
			fprintf(stderr, "\r%s\033[K", sbuf_text(&line));
			drawn = true;
		}
		fflush(stderr);
	}
	if (drawn)
		fputs("\r\033[K", stderr);
	sbuf_free(&line);
	return NULL;
}

struct progress *
progress_begin(bool quiet)
{
	struct progress *p = mem_alloc(1, sizeof(*p));
	const char *term = getenv("TERM");

	p->what = "working";
	p->began = now_ms();
	p->phase_began = p->began;
	p->shows = !quiet && isatty(STDERR_FILENO) && term != NULL &&
	    strcmp(term, "dumb") != 0;
	sigemptyset(&p->signals);
	sigaddset(&p->signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &p->signals, &p->before);
	if (pthread_create(&p->thread, NULL, watch, p) == 0)
		return p;
	pthread_sigmask(SIG_SETMASK, &p->before, NULL);
	free(p);
	return NULL;
}

void
progress_phase(struct progress *p, const char *what, enum progress_unit unit,
    uint64_t total)
{
	if (p == NULL)
		return;
	p->what = what;
	p->unit = (int)unit;
	p->done = 0;
	p->total = total;
	p->phase_began = now_ms();
}

void
progress_at(struct progress *p, uint64_t done, uint64_t total)
{
	if (p == NULL)
		return;
	atomic_store_explicit(&p->done, done, memory_order_relaxed);
	atomic_store_explicit(&p->total, total, memory_order_relaxed);
}

void
progress_end(struct progress *p)
{
	const struct timespec none = { 0, 0 };

	if (p == NULL)
		return;
	p->ended = true;
	pthread_kill(p->thread, SIGUSR1);	/* it need not wait longer */
	pthread_join(p->thread, NULL);
	while (sigtimedwait(&p->signals, NULL, &none) == SIGUSR1)
		continue;
	pthread_sigmask(SIG_SETMASK, &p->before, NULL);
	free(p);
}
