"""The tests of tests/formats.sh.  Each is a function named test_...; one that
lacks a program that it needs raises Skip.

Most of them look at a store of outputs: every invocation of nfwalk in the
golden cases is run again, with -o for each format that its command has, and
so are some on hostile input."""
import collections
import csv
import glob
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
import warnings

ROOT = os.getcwd()
NFWALK = os.environ["NFWALK"]
CASES = os.path.join(ROOT, "testdata/cases")
DEMO = os.path.join(ROOT, "testdata/demo")
EDGE = os.path.join(ROOT, "testdata/edge1")

FORMATS = {
    "audit": "json sarif junit github gitlab md csv",
    "query": "json csv md",
    "diff": "json md",
    "test": "json junit tap md",
    "trace": "json",
    "replay": "json jsonl csv flows-csv ecs ocsf pcapng",
    "rules": "json",
    "merge": "json md csv",
}
# Options that are left out when an invocation is run again, and how many
# words they take with them.
DROPPED = {"-f": 2, "--format": 2, "-o": 2, "--output": 2, "--html-dir": 2,
           "-q": 1, "--quiet": 1, "--color": 2, "--write-counters": 2,
           "--write-counters6": 2, "--write-trace": 2, "--write-log": 2,
           "--write-conntrack": 2, "--write-pcap": 2, "--write-baseline": 2,
           "--brief": 1}


class Skip(Exception):
    pass


def need(program):
    path = shutil.which(program)
    if not path:
        raise Skip("there is no " + program)
    return path


def run(args, cwd=None, codes=None, data=None):
    got = subprocess.run(args, cwd=cwd, input=data, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, check=False)
    assert codes is None or got.returncode in codes, \
        (args[:6], got.returncode, got.stdout[-1000:], got.stderr[-3000:])
    return got


# ---- the store ----

Output = collections.namedtuple("Output", "format path data cwd args")


