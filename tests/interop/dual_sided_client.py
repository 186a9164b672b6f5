#!/usr/bin/env python3
"""A GED-188 client of both sides of the CTI server, with the standard library only: it sees side A die, side B take over,
and side A return.

  dual_sided_client.py READY_FILE --table ARM.toml [--agent 1081]

It works a task on side A, has side A stopped over the lab's admin port, works a task on side B, has side A started, which
comes back as standby, and has the sides switched back. Exit 0 when all went well.
"""
import argparse
import http.client
import json
import time

import cti_client
from cti_client import Client

ACTIVE_STANDBY = 0x02000000
ACTIVE, STANDBY = 1, 2
ALREADY_LOGGED_IN = 1
CTI_SERVER_OFFLINE = 15
SERVER_NOT_MASTER = 92
cti_client.PUBLISHED["STANDBY_ACTIVE_EVENT_MSG"] = {"number": 277, "fixed": []}


def order(admin, words):
    """Has the sides changed."""
    connection = http.client.HTTPConnection(admin, timeout=30)
    connection.request("POST", "/cti", json.dumps({"do": words}), {"Content-Type": "application/json"})
    response = connection.getresponse()
    assert response.status == 200, (words, response.status, response.read())
    connection.close()


def open_side(address, table, side):
    """Opens a session that knows of both sides, and demands that the side is what it should be. A side that was started a moment
    ago may not serve yet: clients try again."""
    services = ACTIVE_STANDBY | cti_client.ALL_EVENTS | cti_client.AGENT_REPORTING | cti_client.ALL_TASK_EVENTS
    deadline = time.monotonic() + 10
    answer = None
    while answer is None:
        assert time.monotonic() < deadline, f"nobody serves at {address}"
        try:
            client = Client(address, table, 24)
            client.open(ServicesRequested=services)
            answer = client.link.receive()
        except OSError:
            pass
        if answer is None:
            time.sleep(0.05)
    name, confirmation = answer
    assert name == "OPEN_CONF" and confirmation["SessionType"] == side, answer
    return client


def is_dead(client):
    """Whether the server broke the connection, whatever it said before."""
    try:
        while client.link.receive() is not None:
            pass
    except ConnectionError:
        pass
    return True


def refuses(address, table):
    """Whether nobody is served there."""
    try:
        client = Client(address, table, 24)
        client.open()
        return client.link.receive() is None
    except OSError:
        return True


def take_over(client, agent):
    """Signs the agent in on this side too: the lab may know the agent still."""
    client.agent = cti_client.SKILL_TARGETS[agent]
    own = dict(MRDID=cti_client.MRD, ICMAgentID=client.agent)
    client.ask("MEDIA_LOGIN_REQ", **own, MaxTaskLimit=1, MakeRoutable=1, AgentInstrument=agent)
    status = client.link.wait_for("MEDIA_LOGIN_RESP", InvokeID=client.invoke_id)["Status"]
    assert status in (0, ALREADY_LOGGED_IN), status
    client.ask("MAKE_AGENT_READY_IND", **own, MakeRoutable=1)
    client.state(cti_client.NOT_ACTIVE)


def work(client, ready):
    cti_client.create_task(ready["app"])
    client.work()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("ready_file")
    arguments.add_argument("--table", required=True)
    arguments.add_argument("--agent", default="1081")
    options = arguments.parse_args()
    with open(options.ready_file) as file:
        ready = json.load(file)
    table = options.table
    a = open_side(ready["cti_a"], table, ACTIVE)
    b = open_side(ready["cti_b"], table, STANDBY)
    b.ask("MEDIA_LOGIN_REQ", MRDID=cti_client.MRD, ICMAgentID=5173, MaxTaskLimit=1, MakeRoutable=1)
    assert b.refused() == SERVER_NOT_MASTER, "a standby side serves nobody"
    a.sign_in(options.agent)
    work(a, ready)
    order(ready["admin"], "stop a")
    assert is_dead(a) and refuses(ready["cti_a"], table)
    print("side A died")
    b.link.wait_for("STANDBY_ACTIVE_EVENT_MSG")
    take_over(b, options.agent)
    work(b, ready)
    print("side B took over")
    order(ready["admin"], "start a")
    a = open_side(ready["cti_a"], table, STANDBY)
    print("side A returned")
    order(ready["admin"], "switch a")
    assert b.link.wait_for("FAILURE_EVENT")["Status"] == CTI_SERVER_OFFLINE
    assert is_dead(b)
    a.link.wait_for("STANDBY_ACTIVE_EVENT_MSG")
    take_over(a, options.agent)
    work(a, ready)
    print("side A serves again")
    a.close()


if __name__ == "__main__":
    main()
