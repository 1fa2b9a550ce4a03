#include "base/diag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
diag_init(struct diags *d, struct arena *arena)
{
	*d = (struct diags){ .arena = arena };
}

void
diag_add(struct diags *d, enum diag_level level, struct loc loc,
    const char *fmt, ...)
{
	struct diag *e;
	va_list ap;

	if (level == DIAG_ERROR)
		d->errors++;
	else if (level == DIAG_WARNING && d->warnings++ >= DIAG_MAX_WARNINGS)
		return;
	e = arena_new(d->arena, struct diag);
	va_start(ap, fmt);
	e->text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	e->level = level;
	e->loc = loc;
	if (d->last != NULL)
		d->last->next = e;
	else
		d->first = e;
	d->last = e;
}

bool
diag_id(struct diags *d, const char *id)
{
	d->last->id = id;
	return false;
}

bool
diag_full(const struct diags *d)
{
	return d->errors >= DIAG_MAX_ERRORS;
}

struct loc
loc_at(const struct source *src, size_t off, size_t len)
{
	return (struct loc){ src, (uint32_t)off, (uint32_t)len };
}

void
loc_line(struct loc loc, unsigned *line, unsigned *col)
{
	const char *text = loc.src->text, *end = text + loc.off, *nl;

	*line = 1;
	while ((nl = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		(*line)++;
		text = nl + 1;
	}
	*col = (unsigned)(end - text) + 1;
}

/* Does U+2000 to U+2FFF at 's' end a line or turn the direction of writing,
 * so that a line would look like another one? */
static bool
turns(const unsigned char *s)
{
	if (s[1] == 0x80)		/* U+200E, 200F, 2028 to 202E */
		return s[2] == 0x8e || s[2] == 0x8f ||
		    (s[2] >= 0xa8 && s[2] <= 0xae);
	return s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
}

/* Length of the UTF-8 sequence at 's', 0 if it is none. */
static size_t
utf8_len(const unsigned char *s, size_t left)
{
	size_t n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
	    s[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > left || (s[0] == 0xc2 && s[1] < 0xa0))
		return 0;		/* also the C1 controls */
	if (s[0] == 0xd8 && s[1] == 0x9c)
		return 0;		/* U+061C turns, too */
	if (s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe)
		return 0;		/* U+FFFE, U+FFFF: XML cannot have them */
	if (s[0] == 0xe2 && turns(s))
		return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;		/* overlong, surrogates, too big */
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool
text_is_clean(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0, n; i < len; i += n) {
		n = s[i] >= 0x20 && s[i] < 0x7f ? 1 : utf8_len(s + i, len - i);
		if (n == 0)
			return false;
	}
	return true;
}

/* The beginning, of what would be longer than 'longest'. */
static void
put_safe(struct sbuf *b, const char *text, size_t len, size_t longest)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i, from = b->len;

	for (i = 0; i < len && b->len - from < longest;) {
		size_t n = s[i] >= 0x20 && s[i] < 0x7f ? 1 :
		    utf8_len(s + i, len - i);

		if (n != 0)
			sbuf_put(b, s + i, n);
		else if (s[i] == '\t')
			sbuf_putc(b, ' ');
		else
			sbuf_printf(b, "\\x%02x", s[i]);
		i += n ? n : 1;
	}
	if (i < len)
		sbuf_printf(b, " [cut: %zu bytes]", len);
}

void
sbuf_safe(struct sbuf *b, const char *text, size_t len)
{
	put_safe(b, text, len, SAFE_LONGEST);
}

/* The line that 'loc' begins on, and a caret line under it.  Both go through
 * sbuf_safe, so the caret's column is counted in what was printed. */
static void
print_quote(struct loc loc, FILE *f)
{
	const char *text = loc.src->text, *at = text + loc.off;
	const char *from = at, *to = at, *end = text + loc.src->size;
	struct sbuf line = SBUF_INIT;
	size_t before, marked;

	while (from > text && from[-1] != '\n')
		from--;
	while (to < end && *to != '\n' && *to != '\r')
		to++;
	if (at - from > 200)		/* very long lines: show a window */
		from = at - 60;
	if (to - from > 300)
		to = from + 300;
	sbuf_safe(&line, from, (size_t)(at > to ? to - from : at - from));
	before = line.len;
	if (at < to) {
		size_t n = (size_t)(to - at);

		sbuf_safe(&line, at, loc.len < n ? loc.len : n);
		marked = line.len - before;
		if (loc.len < n)
			sbuf_safe(&line, at + loc.len, n - loc.len);
	} else
		marked = 0;
	fprintf(f, "  %s\n  %*s^", sbuf_text(&line), (int)before, "");
	for (size_t i = 1; i < marked; i++)
		fputc('~', f);
	fputc('\n', f);
	sbuf_free(&line);
}