class Store:
    """The outputs, made once; and the folder that they are in."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.outputs = []
        self.unequal = []
        for cwd, args in invocations(self.folder) + hostile(self.folder):
            self.add(cwd, args)

    def add(self, cwd, args):
        """Twice into files; what both runs wrote is to be the same."""
        formats = FORMATS[args[0]].split()
        first, second = (self.write(cwd, args, formats) for _ in range(2))
        if first is None or second is None:
            if first != second:
                self.unequal.append((cwd, args, "exit"))
            return
        for name, a, b in zip(formats, first, second):
            data = open(a, "rb").read()
            if data != open(b, "rb").read():
                self.unequal.append((cwd, args, name))
            os.unlink(b)
            self.outputs.append(Output(name, a, data, cwd, args))

    def write(self, cwd, args, formats):
        option = "--output" if args[0] in ("query", "trace") else "-o"
        paths = []
        for f in formats:
            fd, path = tempfile.mkstemp("." + f, "", self.folder)
            os.close(fd)
            os.unlink(path)
            paths.append(path)
        got = subprocess.run(
            [NFWALK, args[0]] + [w for f, p in zip(formats, paths)
                                 for w in (option, "%s=%s" % (f, p))] +
            args[1:], cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return paths if got.returncode in (0, 1, 3, 4) and \
            all(os.path.exists(p) for p in paths) else None

    def all(self, *formats):
        return [o for o in self.outputs if o.format in formats]


def invocations(folder):
    """The command lines of the golden cases, each once, without what says
    how and where to write."""
    bin_dir, record = folder + "/bin", folder + "/record"
    os.mkdir(bin_dir)
    os.mkdir(record)
    os.mkdir(folder + "/golden")
    with open(bin_dir + "/nfwalk", "w") as f:
        f.write("#!/bin/sh\nprintf '%%s\\0' \"$PWD\" \"$@\" >%s/$$\n"
                "exec %s \"$@\"\n" % (record, NFWALK))
    os.chmod(bin_dir + "/nfwalk", 0o755)
    env = dict(os.environ, PATH=bin_dir + ":" + os.environ["PATH"],
               OUT=folder + "/golden")
    seen = []
    for case in sorted(os.listdir(CASES)):
        subprocess.run(["bash", "./cmd"], cwd=os.path.join(CASES, case),
                       env=env, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False)
        for name in sorted(os.listdir(record), key=int):
            path = os.path.join(record, name)
            cwd, *args = open(path, "rb").read().decode(
                errors="surrogateescape").split("\0")[:-1]
            os.unlink(path)
            one = (cwd, again(args))
            if one[1] is not None and one not in seen:
                seen.append(one)
    return seen


def again(args):
    """None: it reads standard input, or is no use here."""
    if not args or args[0] not in FORMATS or "-" in args or \
            "--help" in args or "--schema" in args:
        return None
    kept, i = args[:1], 1
    while i < len(args):
        word = args[i]
        n = DROPPED.get(word, 0)
        if word == "-o" and args[0] in ("query", "trace"):
            n = 0               # there it is an interface
        if n == 0 and not re.match("--(format|output|html-dir)=", word):
            kept.append(word)
        i += n or 1
    return kept


def clean_text(o, extra=b""):
    """UTF-8 without control characters but newlines and 'extra', and nothing
    that turns text round."""
    bad = re.search(b"[\\x00-\\x08\\x0b-\\x1f\\x7f]",
                    o.data.translate(None, extra))
    assert not bad, (o.args, o.format, bad)
    text = o.data.decode("utf-8")
    assert not re.search("[\u0080-\u009f\u202a-\u202e\u2066-\u2069]", text), \
        (o.args, o.format)
    return text


# ---- hostile input ----

HOSTILE = [
    "\x1b]0;owned\x07\x1b[31m", "<script>alert(1)</script>&amp;<!--",
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "`code` | a | b",
    "[x](javascript:alert(1)) http://evil.example/ www.evil.example",
    "\"quotes\" 'and' \\back", "::error file=x::y%0A", "]]>", "%s%n%d",
    "\u202egnp.exe", "# ok 1 - TAP\\# SKIP", "a\u2028b\x85c", "caf\u00e9 \U0001f525",
]
BAD_BYTES = [b"\xff\xfe\x80", b"\xc3(", b"\xed\xa0\x80", b"\xf0\x9f"]


def quoted(raw):
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def hostile_rules():
    """All that may be hostile in a dump, in comments, prefixes, names."""
    texts = [t.encode().replace(b"\n", b"") for t in HOSTILE] + BAD_BYTES
    lines = [b"*filter", b":INPUT ACCEPT [0:0]", b":FORWARD ACCEPT [0:0]",
             b":OUTPUT ACCEPT [0:0]", b":=1+1 - [0:0]",
             b":<b>`|x - [0:0]"]
    for t in texts:
        lines.append(b"-A INPUT -p tcp --dport 22 -m comment --comment " +
                     quoted(t[:200]) + b" -j ACCEPT")
        lines.append(b"-A INPUT -p udp -j LOG --log-prefix " +
                     quoted(t[:25]))
    lines += [b'-A INPUT -i "=x|y" -j DROP', b"-A INPUT -i a<b> -j DROP",
              b"-A INPUT -p icmp -j <b>`|x", b"-A INPUT -p tcp -j =1+1",
              b"-A =1+1 -p tcp --dport 80 -j DROP", b"COMMIT", b""]
    return b"\n".join(lines)


def ether(payload, kind=0x0800):
    return bytes.fromhex("020000000001020000000002") + \
        struct.pack(">H", kind) + payload


def checksum(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def ipv4(proto, payload, src="203.0.113.7", dst="198.51.100.10"):
    def address(a):
        return bytes(int(x) for x in a.split("."))
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 7, 0, 64,
                       proto, 0) + address(src) + address(dst)
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def udp(payload):
    return struct.pack(">HHHH", 1000, 53, 8 + len(payload), 0) + payload


def tcp(sport, dport, flags):
    return struct.pack(">HHIIBBHHH", sport, dport, 1, 0, 0x50, flags, 1024,
                       0, 0)


def pcap(frames):
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    for i, f in enumerate(frames):
        out += struct.pack("<IIII", 1700000000 + i, i, len(f), len(f)) + f
    return out


def hostile(folder):
    d = folder + "/hostile"
    os.mkdir(d)
    rules = hostile_rules()
    frames = [ether(ipv4(17, udp(t.encode()))) for t in HOSTILE]
    frames += [ether(ipv4(6, tcp(1, p, 2))) for p in (22, 80, 443)]
    frames += [ether(ipv4(1, b"\x08\0\xf7\xff\0\0\0\0")), b"\x1b" * 60,
               ether(b"\x45" + b"\xff" * 30), ether(b"", 0x86dd)]
    evil = "\x1b[31m<b>=1+1`|.pcap"
    put = {"rules": rules, "changed": rules.replace(b"ACCEPT\n", b"DROP\n"),
           "cap.pcap": pcap(frames), evil: pcap(frames),
           "<i>=rules\x1b|": rules,
           "rich.json": json.dumps({"ruleset": "rules", "tests": [
               {"name": t, "lines": [
                   {"packet": "eth0 tcp 203.0.113.7:1 > 198.51.100.10:22",
                    "verdict": "DROP"}]} for t in HOSTILE]}).encode()}
    big = b"x" * 1000000 + b"\x1b<|`"
    put["big"] = b"*filter\n:INPUT ACCEPT [0:0]\n# nfwalk: ignore FW3003 " \
        b"reason=\"" + big + b"\"\n-A INPUT -p tcp --dport 22 -m comment " \
        b"--comment \"" + b"y" * 255 + b"\" -j ACCEPT\nCOMMIT\n"
    for name, data in put.items():
        with open(os.path.join(d, name), "wb") as f:
            f.write(data)
    packet = "eth0 udp 203.0.113.7:1 > 198.51.100.10:53"
    return [(d, a) for a in (
        ["audit", "-r", "rules", "--profile", "default,cis,pci,strict"],
        ["audit", "-r", "<i>=rules\x1b|"],
        ["audit", "-r", "big", "--today", "2026-01-01"],
        ["query", "-r", "rules"], ["query", "-r", "rules", "--matrix"],
        ["diff", "rules", "changed", "--replay", "cap.pcap"],
        ["diff", "<i>=rules\x1b|", "changed"],
        ["test", "rich.json"], ["trace", "-r", "rules", packet],
        ["replay", "-r", "rules", "eth0=cap.pcap"],
        ["replay", "-r", "rules", "a|<b>`=" + evil],
        ["replay", "-r", "<i>=rules\x1b|", "local=" + evil])]


# ---- what the tests share ----

csv.field_size_limit(1 << 24)
STORE = None


def store():
    global STORE
    if STORE is None:
        STORE = Store()
    return STORE


def some(*formats):
    got = store().all(*formats)
    assert got, formats
    return got


def validators():
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jsonschema
    except ImportError as e:
        raise Skip("there is no python3-jsonschema") from e
    out = {}
    for name in run([NFWALK, "schema"], codes=(0,)).stdout.decode().split():
        schema = json.loads(run([NFWALK, "schema", name], codes=(0,)).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        out[name] = jsonschema.Draft202012Validator(schema)
    return out


def valid(v, value, what):
    errors = [(list(e.absolute_path), e.message[:300])
              for e in v.iter_errors(value)]
    assert not errors, (what, errors[:3])


def closed(schema, path=""):
    """Objects of a schema that do not say what else they may have."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and \
                "additionalProperties" not in schema:
            yield path
        for k, v in schema.items():
            yield from closed(v, path + "/" + k)
    elif isinstance(schema, list):
        for i, v in enumerate(schema):
            yield from closed(v, "%s/%d" % (path, i))


