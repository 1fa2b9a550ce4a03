/* lab run SCENARIO...			the scenarios against nfwalk
 * lab random SEED COUNT [START]	random cases SEED.START ...
 * lab test DIR SEED COUNT		all scenarios of DIR, then random ones
 * lab print SEED N			the text of one random case
 * lab reduce SCENARIO			a smaller one that still fails
 * Options: --keep DIR, --nfwalk FILE, --jobs N, --twice (the kernel against
 * itself), --quiet. */
#include "lab.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct options {
	const char *keep, *nfwalk;
	int jobs;
	bool twice, quiet;
	char base[256];			/* where case folders are made */
};

/* A case: a scenario file, or number 'n' of the random ones of a seed. */
struct item {
	const char *path;
	uint64_t seed;
	unsigned n;
};

enum result { PASSED, FAILED, DROPPED, REFUSED, N_RESULTS };

struct shared {
	atomic_uint next;
	atomic_uint count[2][N_RESULTS];	/* [0] scenarios, [1] random */
	atomic_uint retried;
	unsigned replaced;			/* random cases drawn anew */
};

static void
remove_tree(const char *dir)
{
	char *argv[] = { (char[]){ "rm" }, (char[]){ "-rf" }, (char[]){ "--" },
	    strdup(dir), NULL };

	run_program(argv, NULL, NULL, NULL);
	free(argv[3]);
}

/* ---- One case */
static void
case_name(const struct item *it, char *out, size_t size)
{
	const char *base;

	if (!it->path) {
		snprintf(out, size, "random-%llu-%u",
		    (unsigned long long)it->seed, it->n);
		return;
	}
	base = strrchr(it->path, '/');
	snprintf(out, size, "%s", base ? base + 1 : it->path);
	if (strlen(out) > 4 && !strcmp(out + strlen(out) - 4, ".scn"))
		out[strlen(out) - 4] = 0;
}

static const char *
case_text(const struct item *it, struct arena *arena)
{
	struct sbuf b = SBUF_INIT;
	const char *text;

	if (it->path)
		return read_file(it->path, arena);
	gen_scenario(it->seed * 1000003 + it->n, &b);
	text = arena_strdup(arena, sbuf_text(&b));
	sbuf_free(&b);
	return text;
}

/* The command line that replays a case folder; also left there as 'cmd'. */
static bool
nfwalk_run(const struct options *o, const char *dir, char slot,
    const struct scn *scn, struct sbuf *error)
{
	static const char *const writes[] = { "counters", "trace", "log",
		"conntrack", "counters6" };
	struct arena a = ARENA_INIT;
	char *argv[32], path[512];
	struct sbuf cmd = SBUF_INIT;
	unsigned n = 0, i;
	int code;

	argv[n++] = arena_strdup(&a, o->nfwalk);
	argv[n++] = arena_strdup(&a, "replay");
	argv[n++] = arena_strdup(&a, "-S");
	argv[n++] = arena_printf(&a, "%s/snap", dir);
	argv[n++] = arena_strdup(&a, "--owner");	/* the lab is root */
	argv[n++] = arena_strdup(&a, "0:0");
	for (i = 0; i < (scn->v6 ? 5 : 4); i++) {
		argv[n++] = arena_printf(&a, "--write-%s", writes[i]);
		argv[n++] = arena_printf(&a, "%s/nfwalk/%s", dir, writes[i]);
	}
	argv[n++] = arena_strdup(&a, "--write-pcap");
	argv[n++] = arena_printf(&a, "%s/nfwalk/out", dir);
	for (i = 0; i < N_DEVS; i++)
		argv[n++] = arena_printf(&a, "%s%c=%s/in/%s%c.pcap",
		    dev_stem[i], slot, dir, dev_stem[i], slot);
	argv[n++] = arena_printf(&a, "local=%s/in/local.pcap", dir);
	argv[n] = NULL;
	for (i = 0; i < n; i++)
		sbuf_printf(&cmd, "%s%s", argv[i], i + 1 < n ? " " : "\n");
	snprintf(path, sizeof(path), "%s/cmd", dir);
	write_file(path, sbuf_text(&cmd));
	snprintf(path, sizeof(path), "%s/nfwalk", dir);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/nfwalk/out", dir);
	mkdir(path, 0777);
	code = run_program(argv, NULL, NULL, error);
	if (code)
		sbuf_printf(error, "%s replay: exit code %d\n", o->nfwalk,
		    code);
	sbuf_free(&cmd);
	arena_free(&a);
	return code == 0;
}

