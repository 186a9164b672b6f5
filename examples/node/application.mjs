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
const TASK = `<Task><name>ann@example.org</name><title>Card lost</title>
  <description>My card is gone &amp; I need a new one.</description><scriptSelector>CumulusTask</scriptSelector>
  <variables><variable><name>cv_1</name><value>Ann</value></variable></variables></Task>`;

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
    const created = await request(FEED_URL, { method: "POST", headers: XML, body: TASK }).catch((error) => {
      if (!(error instanceof TypeError)) throw error; // fetch has this one for whoever cannot be reached
      console.error(`no lab at ${FEED_URL}`);
      process.exit(1);
    });
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

  /** Nobody is to work it any more. What has ended meanwhile cannot be cancelled, which is as good. */
  async giveUp() {
    await request(this.url, { method: "DELETE" });
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

  async state(path) {
    return textOf(await this.get(path), "state") ?? "LOGOUT";
  }

  async waitForState(path, wanted) {
    await waitFor(`${path} ${wanted}`, async () => (await this.state(path)) === wanted);
    console.log("agent:", path, wanted);
  }

  /** Signs in and gets ready, as far as the agent is not already. */
  async signIn() {
    const [user, media] = [`/User/${AGENT}`, `/User/${AGENT}/Media/${MEDIA}`];
    if ((await this.state(user)) === "LOGOUT") {
      await this.put(user, `<User><state>LOGIN</state><extension>${EXTENSION}</extension></User>`);
      await this.waitForState(user, "NOT_READY");
    }
    if ((await this.state(media)) === "LOGOUT") {
      await this.put(media, "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>"
        + "<interruptAction>ACCEPT</interruptAction></Media>");
      await this.waitForState(media, "NOT_READY");
    }
    // A task that waits is offered at once, so that the state need not be READY when it is looked at.
    if ((await this.state(media)) === "NOT_READY") await this.put(media, "<Media><state>READY</state></Media>");
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

  /** Signs out, as far as the agent is not already. */
  async signOut() {
    for (const [path, kind] of [[`/User/${AGENT}/Media/${MEDIA}`, "Media"], [`/User/${AGENT}`, "User"]]) {
      if ((await this.state(path)) === "LOGOUT") continue;
      await this.put(path, `<${kind}><state>LOGOUT</state></${kind}>`);
      await this.waitForState(path, "LOGOUT");
    }
  }
}

const [task, desktop] = [await Task.create(), new Desktop()];
try {
  await task.poll();
  await desktop.signIn();
  await desktop.work(await waitFor("an agent", () => task.dialog()));
  await waitFor("handled", async () => (await task.poll()) === "handled");
} finally {
  // Also after a failure: the next run finds the lab as this one did.
  await desktop.signOut();
  if (task.status !== "handled") await task.giveUp();
}