def untold(schema, root, path=""):
    """Members and definitions without a description."""
    for name, v in schema.get("properties", {}).items():
        told = v if "$ref" not in v else \
            root["$defs"][v["$ref"].split("/")[-1]] | v
        if "description" not in told and "const" not in told:
            yield path + "/" + name
    for name, v in schema.get("$defs", {}).items():
        if "description" not in v:
            yield "$defs/" + name
    for name, v in schema.items():
        if isinstance(v, dict):
            yield from untold(v, root, path + "/" + name)


# ---- the tests ----

def test_store():
    """There are outputs of every command and format."""
    got = {(o.args[0], o.format) for o in store().outputs}
    for command, formats in FORMATS.items():
        for f in formats.split():
            assert (command, f) in got, (command, f)
    hostile_ones = [o for o in store().outputs if "/hostile" in o.cwd]
    assert {f for c in FORMATS if c != "rules" for f in FORMATS[c].split()} \
        == {o.format for o in hostile_ones}


def test_deterministic():
    """The same twice has the same bytes."""
    assert not store().unequal, store().unequal[:5]


def test_no_places():
    """Neither absolute paths nor the name of the host."""
    host = os.uname().nodename.encode()
    for o in store().outputs:
        assert ROOT.encode() not in o.data, (o.args, o.format)
        assert store().folder in " ".join(o.args) or \
            store().folder.encode() not in o.data, (o.args, o.format)
        assert len(host) < 6 or host not in o.data, (o.args, o.format)


def test_schemas():
    """Schemas are schemas, say what they are, and leave nothing open."""
    for name, v in validators().items():
        s = v.schema
        assert s["$id"] == "urn:nfwalk:%s:1" % name
        assert not list(closed(s)), list(closed(s))
        assert not list(untold(s, s)), (name, list(untold(s, s)))
        if name not in ("ecs", "ocsf"):
            assert s["properties"]["schema"] == {
                "const": "nfwalk.%s/1" % name}
            assert "schema" in s["required"]


def test_schema_command():
    """COMMAND --schema is the schema of what COMMAND would write."""
    for args, name in ((["audit"], "audit"), (["query"], "query"),
                       (["query", "--matrix"], "matrix"),
                       (["convert", "-t", "json"], "ruleset"),
                       (["replay"], "replay"),
                       (["replay", "-f", "jsonl"], "packet"),
                       (["replay", "-o", "ecs=x"], "ecs"),
                       (["replay", "--format=ocsf"], "ocsf")):
        a = run([NFWALK, *args, "--schema"], codes=(0,)).stdout
        assert a == run([NFWALK, "schema", name]).stdout, args
    run([NFWALK, "collect", "--schema"], codes=(2,))
    run([NFWALK, "schema", "nothing"], codes=(2,))
    run([NFWALK, "schema", "audit", "test"], codes=(2,))


