#!/usr/bin/env python3
"""A GED-188 client of its own, with the standard library only: it signs an agent in, works a task to its end, and
closes.

  cti_client.py READY_FILE --table ARM.toml [--version 24] [--agent 1081] [--tls]
  cti_client.py READY_FILE --table ARM.toml --refused
  cti_client.py READY_FILE --table ARM.toml --beside-rude-ones

ARM.toml is what `ccelab config tables arm` prints, or another table. The task is created at the CCP Task API. With
--refused it asks a strict server whose password is `secret` for what it must refuse, and demands the right status.
With --beside-rude-ones it works beside clients that never read, flood, and send garbage. Exit 0 when all went well.
"""
import argparse
import http.client
import json
import socket
import ssl
import struct

import wire

SKILL_TARGETS = {"1080": 5172, "1081": 5173, "1082": 5174, "1083": 5175}
MRD = 5011
ALL_EVENTS, AGENT_REPORTING, ALL_TASK_EVENTS = 0x10, 0x400, 0x800
NOT_READY, NOT_ACTIVE, RESERVED, ACTIVE = 2, 14, 8, 11
NORMAL_END = 38
ITEMS = ["4 AgentExtension STRING[16]", "5 AgentID STRING[12]", "6 AgentInstrument STRING[64]"]

# The published layouts, transcribed from the documentation by hand: they check the server's own table.
PUBLISHED = {
    "FAILURE_CONF": {"number": 1, "fixed": ["InvokeID UINT", "Status UINT"]},
    "FAILURE_EVENT": {"number": 2, "fixed": ["Status UINT"]},
    "OPEN_REQ": {
        "number": 3,
        "fixed": [f"{name} UINT" for name in (
            "InvokeID", "VersionNumber", "IdleTimeout", "PeripheralID", "ServicesRequested", "CallMsgMask",
            "AgentStateMask", "ConfigMsgMask", "Reserved1", "Reserved2", "Reserved3")],
        "floats": ["1 ClientID STRING[64]", "2 ClientPassword UNSPEC[64]", "3 ClientSignature STRING[64]", *ITEMS],
    },
    "OPEN_CONF": {
        "number": 4,
        "fixed": ["InvokeID UINT", "ServicesGranted UINT", "MonitorID UINT", "PGStatus UINT", "Time TIME",
                  "PeripheralOnline BOOL", "PeripheralType USHORT", "AgentState USHORT", "DepartmentID INT @19",
                  "SessionType USHORT @24"],
        "floats": [*ITEMS, "228 NumPeripherals USHORT", "208 FltPeripheralID UINT"],
    },
    "HEARTBEAT_REQ": {"number": 5, "fixed": ["InvokeID UINT"]},
    "HEARTBEAT_CONF": {"number": 6, "fixed": ["InvokeID UINT"]},
    "CLOSE_REQ": {"number": 7, "fixed": ["InvokeID UINT", "Status UINT"]},
    "CLOSE_CONF": {"number": 8, "fixed": ["InvokeID UINT"]},
    "AGENT_STATE_EVENT": {
        "number": 30,
        "fixed": ["MonitorID UINT", "PeripheralID UINT", "SessionID UINT", "PeripheralType USHORT",
                  "SkillGroupState USHORT", "StateDuration UINT", "SkillGroupNumber UINT", "SkillGroupID UINT",
                  "SkillGroupPriority USHORT", "AgentState USHORT", "EventReasonCode USHORT", "MRDID INT",
                  "NumTasks UINT", "AgentMode USHORT", "MaxTaskLimit UINT", "ICMAgentID INT",
                  "AgentAvailabilityStatus UINT", "NumFltSkillGroups USHORT", "DepartmentID INT @19"],
        "floats": ITEMS,
    },
    "SYSTEM_EVENT": {
        "number": 31,
        "fixed": ["PGStatus UINT", "Time TIME", "SystemEventID UINT", "Arg1 UINT", "Arg2 UINT", "Arg3 UINT",
                  "EventDeviceType USHORT"],
        "floats": ["7 Text STRING[255]"],
    },
    "AGENT_PRE_CALL_EVENT": {
        "number": 105,
        "fixed": ["MonitorID UINT", "NumNamedVariables USHORT", "NumNamedArrays USHORT", "ServiceNumber UINT",
                  "ServiceID UINT", "SkillGroupNumber UINT", "SkillGroupID UINT", "SkillGroupPriority USHORT",
                  "MRDID INT", "AgentSkillTargetID UINT @20"],
        "floats": ["72 Day UINT", "73 Call UINT", "110 Sequence UINT", "11 DialedNumber STRING[40]",
                   "12 CallerEnteredDigits STRING[40]", "13 CallVariable1 STRING[41]", *ITEMS],
    },
}