struct attempt {
	struct scn *scn;
	struct record rec;
	const char *dir;
};

static void
record_free(struct record *r)
{
	free(r->sent);
	free(r->left);
}

static struct scn *
parse_text(const char *name, const char *text, char slot,
    struct arena *arena, struct sbuf *error)
{
	struct diags diags;
	struct scn *scn;
	char *mem = NULL;
	size_t size;
	FILE *f;

	diag_init(&diags, arena);
	scn = scn_parse(source_text(name, scn_rename(text, slot, arena),
	    arena), arena, &diags);
	if (!scn && (f = open_memstream(&mem, &size))) {
		diag_print(&diags, f);
		fclose(f);
		sbuf_puts(error, mem);
		free(mem);
	}
	return scn;
}

static enum run
try_kernel(const char *name, const char *text, const char *dir, char slot,
    int kmsg, struct attempt *at, struct arena *arena, struct sbuf *error)
{
	at->scn = parse_text(name, text, slot, arena, error);
	if (!at->scn)
		return RUN_BAD;
	at->dir = arena_strdup(arena, dir);
	return kernel_run(at->scn, slot, kmsg, dir, &at->rec, arena, error);
}

/* Does the kernel do the same a second time? */
static bool
kernel_agrees(const char *name, const char *text, char slot, int kmsg,
    const struct attempt *first, struct sbuf *what, struct sbuf *report)
{
	struct arena arena = ARENA_INIT;
	struct sbuf error = SBUF_INIT;
	struct attempt second;
	char dir[420], a[420], b[440];
	bool same;

	memset(&second, 0, sizeof(second));
	snprintf(dir, sizeof(dir), "%s/again", first->dir);
	same = try_kernel(name, text, dir, slot, kmsg, &second, &arena,
	    &error) == RUN_OK;
	snprintf(a, sizeof(a), "%s/kernel", first->dir);
	snprintf(b, sizeof(b), "%s/kernel", dir);
	same = same && compare(a, b, slot, second.scn, &first->rec, what,
	    report);
	sbuf_puts(report, sbuf_text(&error));
	record_free(&second.rec);
	sbuf_free(&error);
	arena_free(&arena);
	return same;
}

/* What has few outcomes may come out the same twice by chance. */
static bool
kernel_repeats(const char *name, const char *text, char slot, int kmsg,
    const struct attempt *first)
{
	enum { TIMES = 3 };
	struct sbuf none = SBUF_INIT;
	bool same = true;
	int i;

	for (i = 0; same && i < TIMES; i++)
		same = kernel_agrees(name, text, slot, kmsg, first, &none,
		    &none);
	sbuf_free(&none);
	return same;
}

static enum result
judge(const struct options *o, const char *name, const char *text, char slot,
    int kmsg, struct attempt *at, bool random, struct sbuf *report)
{
	struct sbuf what = SBUF_INIT, diff = SBUF_INIT;
	char a[420], b[420];
	enum result result = PASSED;
	bool ran, same;

	snprintf(a, sizeof(a), "%s/kernel", at->dir);
	snprintf(b, sizeof(b), "%s/nfwalk", at->dir);
	if (o->twice) {
		if (!kernel_agrees(name, text, slot, kmsg, at, &what, &diff))
			result = DROPPED;
	} else {
		ran = nfwalk_run(o, at->dir, slot, at->scn, &diff);
		same = compare(a, b, slot, at->scn, &at->rec, &what, &diff);
		if (!ran || !same)
			result = FAILED;
		if (!same && random && !kernel_repeats(name, text, slot, kmsg,
		    at))
			result = DROPPED;
	}
	if (result == FAILED || (o->twice && result == DROPPED))
		sbuf_printf(report, "FAIL %s: %s differ\n%s  in %s\n", name,
		    what.len ? sbuf_text(&what) : "nothing", sbuf_text(&diff),
		    at->dir);
	else if (result == DROPPED)
		sbuf_printf(report, "drop %s: two runs of the kernel "
		    "differ\n", name);
	sbuf_free(&what);
	sbuf_free(&diff);
	return result;
}

