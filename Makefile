# make              build ./nfwalk          make test     all tests
# make demo         set up, build, show     make bench    speed, see tests/bench
# make SAN=1 ...    with address and undefined sanitizers, in its own folder
# make man           manual pages, in build/man
# make install       PREFIX=/usr/local DESTDIR=; make uninstall
# make static        ./nfwalk-static, which needs no libraries
# make setup        install the packages that are missing (apt)
CC	?= cc
B	:= build$(if $(SAN),-san)
PKGS	:= libpcap libxml-2.0 libcjson
WARN	:= -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	   -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	   -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef \
	   -Wvla -Wswitch-enum -Wdouble-promotion -Wmissing-declarations \
	   -Wredundant-decls $(if $(WERROR),-Werror)
CFLAGS	?= -O3 -g
PKGCF	:= $(shell pkg-config --cflags-only-I $(PKGS) 2>/dev/null)
CPPFLAGS += -I. -Isrc -D_GNU_SOURCE $(PKGCF:-I%=-isystem %)
override CFLAGS += -std=c11 -pthread $(WARN) -MMD -MP
ifdef SAN
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
override LDFLAGS += -fsanitize=address,undefined
endif
# libpcap's own files, where they are: nfwalk only reads captures, and the
# shared library brings D-Bus, systemd and their like with it, which takes a
# third of the time in which a short run is over.  What it would ask of D-Bus
# to capture is left out.  PCAP=shared: as the system has it.
LIBDIR	:= $(shell pkg-config --variable=libdir libpcap 2>/dev/null)
PCAP	?= $(if $(wildcard $(LIBDIR)/libpcap.a),static,shared)
NODBUS	= $(shell nm -u $(LIBDIR)/libpcap.a 2>/dev/null | sed -n \
	   's/^ *U \(dbus_[a-z_]*\)$$/-Wl,--defsym=\1=0/p' | sort -u)
ifeq ($(PCAP),static)
LDLIBS	+= $(LIBDIR)/libpcap.a $(NODBUS)
endif
# libxml2 is loaded by the runs that read or write XML or HTML (base/lib.h), as
# that takes another third.  XML=linked: by all, as usual.
LIBXML	:= $(shell objdump -p $$($(CC) -print-file-name=libxml2.so) \
	   2>/dev/null | sed -n 's/^ *SONAME *//p')
XML	?= $(if $(LIBXML),loaded,linked)
CPPFLAGS += -DLIBXML='"$(LIBXML)"'
LINKED	:= $B/linked/reports/xml_out.o $B/linked/parsers/rules_xml.o
LDLIBS	+= $(shell pkg-config --libs $(filter-out $(if $(filter static,\
	   $(PCAP)),libpcap) $(if $(filter loaded,$(XML)),libxml-2.0),\
	   $(PKGS)) 2>/dev/null) -lm -ldl -pthread
PROG	:= $(if $(SAN),$B/nfwalk,nfwalk)

