#!/usr/bin/env python3
"""A task that neither CCP nor Finesse sees: an application of its own has it routed over the MR interface, and an
agent works it over GED-188 alone.

  route_without_ccp.py READY_FILE --mr-table MR.toml --arm-table ARM.toml --port-file FILE

The port file is written before the lab is up, since the lab is told the application's port. Exit 0 when the task
was worked to its end.
"""
import argparse
import json
import os
import time

import cti_client
import mr_app

DEADLINE = 30


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("ready_file")
    arguments.add_argument("--mr-table", required=True)
    arguments.add_argument("--arm-table", required=True)
    arguments.add_argument("--port-file", required=True)
    options = arguments.parse_args()
    application = mr_app.Application(options.mr_table)
    mr_app.write(options.port_file, str(application.port))
    application.open()
    end = time.monotonic() + DEADLINE
    while not os.path.exists(options.ready_file):
        assert time.monotonic() < end, "the lab did not start"
        time.sleep(0.02)
    with open(options.ready_file) as file:
        ready = json.load(file)
    agent = cti_client.Client(ready["cti_a"], options.arm_table, 24)
    agent.opened()
    agent.sign_in("1082")
    dialogue = application.new_task()
    answer = application.routed(dialogue)
    task = agent.work()
    assert answer["IcmTaskID"] == task, (answer, task)
    agent.close()
    print("routed and worked")


if __name__ == "__main__":
    main()