def test_json():
    """Every object that a command writes has a schema, and follows it."""
    known, seen = validators(), collections.Counter()
    for o in some("json"):
        value = json.loads(clean_text(o, b"\t"))
        for one in value if isinstance(value, list) else [value]:
            name = one["schema"][len("nfwalk."):-len("/1")]
            valid(known[name], one, o.args)
            seen[name] += 1
    for name in set(known) - {"packet", "ecs", "ocsf", "ruleset"}:
        assert seen[name] > 0, name


def test_json_rejects():
    """The schemas are strict: what is not as it should be, is found."""
    known = validators()
    o = next(o for o in some("json") if o.args[0] == "audit" and
             json.loads(o.data)["findings"])
    for spoil in (lambda v: v.update(other=1), lambda v: v.pop("findings"),
                  lambda v: v["findings"][0].update(severity="fatal"),
                  lambda v: v["findings"][0].update(rule="1"),
                  lambda v: v["findings"][0].pop("by"),
                  lambda v: v.update(schema="nfwalk.audit/2")):
        value = json.loads(o.data)
        spoil(value)
        assert list(known["audit"].iter_errors(value))


def test_ruleset():
    """Rulesets of convert follow theirs."""
    v = validators()["ruleset"]
    for path in sorted(glob.glob(CASES + "/*/rules")) + \
            [store().folder + "/hostile/rules", EDGE + "/edge1.rules"]:
        got = run([NFWALK, "convert", "-r", path, "-t", "json", "-c"])
        if got.returncode == 0:
            valid(v, json.loads(got.stdout), path)


def lines_of(format_, schema):
    v = validators()[schema]
    n = 0
    for o in some(format_):
        text = clean_text(o)
        assert text == "" or text.endswith("\n")
        for line in text.splitlines():
            valid(v, json.loads(line), o.args)
            n += 1
            if n > 4000:        # the captures of the demo come many times
                break
    assert n > 100, n


def test_jsonl():
    """One object for each packet, on a line."""
    lines_of("jsonl", "packet")


def test_ecs():
    """Events as our schema of ECS has them."""
    lines_of("ecs", "ecs")


def test_ocsf():
    """The same of OCSF."""
    lines_of("ocsf", "ocsf")


def test_events():
    """Events are the lines of LOG and the packets that did not get through;
    both forms tell the same ones."""
    d = store().folder + "/hostile"
    out = {f: d + "/events." + f for f in ("ecs", "ocsf", "jsonl", "log")}
    run([NFWALK, "replay", "-r", "rules", "eth0=cap.pcap", "--write-log",
         out["log"]] + [w for f in ("ecs", "ocsf", "jsonl")
                        for w in ("-o", f + "=" + out[f])], cwd=d, codes=(0,))
    ecs, ocsf, packets = ([json.loads(x) for x in open(out[f])]
                          for f in ("ecs", "ocsf", "jsonl"))
    log = open(out["log"], "rb").read().count(b"\n")
    denied = [p for p in packets if p["disposition"] in ("DROP", "REJECT") or
              p["disposition"] == "LOST" and
              p["reason"] not in ("OTHERHOST", "NOT_IP")]
    assert log > 100 and denied
    assert len(ecs) == len(ocsf) == log + len(denied)
    assert sum(e["event"]["action"] == "log" for e in ecs) == log
    assert sum(e["activity_id"] == 6 for e in ocsf) == log
    for a, b in zip(ecs, ocsf):
        assert a["message"] == b["message"]
        assert a.get("rule", {}).get("id") == \
            b.get("firewall_rule", {}).get("uid")
        assert a.get("network", {}).get("community_id") == \
            b.get("connection_info", {}).get("community_uid")
        assert b["time"] // 1000 == 1700000000 + a["event"]["sequence"] - 1


def test_events_of_rules():
    """The rule of a line of LOG is the one that wrote it."""
    d = store().folder + "/hostile"
    with open(d + "/log.rules", "w") as f:
        f.write("*filter\n:INPUT DROP [0:0]\n:x - [0:0]\n"
                "-A INPUT -j LOG --log-prefix one\n-A INPUT -j x\n"
                "-A x -p udp -j LOG --log-prefix two --log-level 6\n"
                "COMMIT\n")
    got = run([NFWALK, "replay", "-r", "log.rules", "eth0=cap.pcap", "-f",
               "ecs"], cwd=d, codes=(0,)).stdout.splitlines()
    first = [json.loads(x) for x in got[:3]]
    assert [e["rule"]["id"] for e in first] == [
        "filter/INPUT#1", "filter/x#1", "filter/INPUT policy"]
    assert [e["message"][:3] for e in first] == ["one", "two", "DRO"]
    assert [e["event"].get("severity") for e in first] == [4, 6, None]
    assert first[1]["source"] == {"ip": "203.0.113.7", "port": 1000,
                                  "mac": "02-00-00-00-00-02"}
    assert first[2]["@timestamp"] == "2023-11-14T22:13:20.000000000Z"