static enum result
run_text(const struct options *o, const char *name, const char *text,
    bool random, char slot, int kmsg, struct sbuf *report)
{
	struct arena arena = ARENA_INIT;
	struct sbuf error = SBUF_INIT;
	struct attempt at;
	enum result result = REFUSED;
	char dir[400];
	enum run ran;

	memset(&at, 0, sizeof(at));
	snprintf(dir, sizeof(dir), "%s/%s", o->base, name);
	ran = try_kernel(name, text, dir, slot, kmsg, &at, &arena, &error);
	if (ran == RUN_OK)
		result = judge(o, name, text, slot, kmsg, &at, random, report);
	else
		sbuf_printf(report, "BAD  %s: %s%s\n", name,
		    ran == RUN_NO_LOAD ? "the kernel refuses it\n" : "",
		    sbuf_text(&error));
	if (!o->keep && (result == PASSED || (!o->twice && result == DROPPED)))
		remove_tree(dir);
	record_free(&at.rec);
	sbuf_free(&error);
	arena_free(&arena);
	return result;
}

/* ---- Workers */
static void
pin(int worker)
{
	cpu_set_t all, one;
	size_t cpu;
	int n = 0;

	if (sched_getaffinity(0, sizeof(all), &all))
		return;
	worker %= CPU_COUNT(&all);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && n++ == worker) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			sched_setaffinity(0, sizeof(one), &one);
			return;
		}
}

static void
run_item(const struct options *o, const struct item *it, char slot, int kmsg,
    struct shared *sh)
{
	struct arena arena = ARENA_INIT;
	struct sbuf report = SBUF_INIT;
	const char *text = case_text(it, &arena);
	enum result result = REFUSED;
	char name[128];

	case_name(it, name, sizeof(name));
	if (text) {
		result = run_text(o, name, text, !it->path, slot, kmsg,
		    &report);
		/* Others may write to the kernel log, or hold a CPU. */
		if (result != PASSED && it->path) {
			atomic_fetch_add(&sh->retried, 1);
			sbuf_clear(&report);
			result = run_text(o, name, text, false, slot, kmsg,
			    &report);
		}
	} else
		sbuf_printf(&report, "BAD  %s: %s\n", it->path,
		    strerror(errno));
	atomic_fetch_add(&sh->count[!it->path][result], 1);
	if (!o->quiet && result == PASSED)
		sbuf_printf(&report, "ok   %s\n", name);
	if (report.len && write(STDOUT_FILENO, report.text, report.len) < 0)
		perror("lab");
	sbuf_free(&report);
	arena_free(&arena);
}

static int
worker(const struct options *o, const struct item *items, unsigned n, int no,
    struct shared *sh)
{
	char slot = host_slot();
	int kmsg = kernel_log_open();
	unsigned i;

	if (!slot || kmsg < 0) {
		fprintf(stderr, "lab: no free slot or no kernel log\n");
		return 1;
	}
	pin(no);
	while ((i = atomic_fetch_add(&sh->next, 1)) < n)
		run_item(o, &items[i], slot, kmsg, sh);
	return 0;
}

static bool
run_workers(const struct options *o, const struct item *items, unsigned n,
    struct shared *sh)
{
	int i, status;
	bool ok = true;
	pid_t pid;

	fflush(stdout);
	for (i = 0; i < o->jobs; i++) {
		pid = fork();
		if (!pid)
			_exit(worker(o, items, n, i, sh));
		ok = ok && pid > 0;
	}
	for (i = 0; i < o->jobs; i++) {
		if (wait(&status) < 0)
			break;
		if (status) {
			fprintf(stderr, "lab: a worker ended badly (%d)\n",
			    status);
			ok = false;
		}
	}
	return ok;
}

static unsigned
count(const struct shared *sh, int random, enum result r)
{
	return atomic_load(&sh->count[random][r]);
}

static unsigned
count_random(const struct item *items, unsigned n)
{
	unsigned random = 0;

	for (unsigned i = 0; i < n; i++)
		random += !items[i].path;
	return random;
}

/* For each random case that the kernel does not repeat, a further one of the
 * same seed, so that as many as were wanted are compared.  More than one in
 * twenty is a fault of the generator: then no more are drawn. */
