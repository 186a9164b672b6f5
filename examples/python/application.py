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
        created = requests.post(FEED_URL, data=TASK, headers=XML, timeout=DEADLINE)
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

    def state(self, path, wanted):
        def reached():
            document = self.get(path)
            return document is not None and document.findtext("state") == wanted

        wait_for(f"{path} {wanted}", reached)
        print("agent:", path, wanted)

    def sign_in(self):
        user, media = f"/User/{AGENT}", f"/User/{AGENT}/Media/{MEDIA}"
        self.put(user, f"<User><state>LOGIN</state><extension>{EXTENSION}</extension></User>")
        self.state(user, "NOT_READY")
        self.put(media, "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>"
                        "<interruptAction>ACCEPT</interruptAction></Media>")
        self.state(media, "NOT_READY")
        # A task that waits is offered at once, so that the state need not be READY when it is looked at.
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
        self.put(f"/User/{AGENT}/Media/{MEDIA}", "<Media><state>LOGOUT</state></Media>")
        self.state(f"/User/{AGENT}/Media/{MEDIA}", "LOGOUT")
        self.put(f"/User/{AGENT}", "<User><state>LOGOUT</state></User>")
        self.state(f"/User/{AGENT}", "LOGOUT")


def main():
    task, desktop = Task(), Desktop()
    task.poll()
    desktop.sign_in()
    desktop.work(wait_for("an agent", task.dialog))
    wait_for("handled", lambda: task.poll() == "handled")
    desktop.sign_out()


if __name__ == "__main__":
    main()
