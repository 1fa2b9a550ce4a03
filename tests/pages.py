"""The tests of tests/html.sh.  Each is a function named test_...; those that
take a browser are skipped where there is no Chromium."""
import base64
import hashlib
import html.parser
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

from browser import Browser

ROOT = os.getcwd()
NFWALK = os.environ["NFWALK"]
DEMO = os.path.join(ROOT, "testdata/demo")
EDGE = os.path.join(ROOT, "testdata/edge1")
VOID = {"meta", "link", "input", "br"}
DEMO_INPUT = ["-S", "snapshot", "uplink=uplink.pcap", "office=office.pcap"]


def run(*args, cwd=DEMO, codes=(0,)):
    got = subprocess.run([NFWALK, *args], cwd=cwd, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=False)
    assert got.returncode in codes, (args, got.returncode, got.stderr)
    return got.stdout


class Page(html.parser.HTMLParser):
    """A page taken apart; what is wrong with it on the way is in 'wrong'."""

    def __init__(self, data):
        super().__init__(convert_charrefs=True)
        self.data = data
        self.stack, self.wrong = [], []
        self.elements = []          # (name, attributes, index of its text)
        self.texts = []
        self.feed(data.decode("utf-8"))
        self.close()
        if self.stack:
            self.wrong.append("not closed: %s" % self.stack)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), len(self.texts)))
        if len(dict(attrs)) != len(attrs):
            self.wrong.append("an attribute twice in <%s>" % tag)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        if tag not in VOID:
            self.wrong.append("<%s/> is no end in HTML" % tag)
        self.elements.append((tag, dict(attrs), len(self.texts)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append("</%s> at %s" % (tag, self.getpos()))

    def handle_data(self, data):
        self.texts.append((tuple(self.stack), data))

    def all(self, tag, **attrs):
        return [a for t, a, _ in self.elements if t == tag and all(
            a.get(k.rstrip("_")) == v for k, v in attrs.items())]

    def ids(self):
        return [a["id"] for _, a, _ in self.elements if "id" in a]

    def own(self, tag):
        """The text of a <style> or of the script."""
        return "".join(d for s, d in self.texts if s[-1:] == (tag,))

    def text(self):
        return "".join(d for s, d in self.texts
                       if not {"style", "script"} & set(s))


def check(data, apart=False):
    """What holds of every page."""
    p = Page(data)
    assert not p.wrong, p.wrong[:5]
    ids = p.ids()
    assert len(set(ids)) == len(ids), [i for i in ids if ids.count(i) > 1][:5]
    for tag, attrs, _ in p.elements:
        for name, value in attrs.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style", tag
            if name in ("href", "src", "action", "srcset", "data"):
                assert value == "report.css" and apart or \
                    value[:1] == "#" and value[1:] in ids, (tag, name, value)
    bad = re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data)
    assert not bad, data[bad.start() - 40:bad.end()]
    turning = re.search("[\u200e\u200f\u2028-\u202e\u2066-\u2069]",
                        data.decode())
    assert not turning
    policy = p.all("meta", http_equiv="x") or [
        a["content"] for a in p.all("meta")
        if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policy) == 1 and "default-src 'none'" in policy[0]
    scripts = p.all("script")
    if apart:
        assert not scripts and not p.all("style"), "not apart"
        return p
    assert [s.get("type") for s in scripts] == ["application/json", None]
    source = data.decode()
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        text = re.findall("<%s>(.*?)</%s>" % (tag, tag), source, re.S)
        assert len(text) == 1
        want = base64.b64encode(hashlib.sha256(text[0].encode()).digest())
        assert "%s 'sha256-%s'" % (name, want.decode()) in policy[0], tag
    block = re.search('<script type="application/json" id="data">(.*?)'
                      "</script>", source, re.S).group(1)
    assert not re.search("[<>&]", block)
    json.loads(block)
    return p


# ---- what is in them ----

def demo():
    return run("report", *DEMO_INPUT)


def test_demo():
    """The page has every packet, rule and finding, as the others say."""
    p = check(demo())
    ids = set(p.ids())
    lines = [json.loads(x) for x in
             run("replay", *DEMO_INPUT, "-f", "jsonl").splitlines()]
    files = ["uplink.pcap", "office.pcap"]
    for x in lines:
        assert "p-%d-%d" % (files.index(x["capture"]) + 1,
                            x["frame"]) in ids, x
    assert len([i for i in ids if i.startswith("p-")]) == len(lines)
    found = json.loads(run("audit", "-S", "snapshot", "-f", "json"))
    got = {}
    for f in found["findings"]:
        got[f["id"]] = got.get(f["id"], 0) + 1
        assert "%s-%d" % (f["id"], got[f["id"]]) in ids, f
        assert f["message"] in p.text(), f
    for name, v in (("iptables-save", ""), ("ip6tables-save", "6")):
        table, at = None, {}
        for line in open(os.path.join(DEMO, "snapshot", name)):
            if line[0] == "*":
                table, at = line[1:].strip(), {}
            elif " -A " in line:
                chain = line.split(" -A ")[1].split()[0]
                at[chain] = at.get(chain, 0) + 1
                assert "r%s-%s-%s-%d" % (v, table, chain, at[chain]) in ids


def rows(p, section):
    """The cells of a section's table rows, as texts, by id."""
    out, inside, row = {}, False, None
    n = 0
    for tag, attrs, at in p.elements + [("end", {}, len(p.texts))]:
        if tag == "section":
            inside = attrs.get("id") == section
        if row is not None and tag in ("tr", "section", "end"):
            out[row[0]] = "".join(d for _, d in p.texts[row[1]:at])
            row = None
        if inside and tag == "tr" and "id" in attrs:
            row = (attrs["id"], at)
            n += 1
    return out


def test_verdicts():
    """Each packet ends on the page as it does in JSON."""
    shown = rows(Page(demo()), "packets")
    for line in run("replay", *DEMO_INPUT, "-f", "jsonl").splitlines():
        x = json.loads(line)
        file = ["uplink.pcap", "office.pcap"].index(x["capture"]) + 1
        text = shown["p-%d-%d" % (file, x["frame"])]
        assert x["disposition"] in text, (x, text)
        assert x.get("packet", "no IP") in text, (x, text)
        d = x.get("decider")
        if d:
            name = "%s/%s" % (d["table"], d["chain"])
            name += " policy" if d["rule"] == "policy" else "#%d" % d["rule"]
            assert name in text, (x, text)


def test_community():
    """Flows have their Community IDs, as other programs know them."""
    shown = " ".join(rows(Page(demo()), "flows").values())
    ids = {json.loads(line).get("community_id") for line in
           run("replay", *DEMO_INPUT, "-f", "jsonl").splitlines()}
    of_flows = re.findall(r"1:[A-Za-z0-9+/]{27}=", shown)
    assert len(of_flows) > 90 and set(of_flows) <= ids


def test_counters():
    """Hits of rules are the counters of --write-counters."""
    with tempfile.TemporaryDirectory() as d:
        run("replay", *DEMO_INPUT, "--write-counters", d + "/c")
        shown = rows(Page(demo()), "rules")
        table, at = None, {}
        for line in open(d + "/c"):
            if line[0] == "*":
                table, at = line[1:].strip(), {}
            m = re.match(r"\[(\d+):\d+\] -A (\S+)", line)
            if m:
                at[m[2]] = at.get(m[2], 0) + 1
                text = shown["r-%s-%s-%d" % (table, m[2], at[m[2]])]
                lines = text.replace(",", "").split("\n")
                assert any(t.strip() == m[1] for t in lines), (line, text)


def test_kinds():
    """The page of every command."""
    packet = "eth0 tcp 203.0.113.7:51514 > 198.51.100.10:8080 syn"
    for args, codes, word in (
            (("audit", "-r", "edge1.rules"), (1,), "FAIL"),
            (("trace", "-r", "edge1.rules", packet), (0,), "DROP"),
            (("trace", "-r", "edge1.rules", packet, packet), (0,), "DROP"),
            (("query", "-r", "edge1.rules"), (0,), "filter/INPUT#1"),
            (("query", "-r", "edge1.rules", "--matrix"), (0,), "to docker0"),
            (("diff", "edge1.rules", "edge1-new.rules"), (1,), "CHANGED"),
            (("diff", "edge1.rules", "edge1.rules"), (0,), "SAME"),
            (("test", "edge1.fwt", "--coverage"), (1,), "not public")):
        more = [] if args[0] == "test" else ["-S", "."]
        p = check(run(*args, *more, "-f", "html", cwd=EDGE, codes=codes))
        assert word in p.text(), (args, word)
    check(run("replay", *DEMO_INPUT, "-f", "html"))
    check(run("report", "-r", "edge1.rules", cwd=EDGE))


def test_captures():
    """Captures of all kinds: cut ones, other link types, nothing of IP."""
    frames = os.path.join(ROOT, "testdata/frames")
    for name in sorted(os.listdir(frames)):
        if name.endswith((".pcap", ".pcapng")):
            check(run("replay", "-S", ".", "-r", "rules", "--partial",
                      "eth0=" + name, "-f", "html", cwd=frames))


def test_same_bytes():
    """Twice the same: no clock, no order of addresses in memory."""
    assert demo() == demo()


def test_inputs():
    """The hashes are those of the files, the command is what was typed."""
    text = Page(demo()).text()
    for name in ("uplink.pcap", "office.pcap", "snapshot/iptables-save",
                 "snapshot/sysctl"):
        with open(os.path.join(DEMO, name), "rb") as f:
            assert hashlib.sha256(f.read()).hexdigest() in text, name
    assert "nfwalk report -S snapshot uplink=uplink.pcap" in text
    got = Page(run("trace", "-r", "edge1.rules", "-f", "html",
                   "eth0 icmp 203.0.113.7 > 198.51.100.10", cwd=EDGE))
    assert "'eth0 icmp 203.0.113.7 > 198.51.100.10'" in got.text()


def test_folder():
    """--html-dir: style apart, no script, the same content."""
    with tempfile.TemporaryDirectory() as d:
        assert run("report", *DEMO_INPUT, "--html-dir", d + "/out") == b""
        assert sorted(os.listdir(d + "/out")) == ["report.css", "report.html"]
        with open(d + "/out/report.html", "rb") as f:
            apart = check(f.read(), apart=True)
        with open(d + "/out/report.css", "rb") as f, \
                open("reports/html.css", "rb") as want:
            assert f.read() == want.read()
    whole = Page(demo())
    assert set(rows(apart, "packets")) == set(rows(whole, "packets"))
    run("report", "-r", "nothing.rules", "--html-dir", "/nonexistent/x",
        codes=(3,))


def test_failed():
    """A run that fails leaves nothing."""
    with tempfile.TemporaryDirectory() as d:
        run("report", "-r", "missing", "--html-dir", d + "/out", codes=(3,))
        run("report", "-S", "snapshot", "missing.pcap", "-o", d + "/page",
            "--html-dir", d + "/out", codes=(3,))
        assert os.listdir(d) == []
    if os.path.exists("/dev/full"):
        run("report", "-r", "../edge1/edge1.rules", "-o", "/dev/full",
            codes=(3,))
    run("report", codes=(2,))
    run("report", "-S", "snapshot", "--exposure", "perhaps", codes=(2,))


# ---- hostile ----

KNOWN = {"html", "head", "meta", "title", "style", "body", "a", "header",
         "div", "h1", "h2", "h3", "h4", "span", "b", "input", "button", "nav",
         "main", "ul", "ol", "li", "section", "article", "p", "code", "dl",
         "dt", "dd", "details", "summary", "pre", "table", "thead", "tbody",
         "tr", "th", "td", "svg", "path", "rect", "text", "g", "footer",
         "kbd", "script", "small"}
EVIL = [b"</td></table><script>hacked=1</script>",
        b"<img src=x onerror=hacked=1>", b"\"'><svg onload=hacked=1>",
        b"<!-- -->", b"]]>", b"&lt;b&gt;&amp;", b"javascript:hacked=1",
        b"\xe2\x80\xaegnp.exe", b"\x1b[31mred\x07", b"\xff\xfe\xc0\xaf",
        b"\xed\xa0\x80", b"\xef\xbf\xbf", b"x" * 200, b"{{7*7}}${7*7}"]
NAMES = [b"</script><b>1", b"\"onload=hacked=1", b"&amp;#%41?", b"a\xffb",
         b"\xe2\x80\xaerlo", b"-x'y"]


def quoted(word):
    return b'"' + word.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def hostile():
    out = [b"*filter", b":INPUT DROP [0:0]", b":FORWARD DROP [0:0]",
           b":OUTPUT ACCEPT [0:0]"]
    out += [b":" + n + b" - [0:0]" for n in NAMES]
    for e in EVIL:
        out.append(b"-A INPUT -p tcp -m tcp --dport 22 -m comment --comment " +
                   quoted(e) + b" -j ACCEPT")
        out.append(b"-A INPUT -j LOG --log-prefix " + quoted(e[:29]))
    out += [b"-A INPUT -i " + quoted(n) + b" -j ACCEPT"
            for n in (b"<b>x&amp;\"'", b"</script>", b"\xff\x1b[1m")]
    out += [b"-A INPUT -j " + quoted(n) for n in NAMES]
    out += [b"-A " + quoted(n) + b" -p udp -j DROP" for n in NAMES]
    out += [b"-A FORWARD -m comment --comment \"" + b"<" * 250 +
            b"\" -j ACCEPT", b"COMMIT", b""]
    return b"\n".join(out)


def hostile_page(folder, *more):
    name = os.path.join(os.fsencode(folder), b"<img src=x>&\"' \xff.rules")
    with open(name, "wb") as f:
        f.write(hostile())
    return run("report", "-r", name, *more, cwd=folder)


def test_hostile():
    """Nothing of it becomes markup; all of it can be read."""
    with tempfile.TemporaryDirectory() as d:
        data = hostile_page(d)
    p = check(data)
    assert {t for t, _, _ in p.elements} <= KNOWN
    text = p.text()
    for want in ("</td></table><script>hacked=1</script>", "\\x1b[31mred",
                 "\\xff\\xfe\\xc0\\xaf", "\\xe2\\x80\\xaegnp.exe", "&lt;b&gt;&amp;",
                 "\\xed\\xa0\\x80", "</script><b>1"):
        assert want in text, want


def test_long():
    """A text of a megabyte is cut; the page stays small."""
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/r", "wb") as f:
            f.write(b"iptables -A INPUT -m comment --comment '" +
                    b"\xc3\xa4" * 524288 + b"' -j ACCEPT\n" +
                    b"iptables -A INPUT -m nosuch --thing '" +
                    b"\xc3\xa4" * 524288 + b"' -j ACCEPT\n")
        data = run("report", "-r", "r", cwd=d)
    check(data)
    assert len(data) < 200000, len(data)
    assert b"[cut: " in data


def test_bounded():
    """Many rules, many generated chains: counted, not listed."""
    rules = ["*filter", ":INPUT DROP [0:0]"]
    rules += [":KUBE-SEP-%05d - [0:0]" % i for i in range(5000)]
    rules += ["-A INPUT -p tcp -m tcp --dport %d -j KUBE-SEP-%05d" % (
        i % 65536, i) for i in range(5000)]
    rules += ["-A KUBE-SEP-%05d -s 192.0.2.%d -j ACCEPT" % (i, i % 256)
              for i in range(5000)]
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/r", "w") as f:
            f.write("\n".join(rules + ["COMMIT", ""]))
        data = run("report", "-r", "r", "--exposure", "never", cwd=d)
    p = check(data)
    assert len(data) < 4000000, len(data)
    text = re.sub(r"\s+", " ", p.text())
    assert "KUBE-SEP-* 5,000 chains, 5,000 rules, made by Kubernetes" in text
    assert "of these are not listed" in text and "are not listed:" in text


def test_given_up():
    """Exposure that takes long is left out, and the page says so."""
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/r", "w") as f:
            f.write("*filter\n:FORWARD DROP [0:0]\n" + "".join(
                "-A FORWARD -s 10.%d.%d.%d -j ACCEPT\n" % (
                    i >> 8 & 255, i & 255, i >> 16) for i in range(10001)) +
                    "COMMIT\n")
        p = check(run("report", "-r", "r", cwd=d))
    assert "exposure" not in p.ids()
    assert "too many rules; --exposure always does it" in p.text()


def test_mangled():
    """Names of chains that differ only in odd bytes have their own anchors."""
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/r", "wb") as f:
            f.write(b"*filter\n:INPUT DROP [0:0]\n:a~2b - [0:0]\n:a+ - [0:0]\n"
                    b":a-1 - [0:0]\n:a - [0:0]\n-A INPUT -j a+\n"
                    b"-A INPUT -j a~2b\n-A INPUT -j a-1\n-A INPUT -j a\n"
                    b"-A a+ -j DROP\n-A a~2b -j DROP\n-A a-1 -j DROP\n"
                    b"-A a -j DROP\nCOMMIT\n")
        check(run("report", "-r", "r", cwd=d))


# ---- in a browser ----

class Files:
    """Pages on disk for a test, gone after it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def put(self, data, name="page.html"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return "file://" + path


def quiet(b):
    assert not b.complaints(), b.complaints()
    assert not b.requests(), b.requests()


HIDDEN = "[...document.querySelectorAll('%s')].filter(e => !e.hidden).length"
READY = "document.documentElement.dataset.script === 'ready'"


def browser_demo(b):
    """It loads without a word and fetches nothing; keys and search work."""
    with Files() as files:
        url = files.put(demo())
        b.open(url)
        assert b.ask(READY)
        quiet(b)
        # Every link leads somewhere that can be seen.
        lost = b.ask("[...document.querySelectorAll('a[href]')].filter(a => "
                     "document.getElementById(decodeURIComponent("
                     "a.getAttribute('href').slice(1))) === null).length")
        assert lost == 0, lost
        every = b.ask(HIDDEN % "main article, main tbody tr")
        # Search.
        b.key("/")
        assert b.ask("document.activeElement.id") == "search"
        for c in "blocklist":
            b.key(c)
        b.ask("new Promise(r => setTimeout(r, 400))")
        found = b.ask("document.getElementById('found').textContent")
        assert re.match(r"[1-9]\d* found$", found), found
        assert b.ask(HIDDEN % "#rules tbody tr") == 2
        b.key("Escape")
        assert b.ask(HIDDEN % "main article, main tbody tr") == every
        # Findings by key, and the rule of one.
        b.key("j")
        b.key("j")
        first = b.ask("document.querySelector('article.at').id")
        b.key("k")
        assert b.ask("document.querySelector('article.at').id") != first
        b.key("o")
        assert b.ask("location.hash").startswith("#r-")
        # Filters.
        n = b.ask(HIDDEN % "article.warning")
        assert n == 5, n
        b.ask("document.getElementById('show-warning').click()")
        assert b.ask(HIDDEN % "article.warning") == 0
        b.ask("document.getElementById('show-warning').click()")
        b.ask("(e => { e.value = 'FW5014'; "
              "e.dispatchEvent(new Event('change')); })"
              "(document.getElementById('choose-id'))")
        assert b.ask(HIDDEN % "article") == 2
        # A time.
        packets = b.ask(HIDDEN % "#packets tbody tr")
        b.ask("document.querySelector('.bin[data-bin=\"0\"]').dispatchEvent("
              "new PointerEvent('pointerdown', { bubbles: true }))")
        assert 0 < b.ask(HIDDEN % "#packets tbody tr") < packets
        quiet(b)


def browser_places(b):
    """A link opens what is folded; #q= searches."""
    with Files() as files:
        url = files.put(demo())
        b.open(url + "#p-1-1199")
        assert b.ask("document.querySelector('#p-1-1199 details').open")
        top = b.ask("document.getElementById('p-1-1199')"
                    ".getBoundingClientRect().top")
        assert 0 < top < 900, top
        b.open(url + "#q=203.0.113.99")
        assert b.ask("document.getElementById('found').textContent") \
            .endswith("found")
        assert b.ask(HIDDEN % "#packets tbody tr") == 2
        b.open(url + "#q=1:b/8olG3ExgGZiHnUmhtBzHnyCT4=")
        assert b.ask(HIDDEN % "#flows tbody tr") == 1
        quiet(b)


def browser_plain(b):
    """Without its script it says the same, and offers nothing dead."""
    with Files() as files:
        url = files.put(demo())
        b.open(url)
        with_script = b.ask("document.querySelector('main').textContent")
        b.open(url, script=False)
        assert not b.ask(READY)
        plain = b.ask("document.querySelector('main').textContent")
        assert len(plain) > 10000 and plain.replace(" ", "") in \
            with_script.replace(" ", "") or \
            len(with_script) - len(plain) < 300, (len(plain),
                                                  len(with_script))
        assert b.ask("getComputedStyle(document.getElementById('tools'))"
                     ".display") == "none"
        assert b.ask("document.querySelectorAll('#rules details:not([open]) "
                     "tr').length") == 0


def browser_hostile(b):
    """Nothing runs, nothing is fetched, everything works."""
    with Files() as files:
        url = files.put(hostile_page(files.folder))
        b.open(url)
        assert b.ask(READY)
        assert b.ask("typeof hacked") == "undefined"
        assert b.ask("document.scripts.length") == 2
        assert b.ask("document.images.length") == 0
        b.key("j")
        b.key("o")
        b.ask("document.querySelectorAll('a[href^=\"#c-\"]').forEach("
              "a => { location.hash = a.getAttribute('href'); })")
        b.ask("new Promise(r => setTimeout(r, 300))")
        assert b.ask("typeof hacked") == "undefined"
        quiet(b)


def browser_folder(b):
    """--html-dir: its style is found, and there is no word of complaint."""
    with Files() as files:
        run("report", *DEMO_INPUT, "--html-dir", files.folder + "/out")
        b.open("file://" + files.folder + "/out/report.html")
        assert not b.complaints(), b.complaints()
        assert [r.rsplit("/", 1)[1] for r in b.requests()] == ["report.css"]
        assert b.ask("getComputedStyle(document.querySelector('header'))"
                     ".position") == "sticky"


def browser_dark(b):
    """Dark where the reader's system is, and by the button."""
    with Files() as files:
        url = files.put(run("audit", "-r", "edge1.rules", "-f", "html",
                            cwd=EDGE, codes=(1,)))
        colour = "getComputedStyle(document.body).backgroundColor"
        b.open(url)
        light = b.ask(colour)
        b.ask("document.getElementById('theme').click()")
        dark = b.ask(colour)
        b.open(url, dark=True)
        assert light != dark and b.ask(colour) == dark
        quiet(b)


def main():
    tests = [(n, f) for n, f in globals().items()
             if n.startswith(("test_", "browser_")) and callable(f)]
    only = sys.argv[1:]
    passed = failed = skipped = 0
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    b = None
    try:
        for name, test in tests:
            if only and name not in only:
                continue
            wants = bool(inspect.signature(test).parameters)
            if wants and not chromium:
                skipped += 1
                continue
            if wants and b is None:
                b = Browser().__enter__()
            try:
                test(b) if wants else test()
                passed += 1
            except Exception:
                failed += 1
                print("%s: %s" % (name, inspect.getdoc(test)))
                traceback.print_exc(file=sys.stdout)
    finally:
        if b is not None:
            b.__exit__()
    if skipped:
        print("note: there is no chromium: %d tests skipped" % skipped)
    print("html: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