class Client:
    """One session."""

    def __init__(self, address, table, version, ca=None):
        rows, _ = wire.load(table)
        self.version, self.invoke_id = version, 0
        host, port = address.rsplit(":", 1)
        connection = socket.create_connection((host, int(port)), timeout=30)
        if ca:
            connection = ssl.create_default_context(cafile=ca).wrap_socket(connection, server_hostname=host)
            print("over", connection.version())
        layout = wire.Table({**PUBLISHED, **rows}, 1 if version < 20 else 2, version)
        self.link = wire.Link(connection, layout)

    def ask(self, name, **fields):
        self.invoke_id += 1
        self.link.send(name, InvokeID=self.invoke_id, **fields)
        return self.invoke_id

    def open(self, **changes):
        fields = dict(VersionNumber=self.version, IdleTimeout=0xFFFFFFFF, PeripheralID=5000,
                      ServicesRequested=ALL_EVENTS | AGENT_REPORTING | ALL_TASK_EVENTS, CallMsgMask=0xFFFFFFFF,
                      AgentStateMask=0xFFFFFFFF, ClientID="cti_client", ClientPassword=b"",
                      ClientSignature="cti_client")
        return self.ask("OPEN_REQ", **{**fields, **changes})

    def opened(self):
        self.open()
        confirmation = self.link.wait_for("OPEN_CONF", InvokeID=self.invoke_id)
        assert confirmation["PeripheralOnline"] and confirmation["FltPeripheralID"] == 5000, confirmation
        assert self.link.wait_for("SYSTEM_EVENT")["Text"], "some clients need a text"

    def sign_in(self, agent):
        self.agent = SKILL_TARGETS[agent]
        self.ask("MEDIA_LOGIN_REQ", MRDID=MRD, ICMAgentID=self.agent, MaxTaskLimit=1, MakeRoutable=1,
                 AgentInstrument=agent)
        self.link.wait_for("MEDIA_LOGIN_RESP", InvokeID=self.invoke_id, Status=0)
        self.state(NOT_READY)
        self.ask("MAKE_AGENT_READY_IND", MRDID=MRD, ICMAgentID=self.agent, MakeRoutable=1)
        self.state(NOT_ACTIVE)

    def state(self, state):
        return self.link.wait_for("AGENT_STATE_EVENT", ICMAgentID=self.agent, MRDID=MRD, AgentState=state)

    def work(self):
        """Takes the next task and works it to its end."""
        self.state(RESERVED)
        call = self.link.wait_for("AGENT_PRE_CALL_EVENT", MRDID=MRD)
        task = tuple(struct.unpack(">i", struct.pack(">I", call[part]))[0] for part in ("Day", "Call", "Sequence"))
        own = dict(MRDID=MRD, ICMAgentID=self.agent, TaskID=task)
        group = dict(ARMSkillGroupID=call["SkillGroupID"], ARMServiceID=-1)
        self.ask("OFFER_TASK_IND", **own, **group)
        self.link.wait_for("OFFER_TASK_EVENT", TaskID=task)
        self.ask("START_TASK_IND", **own, **group)
        self.state(ACTIVE)
        self.link.wait_for("START_TASK_EVENT", TaskID=task)
        for indication in ("PAUSE", "RESUME", "WRAPUP"):
            self.ask(f"{indication}_TASK_IND", **own)
            self.link.wait_for(f"{indication}_TASK_EVENT", TaskID=task)
        self.ask("END_TASK_IND", **own, ICMDisposition=NORMAL_END, ApplicationDisposition=NORMAL_END)
        ended = self.link.wait_for("END_TASK_EVENT", TaskID=task)
        assert ended["ICMDisposition"] == NORMAL_END, ended
        # The task is over: to start it once more is not legal.
        again = self.ask("START_TASK_IND", **own, **group)
        refused = self.link.wait_for("FAILURE_RESP", InvokeID=again)
        print(f"task {'_'.join(map(str, task))} is worked; a second start is refused with {refused['Status']}")
        return task

    def beat(self):
        self.ask("HEARTBEAT_REQ")
        self.link.wait_for("HEARTBEAT_CONF", InvokeID=self.invoke_id)

    def close(self):
        self.ask("CLOSE_REQ", Status=0)
        self.link.wait_for("CLOSE_CONF", InvokeID=self.invoke_id)
        assert self.link.receive() is None, "the server closes behind its confirmation"

    def refused(self):
        status = self.link.wait_for("FAILURE_CONF")["Status"]
        print(f"refused with {status}")
        return status