static bool
replace_dropped(const struct options *o, const struct item *items, unsigned n,
    struct shared *sh)
{
	unsigned limit = count_random(items, n) / 20 + 1, due;
	struct item more[16];
	bool ok = true;

	while (!o->twice && ok &&
	    (due = count(sh, 1, DROPPED) - sh->replaced) > 0 &&
	    count(sh, 1, DROPPED) <= limit) {
		if (due > sizeof(more) / sizeof(more[0]))
			due = sizeof(more) / sizeof(more[0]);
		for (unsigned i = 0; i < due; i++) {
			more[i] = items[n - 1];
			more[i].n += sh->replaced + i + 1;
		}
		sh->replaced += due;
		atomic_store(&sh->next, 0);
		ok = run_workers(o, more, due, sh);
	}
	return ok;
}

static int
conclude(const struct options *o, const struct item *items, unsigned n,
    double took, struct shared *sh)
{
	unsigned random = count_random(items, n);
	unsigned passed, failed, dropped, refused;

	passed = count(sh, 0, PASSED) + count(sh, 1, PASSED);
	failed = count(sh, 0, FAILED) + count(sh, 1, FAILED);
	dropped = count(sh, 0, DROPPED) + count(sh, 1, DROPPED);
	refused = count(sh, 0, REFUSED) + count(sh, 1, REFUSED);
	if (n > random)
		printf("kernel: %u of %u scenarios agree\n",
		    count(sh, 0, PASSED), n - random);
	if (random)
		printf("kernel: %u of %u random cases agree, %u dropped "
		    "that the kernel does not repeat\n",
		    count(sh, 1, PASSED), random, count(sh, 1, DROPPED));
	if (atomic_load(&sh->retried))
		printf("kernel: %u scenarios were tried twice\n",
		    atomic_load(&sh->retried));
	if (refused)
		printf("kernel: %u could not be run\n", refused);
	printf("kernel lab: %u passed, %u failed, 0 skipped (%u dropped, "
	    "%.1f s)\n", passed, failed + refused, dropped, took);
	if (o->twice)
		return dropped || refused;
	return failed || refused || dropped > random / 20 + 1 ||
	    passed + failed + refused + dropped != n + sh->replaced;
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool
make_base(struct options *o)
{
	const char *tmp = getenv("TMPDIR");

	if (o->keep) {
		snprintf(o->base, sizeof(o->base), "%s", o->keep);
		return !mkdir(o->base, 0777) || errno == EEXIST;
	}
	snprintf(o->base, sizeof(o->base), "%s/nfwalk-lab-XXXXXX",
	    tmp ? tmp : "/tmp");
	return mkdtemp(o->base) && !chmod(o->base, 0755);
}

static int
run_items(struct options *o, const struct item *items, unsigned n)
{
	struct sbuf why = SBUF_INIT;
	struct shared *sh;
	double start = seconds();
	bool was_logging;
	int code;

	if (!host_possible(&why, &was_logging)) {
		printf("kernel lab: 0 passed, 0 failed, %u skipped: %s\n", n,
		    sbuf_text(&why));
		sbuf_free(&why);
		return 0;
	}
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sh == MAP_FAILED || !make_base(o)) {
		perror("lab");
		return 2;
	}
	if (!run_workers(o, items, n, sh) || !replace_dropped(o, items, n, sh))
		atomic_fetch_add(&sh->count[0][REFUSED], 1);
	code = conclude(o, items, n, seconds() - start, sh);
	host_done(was_logging);
	rmdir(o->base);
	munmap(sh, sizeof(*sh));
	return code;
}

/* ---- Commands */
struct items {
	struct item *v;
	unsigned n, cap;
};

static void
add_path(struct items *it, const char *path)
{
	vec_room(it->v, it->n, it->cap);
	it->v[it->n++] = (struct item){ path, 0, 0 };
}

static void
add_random(struct items *it, uint64_t seed, unsigned n, unsigned start)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		vec_room(it->v, it->n, it->cap);
		it->v[it->n++] = (struct item){ NULL, seed, start + i };
	}
}

static bool
add_folder(struct items *it, const char *dir, struct arena *arena)
{
	struct dirent **e = NULL;
	int n = scandir(dir, &e, NULL, alphasort), i;

	for (i = 0; i < n; i++) {
		size_t len = strlen(e[i]->d_name);

		if (len > 4 && !strcmp(e[i]->d_name + len - 4, ".scn"))
			add_path(it, arena_printf(arena, "%s/%s", dir,
			    e[i]->d_name));
		free(e[i]);
	}
	free(e);
	return n >= 0;
}

