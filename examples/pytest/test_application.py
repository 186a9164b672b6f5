"""What an application meets beside the good case. Each test has a lab of its own."""
import pathlib

import pytest
import requests

from application import create, poll, wait_for


def add_rule(lab, **rule):
    requests.post(lab["admin_url"] + "rules", json=rule, timeout=30).raise_for_status()


def remove_rule(lab, name):
    requests.delete(lab["admin_url"] + "rules/" + name, timeout=30).raise_for_status()


CCP_STOPS = pathlib.Path(__file__).with_name("ccp-stops.toml")


def skill_target(lab, agent):
    return str(lab["agents"][agent]["skill_target"])


def test_a_task_that_rings_out_goes_to_the_next_agent(start_lab):
    lab = start_lab("--agents", "1082=ignore,1081=auto")
    task = create(lab["feed_url"])
    wait_for(task, status="reserved", agentID=skill_target(lab, "1082"))
    wait_for(task, status="handled", agentID=skill_target(lab, "1081"))


def test_a_task_that_waits_can_be_cancelled(start_lab):
    lab = start_lab()
    task = create(lab["feed_url"])
    wait_for(task, status="queued")
    assert requests.delete(task, timeout=30).status_code == 200
    assert requests.get(task, timeout=30).status_code == 404


def test_a_task_that_an_agent_has_cannot_be_cancelled(start_lab):
    lab = start_lab("--agents", "1081=accept")
    task = create(lab["feed_url"])
    wait_for(task, status="reserved")
    assert requests.delete(task, timeout=30).status_code == 400


def test_a_slow_ccp_costs_a_timeout_and_no_task(start_lab):
    lab = start_lab("--agents", "1081=auto")
    task = create(lab["feed_url"])
    add_rule(lab, name="slow", match="app > ccp POLL", delay="5s", times="always")
    with pytest.raises(requests.Timeout):
        poll(task, timeout=0.5)
    remove_rule(lab, "slow")
    wait_for(task, status="handled")


def test_a_task_whose_answer_is_lost_is_there_all_the_same(start_lab):
    lab = start_lab()
    add_rule(lab, name="lost", match="ccp > app REPLY to=CREATE", cut=True)
    with pytest.raises(requests.ConnectionError):
        create(lab["feed_url"])
    wait_for(create(lab["feed_url"]), status="queued")
    waiting = requests.get(lab["admin_url"] + "why", timeout=30).json()
    assert len(waiting) == 2, "the second request made a second task"


def test_a_task_is_worked_while_ccp_is_away(start_lab):
    lab = start_lab("--agents", "1081=auto")
    task = create(lab["feed_url"])
    add_rule(lab, name="away", match="app > ccp *", cut=True, times="always")
    for request in (lambda: poll(task), lambda: create(lab["feed_url"])):
        with pytest.raises(requests.ConnectionError):
            request()
    remove_rule(lab, "away")
    wait_for(task, status="handled")


def test_a_task_that_an_agent_has_outlives_a_stop_of_ccp(start_lab):
    lab = start_lab("--scenario", CCP_STOPS)
    wait_for(create(lab["feed_url"]), status="handled")


def test_a_task_that_ccp_has_no_time_for_can_be_sent_again(start_lab):
    lab = start_lab("--agents", "1081=auto")
    add_rule(lab, name="busy", match="app > ccp CREATE", status=503, headers={"Retry-After": "1"}, body="busy")
    with pytest.raises(requests.HTTPError) as refused:
        create(lab["feed_url"])
    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"], response.text) == (503, "1", "busy")
    wait_for(create(lab["feed_url"]), status="handled")


def test_finesse_can_fail_every_request(start_lab):
    lab = start_lab()
    url, agent = lab["rest_url"] + "/User/1081", ("1081", "ccelab")
    add_rule(lab, name="broken", match="desk > finesse *", status=500, times="always")
    assert [requests.get(url, auth=agent, timeout=30).status_code for _ in range(2)] == [500, 500]
    remove_rule(lab, "broken")
    assert requests.get(url, auth=agent, timeout=30).status_code == 200


def test_a_chat_and_a_task_are_routed_in_domains_of_their_own(start_lab):
    lab = start_lab("--agents", "1081=auto", config="task-and-chat")
    work = {selector: create(lab["feed_url"], selector) for selector in ("CumulusTask", "CumulusChat")}
    for task in work.values():
        wait_for(task, status="handled", agentID=skill_target(lab, "1081"))


def test_two_labs_at_the_same_time_know_nothing_of_each_other(start_lab):
    one, other = start_lab("--agents", "1081=auto"), start_lab()
    worked, waits = create(one["feed_url"]), create(other["feed_url"])
    wait_for(worked, status="handled")
    assert poll(waits)["status"] == "queued"