static void
print_one(const struct diag *e, bool id, FILE *f)
{
	static const char *const names[] = {
		[DIAG_NOTE] = "note", [DIAG_WARNING] = "warning",
		[DIAG_ERROR] = "error",
	};
	const char *name = e->loc.src != NULL ? e->loc.src->name : "nfwalk";
	struct sbuf text = SBUF_INIT;
	unsigned line, col;

	sbuf_safe(&text, name, strlen(name));
	if (e->loc.src != NULL) {
		loc_line(e->loc, &line, &col);
		sbuf_printf(&text, ":%u:%u", line, col);
	}
	sbuf_printf(&text, ": %s: ", names[e->level]);
	put_safe(&text, e->text, strlen(e->text), DIAG_LONGEST);
	if (id && e->id != NULL)
		sbuf_printf(&text, " [%s]", e->id);
	fprintf(f, "%s\n", sbuf_text(&text));
	sbuf_free(&text);
	if (e->loc.src != NULL)
		print_quote(e->loc, f);
}

void
diag_print(const struct diags *d, FILE *f)
{
	for (const struct diag *e = d->first; e != NULL; e = e->next)
		print_one(e, d->ids, f);
	if (d->warnings > DIAG_MAX_WARNINGS)
		fprintf(f, "nfwalk: and %u more warnings\n",
		    d->warnings - DIAG_MAX_WARNINGS);
	if (diag_full(d))
		fprintf(f, "nfwalk: stopped after %u errors\n", d->errors);
}

const struct source *
source_text(const char *name, const char *text, struct arena *arena)
{
	struct source *src = arena_new(arena, struct source);

	*src = (struct source){ arena_strdup(arena, name), text, strlen(text) };
	return src;
}

/* A file of known size, into the arena.  False: it is not one, or has got
 * longer: what was read of it is in 'src'. */
static bool
slurp_sized(FILE *f, struct source *src, struct arena *arena)
{
	struct stat st;
	size_t room;
	char *text;

	if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size <= 0 || st.st_size >= UINT32_MAX)
		return false;
	room = (size_t)st.st_size + 1;
	text = arena_alloc(arena, room);
	src->text = text;
	src->size = fread(text, 1, room, f);
	if (src->size == room)
		return false;
	text[src->size] = '\0';
	return true;
}

/* Reads the stream to its end. */
static bool
slurp(FILE *f, struct source *src, struct arena *arena)
{
	size_t room = 1 << 16, n, size;
	char *buf;

	if (slurp_sized(f, src, arena))
		return !ferror(f);
	size = src->size;
	while (room <= size)
		room *= 2;
	buf = mem_alloc(room + 1, 1);
	if (size != 0)
		memcpy(buf, src->text, size);
	while ((n = fread(buf + size, 1, room - size, f)) > 0) {
		size += n;
		if (size == room) {
			room *= 2;
			buf = mem_grow(buf, room + 1, 1);
		}
	}
	src->text = NULL;
	if (!ferror(f) && size < UINT32_MAX) {
		src->text = arena_strndup(arena, buf, size);
		src->size = size;
	}
	free(buf);
	return src->text != NULL;
}

const struct source *
source_read(const char *path, struct arena *arena, struct diags *diags)
{
	bool std = strcmp(path, "-") == 0;
	struct source *src = arena_new(arena, struct source);
	FILE *f;

	src->name = arena_strdup(arena, std ? "<stdin>" : path);
	errno = 0;
	f = std ? stdin : fopen(path, "r");
	if (f == NULL || !slurp(f, src, arena)) {
		diag_error(diags, (struct loc){ 0 }, "%s: %s", src->name,
		    errno ? strerror(errno) : "file too large");
		src = NULL;
	}
	if (f != NULL && !std)
		fclose(f);
	return src;
}