NAT_RULES = """*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 192.0.2.9:8080
-A POSTROUTING -p tcp -m tcp --dport 8080 -j SNAT --to-source 198.51.100.1
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -j LOG --log-prefix before
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
-A FORWARD -p tcp -m tcp --dport 8080 -j LOG --log-prefix dnat
COMMIT
"""


def test_events_of_nat():
    """An event has the flow as it was captured, and what it was translated
    to by then."""
    with tempfile.TemporaryDirectory() as d:
        os.mkdir(d + "/s")
        for name, text in (("s/iptables-save", NAT_RULES), (
                "s/ip-addr.json", json.dumps([
                    {"ifindex": i, "ifname": "eth%d" % i, "flags": ["UP"],
                     "addr_info": [{"family": "inet", "local": a,
                                    "prefixlen": 24}]}
                    for i, a in ((1, "198.51.100.1"), (2, "192.0.2.1"))]))):
            with open(os.path.join(d, name), "w") as f:
                f.write(text)
        with open(d + "/c.pcap", "wb") as f:
            f.write(pcap([ether(ipv4(6, tcp(1000, p, 2), dst="198.51.100.1"))
                          for p in (80, 22)]))
        run([NFWALK, "replay", "-S", "s", "eth1=c.pcap", "--checksums",
             "ignore", "-o", "ecs=e", "-o",
             "ocsf=o", "-f", "jsonl"], cwd=d, codes=(0,))
        ecs, ocsf = ([json.loads(x) for x in open(os.path.join(d, f))]
                     for f in "eo")
    source = {"ip": "203.0.113.7", "port": 1000}
    mac = {"mac": "02-00-00-00-00-02"}
    end = {"ip": "198.51.100.1", "port": 80}
    nat = {"ip": "192.0.2.9", "port": 8080}
    other = {"mac": "02-00-00-00-00-01"}
    assert [(e["event"]["action"], e["source"], e["destination"])
            for e in ecs] == [
        ("log", source | mac, end | other),
        ("log", source | mac, end | other | {"nat": nat}),
        ("drop", source, end | {"nat": nat}),
        ("log", source | mac, end | other | {"port": 22}),
        ("drop", source, end | {"port": 22})]
    assert [e["dst_endpoint"].get("proxy_endpoint") for e in ocsf] == \
        [None, nat, nat, None, None]
    assert [e["network"]["community_id"] for e in ecs] == \
        [e["connection_info"]["community_uid"] for e in ocsf]
    assert len({e["network"]["community_id"] for e in ecs[:3]}) == 1


def sarif_schema():
    """OASIS's own schema, from where it is: it is not ours to hand on.  npm's
    @microsoft/jest-sarif carries it; tests/setup.sh puts it below the build
    folder."""
    path = os.environ.get("NFWALK_SARIF_SCHEMA")
    places = [path] if path else []
    roots = [os.path.join(os.environ.get("B", "build"), "npm/node_modules"),
             os.environ.get("NODE_PATH", ""), "/usr/lib/node_modules",
             "/usr/local/lib/node_modules", "/usr/share/nodejs",
             ROOT + "/node_modules"]
    for r in roots:
        places += glob.glob(glob.escape(r) + "/@microsoft/jest-sarif/lib/"
                            "schemas/sarif-2.1.0*.json")
    for p in places:
        if os.path.exists(p):
            return json.load(open(p))
    raise Skip("there is no SARIF schema; tests/setup.sh test gets it with "
               "npm, or NFWALK_SARIF_SCHEMA=FILE says where one is")


def test_sarif():
    """OASIS's schema of SARIF 2.1.0."""
    schema = sarif_schema()
    validators()
    import jsonschema
    v = jsonschema.validators.validator_for(schema)(schema)
    for o in some("sarif"):
        log = json.loads(clean_text(o, b"\t"))
        valid(v, log, o.args)
    log["runs"][0]["tool"].pop("driver")
    assert list(v.iter_errors(log)), "it finds nothing"


def test_sarif_structure():
    """What GitHub wants of it beyond the schema."""
    for o in some("sarif"):
        log = json.loads(clean_text(o, b"\t"))
        assert log["version"] == "2.1.0" and len(log["runs"]) == 1
        run_ = log["runs"][0]
        rules = run_["tool"]["driver"]["rules"]
        prints = set()
        for r in run_["results"]:
            assert rules[r["ruleIndex"]]["id"] == r["ruleId"]
            assert r["level"] in ("note", "warning", "error")
            assert r["message"]["text"] and len(r["locations"]) == 1
            (p,) = r["partialFingerprints"].values()
            assert p not in prints
            prints.add(p)
            for where in r["locations"]:
                uri = where.get("physicalLocation", {}).get(
                    "artifactLocation", {}).get("uri", "x")
                assert re.fullmatch("[A-Za-z0-9._~/:@+%-]+", uri), uri
                region = where.get("physicalLocation", {}).get("region")
                assert region is None or region["startLine"] >= 1


