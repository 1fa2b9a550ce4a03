#!/usr/bin/env python3
"""Opens pages in headless Chromium and asks them, over the pipe of its
DevTools protocol: no port, no module that Debian's python3 does not have.

Used by tests/pages.py; alone it makes a picture of a page:
    tests/browser.py PAGE PICTURE.png [--dark] [--at ID] [--width N] [--height N]
"""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile


class Browser:
    """One Chromium; 'with' ends it."""

    def __enter__(self):
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        self.home = tempfile.mkdtemp()
        to_child, self.out = os.pipe()
        self.inp, from_child = os.pipe()
        # The pipe is descriptors 3 and 4 of the child, whatever they are here.
        script = "exec 3<&%d 4>&%d; exec \"$@\"" % (to_child, from_child)
        self.process = subprocess.Popen(
            ["sh", "-c", script, "sh", program, "--headless=new",
             "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-extensions",
             "--disable-background-networking", "--hide-scrollbars",
             "--user-data-dir=" + self.home, "--remote-debugging-pipe",
             "about:blank"],
            pass_fds=(to_child, from_child), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.last, self.events, self.session = b"", 0, [], None
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close", browser=True)
            self.process.wait(20)
        except Exception:
            self.process.kill()
            self.process.wait()
        os.close(self.inp)
        os.close(self.out)
        shutil.rmtree(self.home, ignore_errors=True)

    def message(self):
        while b"\0" not in self.buffer:
            got = os.read(self.inp, 1 << 20)
            if not got:
                raise EOFError("the browser has gone")
            self.buffer += got
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, browser=False, **params):
        self.last += 1
        ask = {"id": self.last, "method": method, "params": params}
        if not browser and self.session:
            ask["sessionId"] = self.session
        os.write(self.out, json.dumps(ask).encode() + b"\0")
        while True:
            got = self.message()
            if got.get("id") == self.last:
                if "error" in got:
                    raise RuntimeError("%s: %s" % (method, got["error"]))
                return got["result"]
            if "method" in got:
                self.events.append(got)

    def open(self, url, dark=False, script=True, width=1280, height=900):
        """A fresh tab; returns when the page has loaded."""
        target = self.call("Target.createTarget", browser=True,
                           url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", browser=True,
                                 targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])
        if not script:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(e["method"] == "Page.loadEventFired"
                      for e in self.events):
            self.events.append(self.message())

    def ask(self, expression):
        """The value of an expression in the page."""
        got = self.call("Runtime.evaluate", expression=expression,
                        returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise RuntimeError("%s: %s" % (expression,
                                           got["exceptionDetails"]))
        return got["result"].get("value")

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key}
            if kind == "keyDown" and len(key) == 1:
                event["text"] = key
            self.call("Input.dispatchKeyEvent", **event)

    def complaints(self):
        """Errors of the console, exceptions, violations of the policy."""
        out = []
        for e in self.events:
            p = e.get("params", {})
            if e["method"] == "Runtime.exceptionThrown":
                out.append(json.dumps(p["exceptionDetails"])[:300])
            elif e["method"] == "Log.entryAdded":
                out.append(p["entry"]["level"] + ": " + p["entry"]["text"])
            elif e["method"] == "Runtime.consoleAPICalled":
                out.append("console: " + json.dumps(p["args"])[:300])
        return out

    def requests(self):
        """What it asked for, but for the page itself."""
        return [e["params"]["request"]["url"] for e in self.events
                if e["method"] == "Network.requestWillBeSent"][1:]

    def picture(self, path):
        got = self.call("Page.captureScreenshot", format="png")
        with open(path, "wb") as f:
            f.write(base64.b64decode(got["data"]))


def main():
    import argparse
    p = argparse.ArgumentParser()
    p.add_argument("page")
    p.add_argument("picture")
    p.add_argument("--dark", action="store_true")
    p.add_argument("--at")
    p.add_argument("--width", type=int, default=1280)
    p.add_argument("--height", type=int, default=900)
    a = p.parse_args()
    url = "file://" + os.path.abspath(a.page)
    with Browser() as b:
        b.open(url + ("#" + a.at if a.at else ""), dark=a.dark,
               width=a.width, height=a.height)
        b.ask("new Promise(r => setTimeout(r, 300))")
        b.picture(a.picture)
        for line in b.complaints():
            print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