struct reducing {
	struct options *o;
	char slot;
	int kmsg;
};

static bool
still_fails(void *arg, const char *text)
{
	struct reducing *r = arg;
	struct sbuf report = SBUF_INIT;
	enum result result = run_text(r->o, "reduce", text, true, r->slot,
	    r->kmsg, &report);

	sbuf_free(&report);
	return result == FAILED;
}

static int
cmd_reduce(struct options *o, const char *path)
{
	struct arena arena = ARENA_INIT;
	struct reducing r = { o, host_slot(), kernel_log_open() };
	char *text = read_file(path, &arena);
	struct sbuf why = SBUF_INIT;
	bool was_logging = true;

	if (!text || !make_base(o) || !r.slot ||
	    !host_possible(&why, &was_logging)) {
		fprintf(stderr, "lab: cannot reduce %s\n", path);
		return 2;
	}
	pin(0);
	if (!still_fails(&r, text)) {
		printf("%s does not fail\n", path);
		return 1;
	}
	fputs(reduce(text, still_fails, &r, &arena), stdout);
	remove_tree(o->base);
	host_done(was_logging);
	arena_free(&arena);
	return 0;
}

static int
usage(void)
{
	fputs("usage: lab [--keep DIR] [--nfwalk FILE] [--jobs N] [--twice] "
	    "[--quiet]\n"
	    "           run SCENARIO... | random SEED COUNT [START] |\n"
	    "           test DIR SEED COUNT | print SEED N | "
	    "reduce SCENARIO\n", stderr);
	return 2;
}

static int
print_case(uint64_t seed, unsigned n)
{
	struct arena arena = ARENA_INIT;
	struct item it = { NULL, seed, n };

	fputs(case_text(&it, &arena), stdout);
	arena_free(&arena);
	return 0;
}

static int
command(struct options *o, int n, char **w)
{
	struct arena arena = ARENA_INIT;
	struct items it = { NULL, 0, 0 };
	int i, code;

	if (!strcmp(w[0], "print") && n == 3)
		return print_case(strtoull(w[1], NULL, 0),
		    (unsigned)strtoul(w[2], NULL, 0));
	if (!strcmp(w[0], "reduce") && n == 2)
		return cmd_reduce(o, w[1]);
	if (!strcmp(w[0], "run") && n >= 2) {
		for (i = 1; i < n; i++)
			add_path(&it, w[i]);
	} else if (!strcmp(w[0], "random") && (n == 3 || n == 4)) {
		add_random(&it, strtoull(w[1], NULL, 0),
		    (unsigned)strtoul(w[2], NULL, 0),
		    n == 4 ? (unsigned)strtoul(w[3], NULL, 0) : 1);
	} else if (!strcmp(w[0], "test") && n == 4) {
		if (!add_folder(&it, w[1], &arena)) {
			perror(w[1]);
			return 2;
		}
		add_random(&it, strtoull(w[2], NULL, 0),
		    (unsigned)strtoul(w[3], NULL, 0), 1);
	} else {
		return usage();
	}
	code = run_items(o, it.v, it.n);
	free(it.v);
	arena_free(&arena);
	return code;
}

int
main(int argc, char **argv)
{
	struct options o = { NULL, "./nfwalk", 2, false, false, "" };
	int i;

	setenv("PATH", "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:"
	    "/usr/bin:/bin", 1);
	setenv("TZ", "UTC", 1);
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--twice"))
			o.twice = true;
		else if (!strcmp(argv[i], "--quiet"))
			o.quiet = true;
		else if (i + 1 == argc)
			return usage();
		else if (!strcmp(argv[i], "--keep"))
			o.keep = argv[++i];
		else if (!strcmp(argv[i], "--nfwalk"))
			o.nfwalk = argv[++i];
		else if (!strcmp(argv[i], "--jobs"))
			o.jobs = atoi(argv[++i]);
		else
			return usage();
	}
	if (i == argc || o.jobs < 1 || o.jobs > 16)
		return usage();
	return command(&o, argc - i, argv + i);
}