def test_junit():
    """The shape that readers of JUnit's XML take (tests/junit.xsd)."""
    need("xmllint")
    paths = [o.path for o in some("junit")]
    for o in some("junit"):
        clean_text(o)
    run(["xmllint", "--noout", "--huge", "--schema",
         ROOT + "/tests/junit.xsd"] + paths, codes=(0,))


def test_junit_sums():
    """The sums of a suite are those of its cases."""
    import xml.etree.ElementTree as tree
    for o in some("junit"):
        root = tree.fromstring(o.data)
        for suite in root:
            cases = suite.findall("testcase")
            assert int(suite.get("tests")) == len(cases), o.args
            for kind in ("failure", "error"):
                n = sum(c.find(kind) is not None for c in cases)
                assert int(suite.get(kind + "s")) == n, (o.args, kind)


def test_tap():
    """prove reads it, and counts as we do."""
    need("prove")
    for o in some("tap"):
        clean_text(o)
        want = json.loads(next(x.data for x in store().all("json")
                               if x.cwd == o.cwd and x.args == o.args))
        if not want["tests"]:
            continue
        got = run(["prove", "-e", "cat", "-v", o.path]).stdout.decode()
        assert "Parse errors" not in got, (o.args, got[-2000:])
        failed = want["failed"] + want["undetermined"]
        assert "Tests=%d," % len(want["tests"]) in got, (o.args, got)
        assert ("Failed: %d)" % failed if failed else "Result: PASS") in got


def test_github():
    """Workflow commands, one a line, no more than ten of a level."""
    line = re.compile(r"::(error|warning|notice) (file=[^,:]*,)?"
                      r"(line=\d+,col=\d+,)?title=FW\d{4}::[^\n]*")
    for o in some("github"):
        *commands, last = clean_text(o).splitlines()
        levels = collections.Counter()
        for c in commands:
            m = line.fullmatch(c)
            assert m, (o.args, c[:200])
            levels[m[1]] += 1
            assert not re.search("%(?!25|0A|0D|2C|3A)", c), c[:200]
        assert not levels or max(levels.values()) <= 10
        assert re.match(r"\d+ errors?, ", last), last


def test_gitlab():
    """Code Quality: the keys, severities and unique fingerprints."""
    for o in some("gitlab"):
        issues = json.loads(clean_text(o, b"\t"))
        prints = set()
        for i in issues:
            assert set(i) == {"description", "check_name", "fingerprint",
                              "severity", "location"}
            assert i["severity"] in ("info", "minor", "major", "critical",
                                     "blocker")
            assert i["fingerprint"] not in prints
            prints.add(i["fingerprint"])
            assert i["location"]["path"]
            assert isinstance(i["location"]["lines"]["begin"], int)


HEADERS = {
    "audit": "id,severity,certainty,family,table,chain,rule,file,line,"
             "message,text,by,witness,fix,suppressed",
    "query": "verdict,certainty,family,table,chain,rule,file,line,packets,"
             "packets_are,witness,effects,hangs_on",
    "replay": "family,table,chain,rule,file,line,packets,bytes,text",
    "matrix": "family,from,to,service,partly,witness",
    "flows": "first,last,in,protocol,source,source_port,destination,"
             "destination_port,community_id,translated,state,packets,bytes,"
             "lost_packets,lost_bytes,verdict,reason,family,table,chain,rule,"
             "file,line",
    "merge": "id,severity,certainty,family,table,chain,host,group,rule,file,"
             "line,hosts,message,text,key,suppressed",
    "merge of replays": "disposition,reason,family,table,chain,rule,file,"
                        "line,packets,bytes,text",
}


def test_csv():
    """RFC 4180, one table, and no cell that a spreadsheet would run."""
    for o in some("csv", "flows-csv"):
        text = clean_text(o, b"\r")
        assert text.endswith("\r\n") and "\n" not in \
            text.replace("\r\n", "") and "\r" not in text.replace("\r\n", "")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        name = "matrix" if "--matrix" in o.args else "flows" \
            if o.format == "flows-csv" else o.args[0]
        if name == "merge" and rows[0][0] == "disposition":
            name = "merge of replays"
        assert rows[0] == HEADERS[name].split(",")
        for row in rows:
            assert len(row) == len(rows[0]), (o.args, row)
            for cell in row:
                assert cell[:1] not in tuple("=+-@\t\r"), (o.args, cell)
        again_ = io.StringIO(newline="")
        csv.writer(again_).writerows(rows)
        assert list(csv.reader(io.StringIO(again_.getvalue(), newline=""))) \
            == rows


