"""The tests of tests/hostile.sh: each form of output with each kind of hostile
text.  A test is a cell of that matrix; 'hostile.sh --matrix' prints it.

The same inputs are made of each kind of text, and of a plain one: in rule
comments, prefixes of LOG, names of chains, interfaces, sets, files and tests,
reasons of suppressions, arguments of unknown matches, payloads.  What comes
out is harmless if its reader finds the same structure as with plain text
(READERS), if nothing in it moves a cursor or turns the direction of writing,
and if it is bounded.  The text is to come through, too: all of it has a mark."""
import collections
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
import xml.etree.ElementTree as tree

import formats
import pages

NFWALK = os.environ["NFWALK"]
MARK = b"zq"
LONG = 1000000

KINDS = {
    "plain": [b"zq plain", b"plain zq", b"p zq", b"zqzq", b"zq.", b"zq-x"],
    "escapes": [b"\x1b[31mzq", b"\x1b]0;zq\x07", b"\xc2\x9b31mzq",
                b"zq\rzq\x08", b"\x7fzq\x0b\x0c", b"\x1bPzq\x1b\\"],
    "markup": [b"<script>zq()</script>", b"zq]]><b>", b"<!--zq-->",
               b"&amp;&#60;zq&lt;", b"\"onload=zq", b"'><img src=zq>"],
    "formulas": [b"=zq|' /C calc'!A0", b"+zq", b"-zq", b"@zq(1)", b"\t=zq",
                 b"=1+zq"],
    "syntax": [b"zq\"',\\", b"`zq` | a |", b"::error ::zq%0A",
               b"zq # SKIP \\# TODO", b"[x](javascript:zq)",
               b"$(zq);`zq`&&zq>zq"],
    "turning": [b"\xe2\x80\xaezq", b"\xe2\x81\xa6zq\xe2\x81\xa9",
                b"zq\xe2\x80\xa8zq", b"zq\xe2\x80\x8fx", b"zq\xd8\x9cx",
                b"zq\xe2\x80\xa9"],
    "bytes": [b"\xff\xfezq", b"zq\xc3(", b"zq\xed\xa0\x80", b"\xf0\x9fzq",
              b"\xc0\xafzq", b"zq\xef\xbf\xbf"],
    "lines": [b"zq\nok 1 - zq", b"zq\n::error::zq", b"zq\n-A INPUT -j zq",
              b"zq\r\n\r\n# zq", b"zq\n</testcase>", b"zq\nCOMMIT"],
    "long": [b"zq" + c * (LONG // len(c)) for c in
             (b"x", b"\xc3\xa4", b"<", b"\x1b", b"\"", b"\xff")],
}

# The forms of each command; of 'replay', 'write' and 'convert' they are files
# that options name.
FORMS = {
    "audit": "text json sarif junit github gitlab md csv html",
    "unloaded": "json sarif junit github gitlab md csv html",
    "query": "text json csv md html",
    "matrix": "text json csv md html",
    "diff": "text json md html",
    "test": "text json junit tap md html",
    "trace": "text brief json html",
    "replay": "text brief json jsonl csv flows-csv ecs ocsf pcapng html",
    "report": "html",
    "convert": "save list commands json xml",
    "write": "log trace counters conntrack",
    "errors": "text",
}
# No text of the input gets there.
WITHOUT = {"write conntrack"}


# ---- inputs ----

def cut(text, size, lines=False):
    """The beginning, and without ends of lines where there can be none."""
    text = text[:size]
    return text if lines else re.sub(b"[\r\n]", b" ", text)


def name(text, size, i):
    """Of a chain, a set, an interface: what a dump can have; unlike the
    others."""
    text = re.sub(rb"[\s/!+%:*\"'\\]", b"", text.replace(b"=", b"~"))
    return text[:size - 1].lstrip(b"-") + b"%d" % i


def saved(text):
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def shell(text):
    return b"'" + text.replace(b"'", b"'\\''") + b"'"


def value(text):
    """Of an option: no option itself."""
    return cut(b"_" * text.startswith(b"-") + text, 400)


def reason(text):
    return cut(text, 2 * LONG).replace(b'"', b"'")


def dump(texts):
    out = [b"*filter", b":INPUT ACCEPT [0:0]"]
    out += [b":%s - [0:0]" % name(t, 28, i) for i, t in enumerate(texts)]
    for i, t in enumerate(texts):
        ssh = b"-A INPUT -p tcp -m tcp --dport 22 -m comment --comment " + \
            saved(cut(t, 255)) + b" -j ACCEPT"
        out += [ssh, b'# nfwalk: ignore FW2001 reason="' + reason(t) + b'"',
                b"-A INPUT -p udp -m udp --dport %d -j LOG --log-prefix " % i +
                saved(cut(t, 29)),
                b"-A INPUT -p udp -m udp --dport %d -j " % i + name(t, 28, i),
                b"-A INPUT -p udp -m udp --dport 53 -j " + name(t, 28, i),
                b"-A INPUT -i " + saved(name(t, 15, i)) + b" -j DROP",
                b"-A %s -p udp -m udp --dport %d -j DROP" % (
                    name(t, 28, i), i),
                b"-A %s -p udp -m set --match-set %s src -j DROP" %
                (name(t, 28, i), name(t, 31, i))]
    for t in texts:
        out.append(b"-A INPUT -m nosuch --some " + saved(value(t)) +
                   b" -j DROP")
    return b"\n".join(out + [b"COMMIT", b""])


def script(texts):
    """Where lines are as long as they like, and words have newlines."""
    out = []
    for i, t in enumerate(texts):
        out += [b'# nfwalk: ignore FW2001 reason="' + reason(t) + b'"',
                b"iptables -A INPUT -p tcp --dport 22 -m comment --comment " +
                shell(cut(t, 2 * LONG, True)) + b" -j ACCEPT",
                b"iptables -A INPUT -i eth%d -m nosuch --some " % i +
                shell(b"_" * t.startswith(b"-") + t) + b" -j DROP"]
    return b"\n".join(out + [b""])


def device(text, i):
    """A name that an interface of a host may have."""
    return re.sub(rb"[\0- \x7f<>]", b"", name(text, 15, i))


def addresses(texts):
    return json.dumps([{
        "ifindex": i + 2, "flags": ["UP"],
        "ifname": device(t, i).decode("latin-1"), "addr_info": [
            {"family": "inet", "local": "192.0.2.%d" % (i + 1),
             "prefixlen": 24}]} for i, t in enumerate(texts)],
        ensure_ascii=False).encode("latin-1")


def sets(texts):
    out = []
    for i, t in enumerate(texts):
        out += [b"create " + name(t, 31, i) + b" hash:ip comment",
                b"add " + name(t, 31, i) + b" 203.0.113.7 comment " +
                b'"' + cut(t, 255).replace(b'"', b"'") + b'"']
    return b"\n".join(out + [b""])


PACKET = "eth0 udp 203.0.113.7:1 > 198.51.100.10:53"
SSH = "eth0 tcp 203.0.113.7:1 > 198.51.100.10:22"


def expectations(texts):
    """As JSON, whose names may have everything."""
    return json.dumps({"ruleset": "rules", "tests": [
        {"name": t.decode("latin-1"), "lines": [
            {"packet": p, "verdict": "DROP"} for p in (SSH, PACKET)]}
        for t in texts]}, ensure_ascii=False).encode("latin-1")


def tests(texts):
    out = [b"ruleset rules"]
    for t in texts:
        out += [b'test "%s"' % reason(t).replace(b"\\", b"/"),
                b"  %s DROP" % SSH.encode()]
    return b"\n".join(out + [b""])


def put(folder, path, data):
    path = os.path.join(os.fsencode(folder), path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def inputs(folder, texts):
    """Writes them; returns the hostile names of files."""
    rules = dump(texts)
    names = [re.sub(b"[/\0]", b"", t.replace(b"=", b"~"))[:60] or b"x"
             for t in texts]
    names = [b"./" + n + b".%d" % i for i, n in enumerate(names)]
    frames = [formats.ether(formats.ipv4(17, struct_udp(i, t[:1000])))
              for i, t in enumerate(texts)]
    frames += [formats.ether(formats.ipv4(6, formats.tcp(1, p, 2)))
               for p in (22, 80)]
    for path, data in (
            (b"rules", rules), (names[0], rules), (b"script", script(texts)),
            (b"changed", rules.replace(b"ACCEPT\n", b"DROP\n")),
            (names[1], rules.replace(b"ACCEPT\n", b"DROP\n")),
            (b"snapshot/iptables-save", rules),
            (b"snapshot/ip-addr.json", addresses(texts)),
            (b"snapshot/ipset-save", sets(texts)),
            (b"tests.json", expectations(texts)), (b"tests", tests(texts)),
            (names[2], tests(texts)),
            (b"cap.pcap", formats.pcap(frames)),
            (names[3], formats.pcap(frames))):
        put(folder, path, data)
    return names


def struct_udp(port, payload):
    whole = formats.udp(payload)
    return whole[:2] + bytes([0, port]) + whole[4:]


# What is run, by command; 'n' are the names of files, 't' the texts.
def runs(n, t):
    iface = name(t[0], 15, 0)
    packet = b"%s udp 203.0.113.7:1 > 198.51.100.10:53" % device(t[0], 0)
    captures = [[b"eth0=cap.pcap"], [iface + b"=" + n[3]]]
    return {
        "audit": [["-r", "rules", "--profile", "default,cis,pci,strict"],
                  ["-r", n[0]], ["-r", "script"], ["-S", "snapshot"]],
        "unloaded": [["-r", "bad-script"], ["-r", "bad-dump"]],
        "query": [["-r", "rules"], ["-r", "script"], ["-r", n[0]]],
        "matrix": [["-S", "snapshot", "--matrix"]],
        "diff": [["rules", "changed", "--replay", "cap.pcap"], [n[0], n[1]],
                 ["script", "rules"]],
        "test": [["tests"], ["tests.json", "--coverage"], [n[2]]],
        "trace": [["-r", "rules", PACKET], ["-r", "script", SSH],
                  ["-r", n[0], PACKET], ["-r", "rules", packet],
                  ["-r", "rules", PACKET[:-2] + "1"]],
        "replay": [["-r", "rules"] + c for c in captures] +
                  [["-r", "script", "eth0=" + "cap.pcap"],
                   ["-S", "snapshot", "local=cap.pcap"]],
        "report": [["-S", "snapshot"] + c for c in captures],
        "convert": [["-r", "rules"], ["-r", "script"]],
        "write": [["-r", "rules", "--trace-all"] + c for c in captures],
        "errors": [["convert", "-r", "rules", "-t", t[0][:100000]],
                   ["convert", "-r", "cap.pcap", "-t", "save"],
                   ["audit", "-r", n[3]], ["audit", "-S", n[0]],
                   ["trace", "-r", "rules", t[1][:100000]],
                   ["replay", "-r", "rules", n[0]],
                   ["test", n[0]], ["test", "rules"], [t[2][:100000]],
                   ["convert", "-r", "rules", "-t", "save", "--chain",
                    t[3][:100000]],
                   ["audit", "-r", "bad-script"], ["audit", "-r", "bad-dump"],
                   ["audit", "-r", "rules", "-S", "bad-ifname"],
                   ["audit", "-r", "rules", "-S", "bad-set"],
                   ["test", "bad-test"], ["query", "-r", "rules", "-p",
                                          t[4][:100000]]],
    }


def bad_inputs(folder, texts):
    put(folder, b"bad-script", b"\n".join(
        b"iptables -A INPUT %s %s" % (option, shell(t)) for t in texts
        for option in (b"-j", b"-m", b"-i", b"-s", b"-p", b"-t", b"-N")))
    put(folder, b"bad-dump", b"*filter\n" + b"".join(
        b":%s - [0:0]\n-A %s -j %s\n" % (cut(t, LONG), cut(t, LONG),
                                         cut(t, LONG)) for t in texts))
    put(folder, b"bad-ifname/ip-addr.json", json.dumps(
        [{"ifname": t.decode("latin-1")} for t in texts]).encode())
    put(folder, b"bad-set/ipset-save", b"".join(
        b"create %s hash:ip\nadd x %s\n" % (cut(t, LONG), cut(t, LONG))
        for t in texts))
    put(folder, b"bad-test", b"".join(b"%s %s\n" % (t, t) for t in texts))


# ---- running ----

def nfwalk(folder, *args):
    return subprocess.run([NFWALK, *args], cwd=folder, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def reports(folder, command, forms, args, codes=(0, 1, 4)):
    """All forms of one run, by -o."""
    with tempfile.TemporaryDirectory() as d:
        option = "--output" if command in ("query", "trace") else "-o"
        words = [w for f in forms if f != "brief"
                 for w in (option, "%s=%s/%s" % (f, d, f))]
        got = nfwalk(folder, command, *words, *args)
        assert got.returncode in codes, (command, args, got.returncode,
                                         got.stderr[:2000])
        out = {f: read(d + "/" + f) for f in forms if f != "brief"}
    if "brief" in forms:
        out["brief"] = nfwalk(folder, command, "--brief", *args).stdout
    return out


def page(folder, args):
    got = nfwalk(folder, "report", *args)
    assert got.returncode == 0, got.stderr[:2000]
    return {"html": got.stdout}


def converted(folder, forms, args):
    out = {}
    for f in forms:
        got = nfwalk(folder, "convert", "-t", f, *args)
        assert got.returncode == 0, (f, args, got.stderr[:2000])
        out[f] = got.stdout
    return out


def written(folder, forms, args):
    with tempfile.TemporaryDirectory() as d:
        got = nfwalk(folder, "replay", *args, "--write-pcap", d + "/pcap",
                     *[w for f in forms for w in ("--write-" + f,
                                                  d + "/" + f)])
        assert got.returncode == 0, got.stderr[:2000]
        return {f: read(d + "/" + f) for f in forms}


def told(folder, args):
    got = nfwalk(folder, *args)
    assert got.returncode in (0, 1, 2, 3), (args[:3], got.returncode)
    return {"text": got.stderr}


def outputs(folder, command, args):
    forms = FORMS[command].split()
    if command in ("report", "errors"):
        return (page if command == "report" else told)(folder, args)
    if command in ("convert", "write"):
        return (converted if command == "convert" else written)(
            folder, forms, args)
    if command == "unloaded":           # audits of rules that do not load
        return reports(folder, "audit", forms, args, (3,))
    return reports(folder, "query" if command == "matrix" else command, forms,
                   args)


# ---- readers: each returns what is to be as with plain text ----

def clean(data, extra=b""):
    """UTF-8 that moves no cursor and turns nothing."""
    bad = re.search(b"[\\x00-\\x08\\x0b-\\x1f\\x7f]",
                    data.translate(None, extra))
    assert not bad, data[max(bad.start() - 40, 0):bad.end() + 40]
    text = data.decode("utf-8")
    assert not re.search("[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e"
                         "\u2066-\u2069\ufffe\uffff]", text)
    return text


def read_text(data):
    for line in clean(data).splitlines():
        assert len(line) < 80000, len(line)


def paths(value, at=""):
    """Where in a value of JSON there are what types."""
    if isinstance(value, dict) and set(value) != {"hex"}:
        for k, v in value.items():
            yield from paths(v, at + "/" + (
                k if re.fullmatch("[$A-Za-z_0-9/@-]+", k) else "*"))
    elif isinstance(value, list):
        for v in value:
            yield from paths(v, at + "/")
    else:
        yield at, (str if isinstance(value, dict) else type(value)).__name__


def read_json(data):
    """Objects of ours have what their schema names, no more."""
    got = collections.Counter(paths(json.loads(clean(data, b"\t"))))
    assert not [p for p, _ in got if p.count("*") > p.count("fields/*")]
    return got


def read_jsonl(data):
    lines = clean(data).splitlines()
    return sum((collections.Counter(paths(json.loads(x))) for x in lines),
               collections.Counter(lines=len(lines)))


def read_xml(data):
    clean(data)
    root = tree.fromstring(data)
    for e in root.iter():       # a chain's name may be that of an element
        if e.tag == "call":
            e.clear()
    return collections.Counter(
        (e.tag, tuple(sorted(k.replace("hex-", "") for k in e.keys()
                             if k not in ("hex", "escaped"))))
        for e in root.iter())


def read_github(data):
    lines = clean(data).splitlines()
    for x in lines:
        assert re.match(r"::(error|warning|notice) .*title=FW\d{4}::|\d+ err",
                        x), x[:200]
        assert not re.search("%(?!25|0A|0D|2C|3A)", x), x[:200]
    return None


def read_csv(data):
    rows = list(csv.reader(io.StringIO(clean(data, b"\r"), newline=""),
                           strict=True))
    for row in rows:
        for cell in row:
            assert cell.lstrip()[:1] not in tuple("=+-@"), cell[:80]
    return collections.Counter(len(row) for row in rows)


def read_md(data):
    text = clean(data)
    assert len(data) < 1 << 20, len(data)
    if not shutil.which("cmark-gfm"):
        return None
    got = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e",
                          "autolink", "-e", "strikethrough"], input=data,
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    tags = collections.Counter(re.findall("<([a-z0-9]+)", got))
    assert set(tags) <= formats.ALLOWED, set(tags) - formats.ALLOWED
    return tags


def read_tap(data):
    """A plan, a line for each test; directives and comments are none."""
    kinds = collections.Counter()
    for x in clean(data).splitlines():
        m = re.match(r"TAP version|1\.\.\d+$|ok|not ok|#|  ", x)
        assert m, x[:200]
        kinds[m[0].strip()] += m[0] != "  " and m[0] != "#"
        assert not re.match(r"(not )?ok.*[^\\](\\\\)*#\s*(skip|todo)", x,
                            re.I), x[:200]
    return kinds


def read_html(data):
    p = pages.check(data)
    assert len(data) < 8 << 20, len(data)
    tags = collections.Counter(t for t, _, _ in p.elements)
    assert set(tags) <= pages.KNOWN, set(tags) - pages.KNOWN
    return tags


def read_pcapng(data):
    texts = list(formats.pcapng_comments(data))
    for t in texts:
        clean(t)
        assert len(t) <= 4096
    return len(texts)


def read_kmsg(data):
    assert not re.search(rb"[^ -~\n]", data)
    return data.count(b"\n")


def read_save(data):
    """Exact, so not clean; what it says is one line each."""
    lines = data.split(b"\n")
    for x in lines:
        assert re.match(rb"\*filter$|:|(\[\d+:\d+\] )?-A |COMMIT$|$", x), x
    with tempfile.TemporaryDirectory() as d:
        put(d, b"r", data)
        again = nfwalk(d, "convert", "-r", "r", "-t", "save", "-c")
        if again.returncode == 3:       # a line too long for iptables-restore
            assert b"line too long" in again.stderr, again.stderr[:1000]
        else:
            assert b"[0:0] -A" not in data or again.stdout == data
    return len(lines)


def read_list(data):
    return len(clean(data).splitlines())


def read_commands(data):
    """Run by a shell that has iptables alone: nothing else may run."""
    with tempfile.TemporaryDirectory() as d:
        put(d, b"s", b"iptables() { printf '%s ' $#; }\nPATH=/nonexistent\n" +
            data)
        got = subprocess.run(["/bin/sh", "-e", "s"], cwd=d, check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert got.returncode == 0 and not got.stderr, got.stderr[:1000]
        assert os.listdir(d) == ["s"]
    return got.stdout


READERS = {
    "text": read_text, "brief": read_text, "json": read_json,
    "sarif": read_json, "gitlab": read_json, "junit": read_xml,
    "github": read_github, "md": read_md, "csv": read_csv,
    "flows-csv": read_csv, "html": read_html,
    "tap": read_tap, "jsonl": read_jsonl, "ecs": read_jsonl,
    "ocsf": read_jsonl, "pcapng": read_pcapng, "save": read_save,
    "list": read_list, "commands": read_commands, "xml": read_xml,
    "log": read_kmsg, "trace": read_kmsg, "conntrack": read_kmsg,
    "counters": read_save,
}


def marked(data):
    return MARK in data or MARK.hex().encode() in data


# ---- the matrix ----

class Cell:
    """What one form of one command came to with one kind of text."""

    def __init__(self):
        self.structure, self.size, self.marked = [], 0, False
        self.wrong = None

    def add(self, command, form, data):
        self.size += len(data)
        self.marked |= marked(data)
        try:
            self.structure.append(READERS[form](data))
        except Exception:
            self.wrong = self.wrong or traceback.format_exc()


def column(kind, commands):
    """The cells of a kind of text."""
    cells = collections.defaultdict(Cell)
    with tempfile.TemporaryDirectory() as d:
        texts = KINDS[kind]
        names = inputs(d, texts)
        bad_inputs(d, texts)
        for command, list_ in runs(names, texts).items():
            for args in list_ if command in commands else []:
                try:
                    got = outputs(d, command, args)
                except Exception:
                    for form in FORMS[command].split():
                        cells[command, form].wrong = traceback.format_exc()
                    continue
                for form, data in got.items():
                    cells[command, form].add(command, form, data)
    return cells


def wrong(cell, plain, row, kind):
    """Why a cell is not as it should be, or nothing."""
    if cell.wrong:
        return cell.wrong
    if not cell.marked and row not in WITHOUT:
        return "the text did not come through"
    # A rule that is converted is as long as it is; all else is cut.
    if cell.size > (40 << 20 if row.startswith("convert") else 16 << 20):
        return "%d bytes" % cell.size
    # Odd bytes are findings, and names are interfaces, alike or not.
    if row.startswith(("audit", "unloaded", "report", "query", "matrix",
                       "diff", "trace")):
        return None
    for i, (a, b) in enumerate(zip(cell.structure, plain.structure)):
        if a != b:
            return "run %d: not as with plain text: %s" % (i, (
                (a - b, b - a) if isinstance(a, collections.Counter)
                else (a, b)),)
    return None


def main():
    show = "--matrix" in sys.argv
    only = [a for a in sys.argv[1:] if a != "--matrix"]
    commands = [c for c in FORMS if not only or c in only]
    table = {kind: column(kind, commands) for kind in KINDS}
    passed = failed = 0
    if show:
        print("%-18s" % "" + " ".join("%-8s" % k for k in KINDS))
    for command in commands:
        for form in FORMS[command].split():
            row, line = "%s %s" % (command, form), ""
            for kind in KINDS:
                why = wrong(table[kind][command, form],
                            table["plain"][command, form], row, kind)
                passed += not why
                failed += bool(why)
                line += " %-8s" % ("ok" if not why else "WRONG")
                if why:
                    print("%s, %s: %s" % (row, kind, why[-3000:]))
            if show:
                print("%-18s" % row + line[1:])
    print("hostile: %d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