EXT	:= $(sort $(wildcard src/ext/[mt]_*.c))
CHECKS	:= $(sort $(wildcard src/analysis/c_*.c))
LIB	:= $(wildcard src/base/*.c src/model/*.c src/ext/*.c src/analysis/*.c \
	   parsers/*.c sim/*.c reports/*.c)
LIBOBJ	:= $(LIB:%.c=$B/%.o) $B/ext_all.o $B/check_all.o $B/html_all.o \
	   $B/schema_all.o
MAIN	:= $(wildcard src/*.c)
TESTS	:= $(wildcard tests/*_test.c)
KERNEL	:= $(wildcard tests/kernel/*.c)
SETS	:= $(wildcard tests/sets/*.c)

all: $(PROG)

PROGOBJ	:= $(MAIN:%.c=$B/%.o) $(if $(filter linked,$(XML)),$(LINKED))
$(PROG): $(PROGOBJ) $B/libnfwalk.a
	@echo "  LD    $@"
	@$(CC) $(LDFLAGS) -o $@ $(PROGOBJ) $B/libnfwalk.a $(LDLIBS)

$B/libnfwalk.a: $(LIBOBJ)
	@rm -f $@
	@ar rcs $@ $^

# The list of extensions is the list of files; written always, replaced only
# if it changed, so that a deleted file leaves it too.
$B/ext_all.c: FORCE
	@mkdir -p $(@D)
	@{ echo '#include "ext/ext.h"'; \
	  for e in $(notdir $(EXT:.c=)); do \
	  echo "extern const struct ext ext_$$e;"; done; \
	  echo 'const struct ext *const ext_all[] = {'; \
	  for e in $(notdir $(EXT:.c=)); do echo "	&ext_$$e,"; done; \
	  echo '	NULL,'; echo '};'; } >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$B/check_all.c: FORCE
	@mkdir -p $(@D)
	@{ echo '#include "analysis/audit.h"'; \
	  for c in $(patsubst c_%,%,$(notdir $(CHECKS:.c=))); do \
	  echo "extern check_fn check_$$c;"; done; \
	  echo 'const struct check_file check_files[] = {'; \
	  for c in $(patsubst c_%,%,$(notdir $(CHECKS:.c=))); do \
	  echo "	{ \"$$c\", check_$$c, \"$$(grep -oh 'FW[0-9]\{4\}' \
	      src/analysis/c_$$c.c | sort -u | tr '\n' ' ')\" },"; done; \
	  echo '	{ 0 },'; echo '};'; } >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
# The style and the script of a page, as arrays: text may be as long as it is.
$B/html_all.c: reports/html.css reports/html.js
	@mkdir -p $(@D)
	@{ echo '#include "reports/html_assets.h"'; \
	  for f in css js; do echo "const char html_$$f[] = {"; \
	  od -An -v -tu1 reports/html.$$f | sed 's/[0-9]\{1,\}/&,/g'; \
	  echo '0 };'; done; } >$@
# The schemas of our JSON, in the same way.
SCHEMAS	:= $(sort $(wildcard reports/schemas/*.json))
$B/schema_all.c: $(SCHEMAS) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "reports/schemas.h"'; \
	  for f in $(basename $(notdir $(SCHEMAS))); do \
	  echo "static const char $$f[] = {"; \
	  od -An -v -tu1 reports/schemas/$$f.json | \
	  sed 's/[0-9]\{1,\}/&,/g'; echo '0 };'; done; \
	  echo 'const struct schema schemas[] = {'; \
	  for f in $(basename $(notdir $(SCHEMAS))); do \
	  echo "	{ \"$$f\", $$f },"; done; \
	  echo '	{ 0 },'; echo '};'; } >$@
FORCE:
$B/%_all.o: $B/%_all.c
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$B/linked/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $< (linked)"
	@$(CC) $(CPPFLAGS) -DLIB_LINKED $(CFLAGS) -c -o $@ $<
$B/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# With the files of src/ that are not about commands.
GLUE	:= $B/src/witness.o $B/src/replayer.o
$B/tests/unit: $(TESTS:%.c=$B/%.o) $(GLUE) $B/libnfwalk.a
	@echo "  LD    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

# The comparison with this machine's kernel.
$B/tests/kernel/lab: $(KERNEL:%.c=$B/%.o) $B/libnfwalk.a
	@echo "  LD    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
lab: $B/tests/kernel/lab

# The analysis of packet sets against enumeration: $B/tests/sets/sets SEED COUNT
$B/tests/sets/sets: $(SETS:%.c=$B/%.o) $B/libnfwalk.a
	@echo "  LD    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
sets: $B/tests/sets/sets

# All tests; what is missing on the machine is installed first.
setup:
	@B=$B tests/setup.sh test
test: setup
	@$(MAKE) --no-print-directory all $B/tests/unit lab sets
	@B=$B ASAN_OPTIONS=abort_on_error=1 tests/run.sh

# From nothing to a packet explained; what it writes is in demo-output.
demo:
	@tests/setup.sh build
	@$(MAKE) --no-print-directory all
	@tests/demo.sh demo-output

# Manual pages: what the program says of its commands and findings, and docs/.
MAN	:= $B/man
DATE	:= $(shell sed -n 's/.*NFWALK_DATE.*"\(.*\)"/\1/p' src/base/version.h)
VERSION	:= $(shell sed -n 's/.*NFWALK_VERSION.*"\(.*\)"/\1/p' src/base/version.h)
$(MAN)/done: $(PROG) docs/man.awk $(wildcard docs/*.md)
	@echo "  MAN   $(MAN)"
	@rm -rf $(MAN) && mkdir -p $(MAN)
	@./$(PROG) help --man $(MAN)
	@awk -v dir=$(MAN) -v version=$(VERSION) \
	    -v date="$$(LC_ALL=C date -d $(DATE) '+%B %-d, %Y')" \
	    -f docs/man.awk docs/*.md
	@touch $@
man: $(MAN)/done

# The program, manual pages, completions, documents.
PREFIX	?= /usr/local
BINDIR	?= $(PREFIX)/bin
MANDIR	?= $(PREFIX)/share/man
DOCDIR	?= $(PREFIX)/share/doc/nfwalk
BASHDIR	?= $(PREFIX)/share/bash-completion/completions
ZSHDIR	?= $(PREFIX)/share/zsh/site-functions
FISHDIR	?= $(PREFIX)/share/fish/vendor_completions.d
DOCS	:= README.md LICENSE $(wildcard docs/*.md)
INSTALL	?= install
DATA	= $(INSTALL) -m 644
install: $(PROG) $(MAN)/done
	@$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(DOCDIR) \
	    $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR) $(DESTDIR)$(FISHDIR)
	@$(INSTALL) -m 755 $(PROG) $(DESTDIR)$(BINDIR)/nfwalk
	@for page in $(MAN)/*.[157]; do \
	    dir=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
	    $(INSTALL) -d $$dir && $(DATA) $$page $$dir || exit 1; done
	@./$(PROG) help --completion bash >$(MAN)/bash
	@./$(PROG) help --completion zsh >$(MAN)/zsh
	@./$(PROG) help --completion fish >$(MAN)/fish
	@$(DATA) $(MAN)/bash $(DESTDIR)$(BASHDIR)/nfwalk
	@$(DATA) $(MAN)/zsh $(DESTDIR)$(ZSHDIR)/_nfwalk
	@$(DATA) $(MAN)/fish $(DESTDIR)$(FISHDIR)/nfwalk.fish
	@$(DATA) $(DOCS) $(DESTDIR)$(DOCDIR)
	@echo "  INSTALL $(DESTDIR)$(BINDIR)/nfwalk"
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/nfwalk $(DESTDIR)$(BASHDIR)/nfwalk \
	    $(DESTDIR)$(ZSHDIR)/_nfwalk $(DESTDIR)$(FISHDIR)/nfwalk.fish \
	    $(DESTDIR)$(MANDIR)/man[157]/nfwalk.1 \
	    $(DESTDIR)$(MANDIR)/man[157]/nfwalk-*.[157]
	rm -f $(addprefix $(DESTDIR)$(DOCDIR)/,$(notdir $(DOCS)))
	-rmdir $(DESTDIR)$(DOCDIR) 2>/dev/null

# A program that needs no libraries, for hosts and images that have none.
# Debian has no libcjson.a: CJSON=DIR is a folder with the source, cJSON.c
# ('apt-get source cjson').  nfwalk never captures, so what libpcap would ask
# of D-Bus, for which there are no static libraries, is left out.
STATIC	= $(shell pkg-config --static --libs libpcap libxml-2.0)
$B/cjson/%.o: $(CJSON)/%.c
	@mkdir -p $(@D)
	@$(CC) -O2 -w -c -o $@ $<
nfwalk-static: $(MAIN:%.c=$B/%.o) $(LINKED) $B/libnfwalk.a \
	    $(if $(CJSON),$B/cjson/cJSON.o)
	@$(if $(CJSON)$(wildcard $(LIBDIR)/libcjson.a),:,echo \
	    "make static: there is no libcjson.a; give CJSON=DIR, a folder" \
	    "with cJSON.c"; exit 1)
	@echo "  LD    $@"
	@$(CC) $(LDFLAGS) -static -o $@ $^ $(if $(CJSON),,-lcjson) $(NODBUS) \
	    $(filter-out -ldbus-1 -lsystemd,$(STATIC)) -lstdc++ -lm -pthread
static: nfwalk-static

# Writes what the golden cases print now; read the difference.
golden: all
	@tests/golden.sh --update

# Speed, measured; never part of the tests.
BENCH	:= $(patsubst tests/bench/%.c,$B/tests/bench/%,$(wildcard tests/bench/*.c))
ifeq ($(wildcard /usr/include/bdd.h),)	# Debian's libbdd-dev
BENCH	:= $(filter-out %/bdd,$(BENCH))
endif
$B/tests/bench/bdd: LDLIBS += -lbdd
$B/tests/bench/%: $B/tests/bench/%.o $B/libnfwalk.a
	@echo "  LD    $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
bench: $(PROG) $(BENCH)
	@B=$B tests/bench/run.sh
	@B=$B tests/bench/sets.sh

clean:
	rm -rf build build-san nfwalk nfwalk-static demo-output

.PHONY: all bench clean demo FORCE golden install lab man sets setup static \
	test uninstall
-include $(shell find $B -name '*.d' 2>/dev/null)