def test_csv_findings():
    """The rows are the findings of JSON."""
    for o in some("csv"):
        if o.args[0] != "audit":
            continue
        rows = list(csv.DictReader(io.StringIO(o.data.decode(), newline="")))
        want = json.loads(next(x.data for x in store().all("json")
                               if x.cwd == o.cwd and x.args == o.args))
        assert len(rows) == len(want["findings"]) + len(want["suppressed"])
        assert sum(r["suppressed"] != "" for r in rows) <= \
            len(want["suppressed"])
        assert sorted(r["id"] for r in rows) == sorted(
            f["id"] for f in want["findings"] + want["suppressed"])


def test_csv_counters():
    """The counters of a replay are those of --write-counters."""
    with tempfile.TemporaryDirectory() as d:
        got = run([NFWALK, "replay", "-S", "snapshot", "uplink=uplink.pcap",
                   "office=office.pcap", "-f", "csv", "--write-counters",
                   d + "/c"], cwd=DEMO, codes=(0,)).stdout.decode()
        rows = [r for r in csv.DictReader(io.StringIO(got, newline=""))
                if r["family"] == "4"]
        lines = open(d + "/c").read().splitlines()
    rules = [x for x in lines if x.startswith("[")]
    assert sorted("[%s:%s] %s" % (r["packets"], r["bytes"], r["text"][1:])
                  for r in rows if r["rule"] != "policy") == sorted(rules)
    policies = {"%s [%s:%s]" % (r["chain"], r["packets"], r["bytes"])
                for r in rows if r["rule"] == "policy"}
    for x in lines:
        m = re.match(r":(\S+) (?:ACCEPT|DROP) (\[.*\])", x)
        assert not m or "%s %s" % (m[1], m[2]) in policies, x


def test_csv_flows():
    """They have all packets of IP that JSON has, with its verdicts and
    Community IDs."""
    for o in some("flows-csv"):
        rows = list(csv.DictReader(io.StringIO(o.data.decode(), newline="")))
        packets = [json.loads(x) for x in next(
            x.data for x in store().all("jsonl")
            if x.cwd == o.cwd and x.args == o.args).splitlines()]
        known = [p for p in packets if "community_id" in p]
        assert sum(int(r["packets"]) for r in rows) == len(known), o.args
        assert sum(int(r["bytes"]) for r in rows) == \
            sum(p["bytes"] for p in known), o.args
        assert sum(int(r["lost_packets"]) for r in rows) == sum(
            p["disposition"] in ("DROP", "REJECT", "LOST") for p in known)
        assert [r["first"] for r in rows] == sorted(
            (r["first"] for r in rows), key=float) or "--partial" in o.args
        for r in rows:
            own = [p for p in known if p["time"] == r["first"]]
            assert any(p["in"] == r["in"] for p in own), (o.args, r)
            if r["translated"] == "" and r["protocol"] in ("tcp", "udp"):
                assert r["community_id"] in {p["community_id"] for p in own}


ALLOWED = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td",
           "code", "br", "br /", "ul", "li", "details", "summary", "strong"}


def test_md():
    """Rendered as GitHub does: only our own elements, whole tables."""
    need("cmark-gfm")
    for o in some("md"):
        clean_text(o)
        assert len(o.data) < 1 << 20
        html = run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink",
                    "-e", "strikethrough", o.path], codes=(0,)).stdout.decode()
        tags = set(re.findall(r"</?([a-z][^>]*?) ?/?>", html))
        tags = {t for t in tags if not t.startswith("a href=\"mailto:")}
        assert tags - {"a"} <= ALLOWED, (o.args, tags - ALLOWED)
        for table in re.findall("<table>(.*?)</table>", html, re.S):
            rows = [r.count("<th>") + r.count("<td>")
                    for r in re.findall("<tr>(.*?)</tr>", table, re.S)]
            assert len(set(rows)) == 1, (o.args, rows)


def test_md_findings():
    """All ids that were found are there, each with its rows."""
    for o in some("md"):
        if o.args[0] != "audit":
            continue
        want = json.loads(next(x.data for x in store().all("json")
                               if x.cwd == o.cwd and x.args == o.args))
        counts = collections.Counter(f["id"] for f in want["findings"])
        text = o.data.decode()
        assert set(re.findall(r"^### (FW\d{4}):", text, re.M)) == set(counts)
        for id_, n in counts.items():
            assert "| %s | %d |" % (id_, n) in text, (o.args, id_)
            part = text.split("### %s:" % id_)[1].split("\n###")[0]
            rows = [x for x in part.splitlines() if x.startswith("| ")]
            assert len(rows) == min(n, 100), (o.args, id_)


