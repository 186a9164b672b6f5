#!/usr/bin/env python3
"""An application of its own in place of CCP: it listens, an MR PIM connects, and it has tasks routed.

  mr_app.py --table MR.toml --port-file FILE [--cancel]

MR.toml is what `ccelab config tables mr` prints, or another table. The port it listens on is written to the port
file. Without --cancel one task is routed; with it, a task for which nobody is free is cancelled. Exit 0 when it was.
"""
import argparse
import os
import socket

import wire

CANCELLED = 0


class Application:
    """The application's side of one session."""

    def __init__(self, table):
        rows, width = wire.load(table)
        self.table = wire.Table(rows, width or 1)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.dialogue = 0

    def open(self):
        self.listener.settimeout(30)
        connection, _ = self.listener.accept()
        self.link = wire.Link(connection, self.table)
        request = self.link.wait_for("OPEN_REQ")
        self.link.send("OPEN_CONF", InvokeID=request["InvokeID"], ApplicationName="mr_app")
        self.link.wait_for("ROUTING_STATUS_EVENT", RoutingEnabled=1)
        return request

    def new_task(self, **fields):
        self.dialogue += 1
        self.link.send("NEW_TASK", DialogueID=self.dialogue, SendSeqNo=1, MRDomainID=-1, PreferredAgent=-1,
                       ScriptSelector="CumulusTask", ApplicationString1="caller-1", ApplicationString2="order-17",
                       CallVariable1="Ann Other", **fields)
        return self.dialogue

    def routed(self, dialogue):
        answer = self.link.wait_for("DO_THIS_WITH_TASK", DialogueID=dialogue)
        assert answer["CallVariable1"] == "Ann Other", answer
        return answer


def write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.rename(path + ".new", path)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--table", required=True)
    arguments.add_argument("--port-file", required=True)
    arguments.add_argument("--cancel", action="store_true")
    options = arguments.parse_args()
    application = Application(options.table)
    write(options.port_file, str(application.port))
    opened = application.open()
    print(f"opened by peripheral {opened['PeripheralID']}")
    dialogue = application.new_task()
    if options.cancel:
        application.link.wait_for("TASK_QUEUED_EVENT", DialogueID=dialogue)
        application.link.send("CANCEL_TASK", DialogueID=dialogue, SendSeqNo=2, ReasonCode=50)
        application.link.wait_for("CANCEL_TASK_CONF", DialogueID=dialogue, Result=CANCELLED)
        print("cancelled")
    else:
        answer = application.routed(dialogue)
        print(f"task {'_'.join(map(str, answer['IcmTaskID']))} goes to agent {answer['Agent']}")
    application.link.send("CLOSE_REQ", InvokeID=1, Status=0)
    application.link.wait_for("CLOSE_CONF")


if __name__ == "__main__":
    main()
