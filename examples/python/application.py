#!/usr/bin/env python3
"""Creates a task, follows it, and works it as its agent: pip install requests; python3 application.py"""
import os
import time
import xml.etree.ElementTree as ElementTree

import requests

FEED_URL = os.environ.get("FEED_URL", "http://127.0.0.1:8080/ccp/task/feed/100080")
FINESSE_URL = os.environ.get("FINESSE_URL", "http://127.0.0.1:8082/finesse/api")
AGENT = os.environ.get("AGENT", "1081")
PASSWORD = os.environ.get("PASSWORD", "ccelab")
EXTENSION = AGENT
MEDIA = "5011"
TASK = """<Task>
  <name>ann@example.org</name>
  <title>Card lost</title>
  <description>My card is gone &amp; I need a new one.</description>
  <scriptSelector>CumulusTask</scriptSelector>
  <variables><variable><name>cv_1</name><value>Ann</value></variable></variables>
</Task>"""

XML = {"Content-Type": "application/xml"}
DEADLINE = 30  # seconds that each step may take


def wait_for(what, look):
    """Looks again and again until there is something."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"waited {DEADLINE} s for {what}")


class Task:
    """A task, as the customer's side sees it."""

    def __init__(self):
        try:
            created = requests.post(FEED_URL, data=TASK, headers=XML, timeout=DEADLINE)
        except requests.ConnectionError:
            raise SystemExit(f"no lab at {FEED_URL}") from None
        created.raise_for_status()
        self.url = created.headers["Location"]
        self.status = None
        print("created", self.url)

    def poll(self):
        """Its status; a new one is printed."""
        answer = requests.get(self.url, timeout=DEADLINE)
        answer.raise_for_status()
        self.document = ElementTree.fromstring(answer.content)
        status = self.document.findtext("status")
        if status != self.status:
            print("task is", status)
        self.status = status
        return status

    def dialog(self):
        """The dialog in which an agent has it, once an agent is chosen."""
        return self.document.findtext("taskID") if self.poll() == "reserved" else None


    def give_up(self):
        """Nobody is to work it any more. What has ended meanwhile cannot be cancelled, which is as good."""
        requests.delete(self.url, timeout=DEADLINE)


class Desktop:
    """An agent's desktop, over Finesse's REST API. Each PUT is answered 202; what came of it is seen afterwards."""

    def __init__(self):
        self.session = requests.Session()
        self.session.auth = (AGENT, PASSWORD)

    def put(self, path, body):
        answer = self.session.put(FINESSE_URL + path, data=body, headers=XML, timeout=DEADLINE)
        answer.raise_for_status()

    def get(self, path):
        answer = self.session.get(FINESSE_URL + path, timeout=DEADLINE)
        return ElementTree.fromstring(answer.content) if answer.ok else None

    def state(self, path):
        document = self.get(path)
        return None if document is None else document.findtext("state")

    def wait_for_state(self, path, wanted):
        wait_for(f"{path} {wanted}", lambda: self.state(path) == wanted)
        print("agent:", path, wanted)

    def sign_in(self):
        """Signs in and gets ready, as far as the agent is not already."""
        user, media = f"/User/{AGENT}", f"/User/{AGENT}/Media/{MEDIA}"
        if self.state(user) in (None, "LOGOUT"):
            self.put(user, f"<User><state>LOGIN</state><extension>{EXTENSION}</extension></User>")
            self.wait_for_state(user, "NOT_READY")
        if self.state(media) in (None, "LOGOUT"):
            self.put(media, "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>"
                            "<interruptAction>ACCEPT</interruptAction></Media>")
            self.wait_for_state(media, "NOT_READY")
        # A task that waits is offered at once, so that the state need not be READY when it is looked at.
        if self.state(media) == "NOT_READY":
            self.put(media, "<Media><state>READY</state></Media>")

    def work(self, dialog):
        """Does each thing once the agent's part of the dialog is in the state for it."""
        for state, action in [("OFFERED", "ACCEPT"), ("ACCEPTED", "START"), ("ACTIVE", "CLOSE")]:
            wait_for(state, lambda: self.part(dialog) == state)
            self.put(f"/Dialog/{dialog}", f"<Dialog><requestedAction>{action}</requestedAction></Dialog>")
            print("agent:", action)

    def part(self, dialog):
        document = self.get(f"/Dialog/{dialog}")
        participants = [] if document is None else document.iter("Participant")
        states = [one.findtext("state") for one in participants if one.findtext("mediaAddress") == AGENT]
        return states[0] if states else None

    def sign_out(self):
        """Signs out, as far as the agent is not already."""
        for path, kind in [(f"/User/{AGENT}/Media/{MEDIA}", "Media"), (f"/User/{AGENT}", "User")]:
            if self.state(path) not in (None, "LOGOUT"):
                self.put(path, f"<{kind}><state>LOGOUT</state></{kind}>")
                self.wait_for_state(path, "LOGOUT")


def main():
    task, desktop = Task(), Desktop()
    try:
        task.poll()
        desktop.sign_in()
        desktop.work(wait_for("an agent", task.dialog))
        wait_for("handled", lambda: task.poll() == "handled")
    finally:
        # Also after a failure: the next run finds the lab as this one did.
        desktop.sign_out()
        if task.status != "handled":
            task.give_up()


if __name__ == "__main__":
    main()