def test_pcapng():
    """capinfos and tshark read it; each packet has its verdict."""
    need("tshark")
    seen = set()
    for o in some("pcapng"):
        packets = [json.loads(x) for x in next(
            x.data for x in store().all("jsonl")
            if x.cwd == o.cwd and x.args == o.args).splitlines()]
        got = run(["capinfos", "-c", "-M", o.path], codes=(0,)).stdout
        assert b"Number of packets:   %d\n" % len(packets) in got, \
            (o.args, got)
        if not packets or (o.cwd, o.data) in seen or len(seen) > 8:
            continue
        seen.add((o.cwd, o.data))
        rows = run(["tshark", "-n", "-r", o.path, "-T", "fields", "-e",
                    "frame.interface_name", "-e", "frame.comment", "-e",
                    "frame.time_epoch"], codes=(0,)).stdout.decode()
        rows = [r.split("\t") for r in rows.splitlines()]
        assert len(rows) == len(packets)
        for row, p in zip(rows, packets):
            want = "%s %s" % (p["disposition"], p["reason"])
            d = p.get("decider")
            if d and isinstance(d["rule"], int):
                want += " %s/%s#%d" % (d["table"], d["chain"], d["rule"])
            assert row[1].replace("\\\\", "\\").startswith(
                want.replace("\\\\", "\\")), (row, p)
            assert row[2] == p["time"], (row, p)


def pcapng_comments(data):
    """Its blocks, read by hand: the comments' bytes."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert size % 4 == 0 and size >= 12
        assert struct.unpack_from("<I", data, at + size - 4)[0] == size
        if kind == 6:
            have = struct.unpack_from("<I", data, at + 20)[0]
            opt = at + 28 + (have + 3) // 4 * 4
            while True:
                code, n = struct.unpack_from("<HH", data, opt)
                if code == 0:
                    break
                if code == 1:
                    yield data[opt + 4:opt + 4 + n]
                opt += 4 + (n + 3) // 4 * 4
            assert opt + 4 == at + size - 4
        at += size


def test_pcapng_text():
    """Comments are UTF-8 without control characters, whatever rules say."""
    n = 0
    for o in some("pcapng"):
        for text in pcapng_comments(o.data):
            text.decode("utf-8")
            assert not re.search(b"[\\x00-\\x09\\x0b-\\x1f\\x7f]", text)
            assert len(text) <= 4096
            n += 1
    assert n > 100


def test_pcapng_replays():
    """It is a capture like others: the same rules come to the same."""
    with tempfile.TemporaryDirectory() as d:
        verdicts = []
        for capture in ("uplink.pcap", d + "/p.pcapng"):
            got = run([NFWALK, "replay", "-S", "snapshot", "-f", "json", "-o",
                       "pcapng=%s/%d.pcapng" % (d, len(verdicts)),
                       "uplink=" + capture], cwd=DEMO, codes=(0,))
            os.rename(d + "/%d.pcapng" % len(verdicts), d + "/p.pcapng")
            verdicts.append(json.loads(got.stdout)["verdicts"])
        assert verdicts[0] == verdicts[1] and verdicts[0]["ACCEPT"]


def test_community_id():
    """Wireshark computes the same Community IDs."""
    need("tshark")
    n, seen = 0, set()
    for o in sorted(some("pcapng"), key=lambda o: -len(o.data)):
        if o.data in seen or len(seen) > 8:
            continue
        seen.add(o.data)
        got = run(["tshark", "-n", "-r", o.path, "--enable-protocol",
                   "communityid", "-T", "fields", "-e", "frame.number", "-e",
                   "communityid"], codes=(0,)).stdout.decode()
        theirs = dict((int(a), b) for a, b in
                      (r.split("\t") for r in got.splitlines()))
        ours = [json.loads(x).get("community_id") for x in next(
            x.data for x in store().all("jsonl")
            if x.cwd == o.cwd and x.args == o.args).splitlines()]
        for i, c in enumerate(ours):
            if theirs.get(i + 1) and c:
                assert theirs[i + 1] == c, (o.args, i + 1, theirs[i + 1], c)
                n += 1
    assert n > 100, n


def main():
    tests = [(n, f) for n, f in globals().items() if n.startswith("test_")]
    only = sys.argv[1:]
    passed = failed = skipped = 0
    try:
        for name, test in tests:
            if only and name not in only:
                continue
            try:
                test()
                passed += 1
            except Skip as e:
                skipped += 1
                print("note: %s: %s" % (name, e))
            except Exception:
                failed += 1
                print("%s: %s" % (name, test.__doc__))
                traceback.print_exc(file=sys.stdout)
    finally:
        if STORE is not None:
            shutil.rmtree(STORE.folder)
    print("formats: %d passed, %d failed, %d skipped" % (passed, failed,
                                                         skipped))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
