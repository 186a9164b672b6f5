#!/usr/bin/env python3
"""An agent desktop of its own: a slixmpp client and plain HTTP, against a running lab.

  xmpp_agent.py READY_FILE [--agent 1081] [--hasty] [--tls starttls|direct]

Signs the agent in, creates a task at the CCP Task API, works it to its end, and demands that the notification
service told OFFERED, ACCEPTED, ACTIVE and CLOSED for that task. Exit 0 when it did. A hasty agent closes without
waiting for ACTIVE. With TLS, slixmpp has its defaults, trusts the lab's authority, and verifies the certificate for the
XMPP domain; HTTP is HTTPS.
"""
import argparse
import asyncio
import base64
import html
import json
import re
import ssl
import sys
import urllib.request

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

EVENT = "{http://jabber.org/protocol/pubsub#event}event"
DEADLINE = 30


class Desktop(slixmpp.ClientXMPP):
    def __init__(self, jid, password, ca):
        if ca:
            super().__init__(jid, password)
            self.ca_certs = ca
        else:
            super().__init__(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_plain": True}})
            self.enable_plaintext = True
            self.enable_starttls = False
            self.enable_direct_tls = False
        self.updates = asyncio.Queue()
        self.online = asyncio.Event()
        self.add_event_handler("session_start", self.on_start)
        self.register_handler(Callback("event", MatchXPath("{jabber:client}message/" + EVENT), self.on_event))

    async def on_start(self, _):
        self.send_presence()
        await self.get_roster()
        self.online.set()

    def on_event(self, message):
        for notification in message.xml.iter():
            if notification.tag.endswith("}notification"):
                self.updates.put_nowait(notification.text)


def call(method, url, body="", user=None, trust=None):
    request = urllib.request.Request(url, method=method, data=body.encode() or None)
    request.add_header("Content-Type", "application/xml")
    if user:
        request.add_header("Authorization", "Basic " + base64.b64encode(":".join(user).encode()).decode())
    with urllib.request.urlopen(request, timeout=DEADLINE, context=trust) as response:
        return response.status, response.headers, response.read().decode()


async def wait_for(desktop, what, pattern):
    while True:
        update = await asyncio.wait_for(desktop.updates.get(), DEADLINE)
        found = re.search(pattern, update, re.S)
        if found:
            print("received", what, flush=True)
            return found


async def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("ready_file")
    options.add_argument("--agent", default="1081")
    options.add_argument("--hasty", action="store_true")
    options.add_argument("--tls", choices=["starttls", "direct"])
    options = options.parse_args()
    with open(options.ready_file, encoding="utf-8") as file:
        lab = json.load(file)
    user = (options.agent, "ccelab")
    finesse, feed, ca, trust = f"http://{lab['desk']}/finesse/api", lab["feed_url"], None, None
    if options.tls:
        ca = lab["ca"]
        trust = ssl.create_default_context(cafile=ca)
        finesse = f"https://{lab['desk_tls']}/finesse/api"
        feed = feed.replace(f"http://{lab['app']}/", f"https://{lab['app_tls']}/")

    _, _, system = call("GET", finesse + "/SystemInfo", trust=trust)
    domain = re.search("<xmppDomain>(.*?)</xmppDomain>", system)[1]
    desktop = Desktop(f"{options.agent}@{domain}", "ccelab", ca)
    host, port = lab["xmpp_tls" if options.tls == "direct" else "xmpp"].rsplit(":", 1)
    desktop.connect(host, int(port))
    await asyncio.wait_for(desktop.online.wait(), DEADLINE)
    if options.tls:
        version = desktop.transport.get_extra_info("ssl_object").version()
        print("over", version, "by STARTTLS" if "starttls" in desktop.features else "from the first byte", flush=True)

    def put(path, body):
        status, _, text = call("PUT", finesse + path, body, user, trust)
        assert (status, text) == (202, ""), (path, status, text)

    me = f"/User/{options.agent}"
    put(me, f"<User><state>LOGIN</state><extension>{options.agent}</extension></User>")
    await wait_for(desktop, "User NOT_READY", "<user>.*<state>NOT_READY</state>")
    put(me + "/Media/5011", "<Media><maxDialogLimit>3</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>")
    await wait_for(desktop, "Media NOT_READY", "<media>.*<state>NOT_READY</state>")
    put(me + "/Media/5011", "<Media><state>READY</state></Media>")
    await wait_for(desktop, "Media READY", "<media>.*<state>READY</state>")

    status, headers, _ = call(
        "POST", feed,
        "<Task><name>ann@example.org</name><title>Card &amp; cheque lost</title><scriptSelector>CumulusTask</scriptSelector>"
        "<variables><variable><name>cv_1</name><value>Ann</value></variable></variables></Task>", trust=trust)
    assert status == 201, status
    poll = headers["Location"]
    assert poll.startswith(feed.split("/ccp/")[0]), poll

    offered = await wait_for(desktop, "OFFERED", r"<id>(\d+_\d+_\d+)</id>.*<state>OFFERED</state>.*<event>POST</event>")
    task = offered[1]
    for action, state in [("ACCEPT", "ACCEPTED"), ("START", "ACTIVE"), ("CLOSE", "CLOSED")]:
        put(f"/Dialog/{task}", f"<Dialog><requestedAction>{action}</requestedAction></Dialog>")
        if not (options.hasty and state == "ACTIVE"):
            await wait_for(desktop, state, rf"<id>{task}</id>.*<state>{state}</state>")

    for _ in range(DEADLINE * 10):
        _, _, text = call("GET", poll, trust=trust)
        if "<status>handled</status>" in html.unescape(text):
            break
        await asyncio.sleep(0.1)
    else:
        raise AssertionError(f"never handled: {text}")
    assert f"<taskID>{task}</taskID>" in text, text
    await desktop.disconnect()
    print("handled", task)


if sys.version_info < (3, 9):
    sys.exit("Python 3.9 or later is needed")
asyncio.run(main())