def create_task(app):
    body = "<Task><name>ann</name><title>Card lost</title><scriptSelector>CumulusTask</scriptSelector></Task>"
    connection = http.client.HTTPConnection(app, timeout=30)
    connection.request("POST", "/ccp/task/feed/100080", body, {"Content-Type": "application/xml"})
    response = connection.getresponse()
    assert response.status == 201, response.status
    connection.close()


def work(ready, table, version, agent, tls):
    client = Client(ready["cti_a_tls"], table, version, ready["ca"]) if tls else Client(ready["cti_a"], table, version)
    client.opened()
    client.beat()
    client.sign_in(agent)
    create_task(ready["app"])
    client.work()
    client.close()


def be_refused(ready, table):
    """What a server refuses, each in a connection of its own."""
    def fresh(version=24):
        return Client(ready["cti_a"], table, version)

    right = dict(ClientPassword=b"secret", CallMsgMask=0, AgentStateMask=0)
    cases = [
        (1, lambda client: client.open(VersionNumber=8)),
        (1, lambda client: client.open(VersionNumber=26)),
        (7, lambda client: client.open(PeripheralID=4711)),
        (18, lambda client: client.open(IdleTimeout=10)),
        (19, lambda client: client.open(**right, ServicesRequested=0x00010000)),
        (21, lambda client: client.open(**{**right, "AgentStateMask": 0xFFFFFFFF})),
        (22, lambda client: client.open(**right, Reserved1=1)),
        (36, lambda client: client.open(**{**right, "ClientPassword": b"wrong"})),
        (4, lambda client: client.ask("HEARTBEAT_REQ")),
    ]
    for status, say in cases:
        client = fresh()
        say(client)
        assert client.refused() == status, status
    client = fresh()
    client.link.connection.sendall(struct.pack(">IIII", 8, 3, 1, 24))
    assert client.refused() == 25, "too short for its fixed part"
    client = fresh()
    client.link.connection.sendall(struct.pack(">II", 1 << 20, 3))
    assert client.refused() == 2 and client.link.receive() is None, "too long for any message"


FLOOD = 200_000


def be_rude(ready, table):
    """Clients that hurt nobody but themselves: their connections are returned, open or not."""
    deaf = Client(ready["cti_a"], table, 24)
    deaf.opened()
    deaf.link.connection.settimeout(5)
    beats = b"".join(struct.pack(">III", 4, 5, number) for number in range(1_000))
    try:
        # The answers are never read.
        for _ in range(FLOOD // 1_000):
            deaf.link.connection.sendall(beats)
    except OSError as error:
        print(f"the flood ended: {error}")
    garbage = Client(ready["cti_a"], table, 24)
    garbage.opened()
    garbage.link.connection.sendall(bytes(range(256)) * 16)
    try:
        while garbage.link.connection.recv(65536):
            pass
    except ConnectionError:
        pass
    print("garbage ends its connection")
    return deaf, garbage


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("ready_file")
    arguments.add_argument("--table", required=True)
    arguments.add_argument("--version", type=int, default=24)
    arguments.add_argument("--agent", default="1081")
    arguments.add_argument("--tls", action="store_true")
    arguments.add_argument("--refused", action="store_true")
    arguments.add_argument("--beside-rude-ones", action="store_true")
    options = arguments.parse_args()
    with open(options.ready_file) as file:
        ready = json.load(file)
    rude = be_rude(ready, options.table) if options.beside_rude_ones else ()
    if options.refused:
        be_refused(ready, options.table)
    else:
        work(ready, options.table, options.version, options.agent, options.tls)
    for client in rude:
        client.link.connection.close()


if __name__ == "__main__":
    main()
