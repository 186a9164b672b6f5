"""The application under test: it creates tasks and polls them. Yours takes its place."""
import time
import xml.etree.ElementTree as ElementTree

import requests

TASK = "<Task><name>ann@example.org</name><title>Card lost</title><scriptSelector>{}</scriptSelector></Task>"


def create(feed_url, selector="CumulusTask", timeout=30):
    answer = requests.post(feed_url, TASK.format(selector), headers={"Content-Type": "application/xml"}, timeout=timeout)
    answer.raise_for_status()
    return answer.headers["Location"]


def poll(url, timeout=30):
    answer = requests.get(url, timeout=timeout)
    answer.raise_for_status()
    return {one.tag: one.text for one in ElementTree.fromstring(answer.content)}


def wait_for(url, **wanted):
    """Polls until the task says so; what does not answer is asked again."""
    end = time.monotonic() + 60
    task = None
    while time.monotonic() < end:
        try:
            task = poll(url)
        except requests.ConnectionError:
            pass
        if task and wanted.items() <= task.items():
            return task
        time.sleep(0.1)
    raise TimeoutError(f"{wanted} was waited for, and the last answer is {task}")
