#!/usr/bin/env python3
"""Creates a task, follows it, and works it as its agent: pip install requests websocket-client; python3 application.py"""
import base64
import os
import time
import xml.etree.ElementTree as ElementTree

import requests
import websocket

FEED_URL = os.environ.get("FEED_URL", "http://127.0.0.1:8080/ccp/task/feed/100080")
FINESSE_URL = os.environ.get("FINESSE_URL", "http://127.0.0.1:8082/finesse/api")
EVENTS_URL = os.environ.get("EVENTS_URL", "ws://127.0.0.1:7071/ws/")
AGENT = EXTENSION = os.environ.get("AGENT", "1081")
PASSWORD = os.environ.get("PASSWORD", "ccelab")
PATHS = {"user": f"/User/{AGENT}", "media": f"/User/{AGENT}/Media/5011"}
TASK = """<Task><name>ann@example.org</name><title>Card lost</title>
  <description>My card is gone &amp; I need a new one.</description><scriptSelector>CumulusTask</scriptSelector>
  <variables><variable><name>cv_1</name><value>Ann</value></variable></variables></Task>"""
XML = {"Content-Type": "application/xml"}
DEADLINE = 30  # seconds that each step may take


class Task:
    """A task, as the customer's side sees it."""

    def __init__(self):
        try:
            created = requests.post(FEED_URL, data=TASK, headers=XML, timeout=DEADLINE)
        except requests.ConnectionError:
            raise SystemExit(f"no lab at {FEED_URL}") from None
        created.raise_for_status()
        self.url, self.status = created.headers["Location"], None
        print("created", self.url)

    def wait_for(self, *wanted):
        """Polls until it has such a status. A new one is printed."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            answer = requests.get(self.url, timeout=DEADLINE)
            answer.raise_for_status()
            task = ElementTree.fromstring(answer.content)
            if task.findtext("status") != self.status:
                self.status = task.findtext("status")
                print("task is", self.status)
            if self.status in wanted:
                return task
            time.sleep(0.1)
        raise TimeoutError(f"waited {DEADLINE} s for {wanted}")

    def give_up(self):
        """Nobody is to work it any more. What has ended meanwhile cannot be cancelled, which is as good."""
        requests.delete(self.url, timeout=DEADLINE)


class Desktop:
    """An agent's desktop: it asks by Finesse's REST API, and hears over WebSocket (RFC 7395) what came of it."""

    def __init__(self):
        self.session, self.states = requests.Session(), {}
        self.session.auth = (AGENT, PASSWORD)
        domain = self.get("/SystemInfo").findtext("xmppDomain")
        trusted = {"ca_certs": os.environ.get("REQUESTS_CA_BUNDLE")}
        self.stream = websocket.create_connection(EVENTS_URL, DEADLINE, subprotocols=["xmpp"], sslopt=trusted)
        secret = base64.b64encode(f"\0{AGENT}\0{PASSWORD}".encode()).decode()
        start = f"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{domain}' version='1.0'/>"
        auth = f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
        bind = "<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
        # Once its own presence comes back, it misses no event.
        for said, heard in [(start, "features"), (auth, "success"), (start, "features"), (bind, "iq"),
                            ("<presence xmlns='jabber:client'/>", "presence")]:
            self.stream.send(said)
            while self.hear() != heard:
                pass

    def hear(self):
        """Takes in the next stanza, and says what it is."""
        stanza = ElementTree.fromstring(self.stream.recv())
        notification = next((one for one in stanza.iter() if one.tag.endswith("}notification")), None)
        if notification is not None:
            about = ElementTree.fromstring(notification.text).find("data")[0]
            if about.tag == "apiErrors":
                raise RuntimeError(about.findtext("*/errorMessage"))
            dialog = about[0] if about.tag == "dialogs" else about
            of = dialog.findtext("id") if about.tag in ("dialog", "dialogs") else about.tag.lower()
            self.states[of] = dialog.findtext("state")
        return stanza.tag.rpartition("}")[2]

    def put(self, path, body):
        answer = self.session.put(FINESSE_URL + path, data=body, headers=XML, timeout=DEADLINE)
        answer.raise_for_status()

    def get(self, path):
        answer = self.session.get(FINESSE_URL + path, timeout=DEADLINE)
        return ElementTree.fromstring(answer.content) if answer.ok else ElementTree.Element("nothing")

    def state(self, of):
        """Of the user, the media or a dialog: as it was before the first event, or as the latest one said."""
        if of not in self.states:
            self.states[of] = self.get(PATHS.get(of, f"/Dialog/{of}")).findtext("state", "LOGOUT")
        return self.states[of]

    def wait_for(self, of, wanted):
        while self.state(of) != wanted:
            self.hear()
        print("agent:", of, wanted)

    def sign(self, of, body, wanted):
        """Unless it is so already, changes whether the agent is signed in, and waits until that is so."""
        if (self.state(of) == "LOGOUT") != (wanted == "LOGOUT"):
            self.put(PATHS[of], body)
            self.wait_for(of, wanted)

    def sign_in(self):
        """Signs in and gets ready, as far as the agent is not already."""
        self.sign("user", f"<User><state>LOGIN</state><extension>{EXTENSION}</extension></User>", "NOT_READY")
        self.sign("media", "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>"
                           "<interruptAction>ACCEPT</interruptAction></Media>", "NOT_READY")
        # A task that waits is offered at once, so that the state need not be READY when it is looked at.
        if self.state("media") == "NOT_READY":
            self.put(PATHS["media"], "<Media><state>READY</state></Media>")

    def work(self, dialog):
        """Does each thing once the dialog is in the state for it."""
        for state, action in [("OFFERED", "ACCEPT"), ("ACCEPTED", "START"), ("ACTIVE", "CLOSE")]:
            self.wait_for(dialog, state)
            self.put(f"/Dialog/{dialog}", f"<Dialog><requestedAction>{action}</requestedAction></Dialog>")

    def sign_out(self):
        """Signs out, as far as the agent is not already."""
        self.sign("media", "<Media><state>LOGOUT</state></Media>", "LOGOUT")
        self.sign("user", "<User><state>LOGOUT</state></User>", "LOGOUT")


task = Task()
try:
    task.wait_for("queued", "reserved")
    desktop = Desktop()
    try:
        desktop.sign_in()
        desktop.work(task.wait_for("reserved").findtext("taskID"))
        task.wait_for("handled")
    finally:
        # Also after a failure: the next run finds the lab as this one did.
        desktop.sign_out()
finally:
    if task.status != "handled":
        task.give_up()
