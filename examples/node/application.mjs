// Creates a task, follows it, and works it as its agent: node application.mjs (Node 22; Node 20.10 with --experimental-websocket).
import { setTimeout as pause } from "node:timers/promises";

const {
  FEED_URL = "http://127.0.0.1:8080/ccp/task/feed/100080",
  FINESSE_URL = "http://127.0.0.1:8082/finesse/api",
  EVENTS_URL = "ws://127.0.0.1:7071/ws/",
  AGENT = "1081",
  PASSWORD = "ccelab",
} = process.env;
const PATHS = { user: `/User/${AGENT}`, media: `/User/${AGENT}/Media/5011` };
const TASK = `<Task><name>ann@example.org</name><title>Card lost</title>
  <description>My card is gone &amp; I need a new one.</description><scriptSelector>CumulusTask</scriptSelector>
  <variables><variable><name>cv_1</name><value>Ann</value></variable></variables></Task>`;

const XML = { "Content-Type": "application/xml" };
const DEADLINE = 30_000; // milliseconds that each step may take

// The text of the last element of that name, which is a dialog's own. Both APIs write plain XML; for more, take an XML library.
const textOf = (xml, name) => [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].at(-1)?.[1];
const unescaped = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");

async function request(url, options) {
  const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(DEADLINE) });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
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
    console.log("created", created.headers.get("location"));
    return Object.assign(new Task(), { url: created.headers.get("location") });
  }

  /** Polls until it has such a status. A new one is printed. */
  async waitFor(...wanted) {
    for (const end = Date.now() + DEADLINE; Date.now() < end; await pause(100)) {
      const { text } = await request(this.url);
      if (textOf(text, "status") !== this.status) console.log("task is", textOf(text, "status"));
      this.status = textOf(text, "status");
      if (wanted.includes(this.status)) return text;
    }
    throw new Error(`waited ${DEADLINE / 1000} s for ${wanted}`);
  }

  /** Nobody is to work it any more. What has ended meanwhile cannot be cancelled, which is as good. */
  giveUp = () => request(this.url, { method: "DELETE" });
}

/** An agent's desktop: it asks by Finesse's REST API, and hears over WebSocket (RFC 7395) what came of it. */
class Desktop {
  authorization = { Authorization: `Basic ${Buffer.from(`${AGENT}:${PASSWORD}`).toString("base64")}` };
  stanzas = [];
  states = {}; // of user, media and dialogs

  async connect() {
    const domain = textOf((await request(`${FINESSE_URL}/SystemInfo`)).text, "xmppDomain");
    this.stream = new WebSocket(EVENTS_URL, "xmpp");
    this.stream.onmessage = ({ data }) => this.stanzas.push(data);
    await new Promise((done, failed) => Object.assign(this.stream, { onopen: done, onerror: failed }));
    const secret = Buffer.from(`\0${AGENT}\0${PASSWORD}`).toString("base64");
    const open = `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${domain}' version='1.0'/>`;
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`;
    const bind = "<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
    const presence = "<presence xmlns='jabber:client'/>";
    // Once its own presence comes back, it misses no event.
    for (const [said, heard] of [[open, "features"], [auth, "success"], [open, "features"], [bind, "iq"], [presence, "presence"]]) {
      this.stream.send(said);
      while (await this.hear() !== heard);
    }
  }

  /** Takes in the next stanza, and says what it is. */
  async hear() {
    for (const end = Date.now() + DEADLINE; this.stanzas.length === 0; await pause(10)) {
      if (Date.now() > end) throw new Error(`nothing was heard of ${JSON.stringify(this.states)}`);
    }
    const stanza = this.stanzas.shift();
    const update = unescaped(stanza.match(/<notification[^>]*>(.*)<\/notification>/s)?.[1] ?? "");
    const about = update.match(/<data><(\w+)>/)?.[1];
    if (about === "apiErrors") throw new Error(textOf(update, "errorMessage"));
    if (about) this.states[about.startsWith("dialog") ? textOf(update, "id") : about.toLowerCase()] = textOf(update, "state");
    return stanza.match(/^<(?:\w+:)?(\w+)/)[1];
  }

  async put(path, body) {
    const answer = await request(FINESSE_URL + path, { method: "PUT", headers: { ...XML, ...this.authorization }, body });
    if (answer.status !== 202) throw new Error(`PUT ${path}: ${answer.status} ${answer.text}`);
  }

  /** Of the user, the media or a dialog: as it was before the first event, or as the latest one said. */
  async state(of) {
    const look = () => request(FINESSE_URL + (PATHS[of] ?? `/Dialog/${of}`), { headers: this.authorization });
    return (this.states[of] ??= textOf((await look()).text, "state") ?? "LOGOUT");
  }

  async waitFor(of, wanted) {
    while (await this.state(of) !== wanted) await this.hear();
    console.log("agent:", of, wanted);
  }

  /** Unless it is so already, changes whether the agent is signed in, and waits until that is so. */
  async sign(of, body, wanted) {
    if ((await this.state(of) === "LOGOUT") === (wanted === "LOGOUT")) return;
    await this.put(PATHS[of], body);
    await this.waitFor(of, wanted);
  }

  async signIn() {
    await this.sign("user", `<User><state>LOGIN</state><extension>${AGENT}</extension></User>`, "NOT_READY");
    await this.sign("media", "<Media><maxDialogLimit>1</maxDialogLimit><state>LOGIN</state>"
      + "<interruptAction>ACCEPT</interruptAction></Media>", "NOT_READY");
    // A task that waits is offered at once, so that the state need not be READY when it is looked at.
    if (await this.state("media") === "NOT_READY") await this.put(PATHS.media, "<Media><state>READY</state></Media>");
  }

  /** Does each thing once the dialog is in the state for it. */
  async work(dialog) {
    for (const [state, action] of [["OFFERED", "ACCEPT"], ["ACCEPTED", "START"], ["ACTIVE", "CLOSE"]]) {
      await this.waitFor(dialog, state);
      await this.put(`/Dialog/${dialog}`, `<Dialog><requestedAction>${action}</requestedAction></Dialog>`);
    }
  }

  async signOut() {
    await this.sign("media", "<Media><state>LOGOUT</state></Media>", "LOGOUT");
    await this.sign("user", "<User><state>LOGOUT</state></User>", "LOGOUT");
    this.stream.close();
  }
}

const [task, desktop] = [await Task.create(), new Desktop()];
try {
  await task.waitFor("queued", "reserved");
  await desktop.connect();
  await desktop.signIn();
  await desktop.work(textOf(await task.waitFor("reserved"), "taskID"));
  await task.waitFor("handled");
} finally {
  // Also after a failure: the next run finds the lab as this one did.
  if (desktop.stream) await desktop.signOut();
  if (task.status !== "handled") await task.giveUp();
}
