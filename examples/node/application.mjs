// Creates a task, follows it, and works it as its agent: node application.mjs (Node 18, no packages).
import { setTimeout as pause } from "node:timers/promises";

const {
  FEED_URL = "http://127.0.0.1:8080/ccp/task/feed/100080",
  FINESSE_URL = "http://127.0.0.1:8082/finesse/api",
  AGENT = "1081",
  PASSWORD = "ccelab",
} = process.env;
const EXTENSION = AGENT;
const MEDIA = "5011";
const TASK = `<Task>
  <name>ann@example.org</name>
  <title>Card lost</title>
  <description>My card is gone &amp; I need a new one.</description>
  <scriptSelector>CumulusTask</scriptSelector>
  <variables><variable><name>cv_1</name><value>Ann</value></variable></variables>
</Task>`;

const XML = { "Content-Type": "application/xml" };
const DEADLINE = 30_000; // milliseconds that each step may take

// The text of the first element of that name. Both APIs write plain XML without namespaces; for more, take an XML library.
const textOf = (xml, name) => xml.match(new RegExp(`<${name}>([^<]*)</${name}>`))?.[1];

async function request(url, options) {
  const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(DEADLINE) });
  return { ok: answer.ok, status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Looks again and again until there is something. */
async function waitFor(what, look) {
  const end = Date.now() + DEADLINE;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await pause(100);
  }
  throw new Error(`waited ${DEADLINE / 1000} s for ${what}`);
}

/** A task, as the customer's side sees it. */
class Task {
  static async create() {
    const created = await request(FEED_URL, { method: "POST", headers: XML, body: TASK });
    if (created.status !== 201) throw new Error(`not created: ${created.status} ${created.text}`);
    const task = new Task();
    task.url = created.headers.get("location");
    console.log("created", task.url);
    return task;
  }

  /** Its status; a new one is printed. */
  async poll() {
    const { text } = await request(this.url);
    this.document = text;
    const status = textOf(text, "status");
    if (status !== this.status) console.log("task is", status);
    this.status = status;
    return status;
  }

  /** The dialog in which an agent has it, once an agent is chosen. */
  async dialog() {
    return (await this.poll()) === "reserved" && textOf(this.document, "taskID");
  }
}

/** An agent's desktop, over Finesse's REST API. Each PUT is answered 202; what came of it is seen afterwards. */
class Desktop {
  authorization = { Authorization: `Basic ${Buffer.from(`${AGENT}:${PASSWORD}`).toString("base64")}` };

  async put(path, body) {
    const headers = { ...XML, ...this.authorization };
    const answer = await request(FINESSE_URL + path, { method: "PUT", headers, body });
    if (answer.status !== 202) throw new Error(`PUT ${path}: ${answer.status} ${answer.text}`);
  }

  async get(path) {
    const answer = await request(FINESSE_URL + path, { headers: this.authorization });
    return answer.ok ? answer.text : "";
  }

  async state(path, wanted) {
    await waitFor(`${path} ${wanted}`, async () => textOf(await this.get(path), "state") === wanted);
    console.log("agent:", path, wanted);
  }

  async signIn() {
    const [user, media] = [`/User/${AGENT}`, `/User/${AGENT}/Media/${MEDIA}`];
    await this.put(user, `<User><state>LOGIN</state><extension>${EXTENSION}</extension></User>`);
    await this.state(user, "NOT_READY");
    await this.put(media, "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>"
      + "<interruptAction>ACCEPT</interruptAction></Media>");
    await this.state(media, "NOT_READY");
    // A task that waits is offered at once, so that the state need not be READY when it is looked at.
    await this.put(media, "<Media><state>READY</state></Media>");
  }

  /** Does each thing once the agent's part of the dialog is in the state for it. */
  async work(dialog) {
    for (const [state, action] of [["OFFERED", "ACCEPT"], ["ACCEPTED", "START"], ["ACTIVE", "CLOSE"]]) {
      await waitFor(state, async () => (await this.part(dialog)) === state);
      await this.put(`/Dialog/${dialog}`, `<Dialog><requestedAction>${action}</requestedAction></Dialog>`);
      console.log("agent:", action);
    }
  }

  async part(dialog) {
    const document = await this.get(`/Dialog/${dialog}`);
    const participants = document.match(/<Participant>.*?<\/Participant>/gs) ?? [];
    return textOf(participants.find((one) => textOf(one, "mediaAddress") === AGENT) ?? "", "state");
  }

  async signOut() {
    const [user, media] = [`/User/${AGENT}`, `/User/${AGENT}/Media/${MEDIA}`];
    await this.put(media, "<Media><state>LOGOUT</state></Media>");
    await this.state(media, "LOGOUT");
    await this.put(user, "<User><state>LOGOUT</state></User>");
    await this.state(user, "LOGOUT");
  }
}

const [task, desktop] = [await Task.create(), new Desktop()];
await task.poll();
await desktop.signIn();
await desktop.work(await waitFor("an agent", () => task.dialog()));
await waitFor("handled", async () => (await task.poll()) === "handled");
await desktop.signOut();
