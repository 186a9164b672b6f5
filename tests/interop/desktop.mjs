/* An agent's desktop on libraries that nobody here wrote, against a running lab:

     desktop.mjs READY_FILE LIBRARY TRANSPORT

   LIBRARY is xmpp.js (@xmpp/client) or strophe (strophe.js); TRANSPORT is tcp (xmpp.js), websocket, wss, bosh or bosh-tls (strophe).
   Signs the agent in, lets one task ring out, has it routed to itself again, transfers it, accepts what comes back, works it to its
   end, and prints each event of a dialog as it arrives, one a line. Exit 0 when the customer's task is handled. */
import { readFileSync } from "node:fs";

const DEADLINE = 30_000;
const [readyFile, library, transport] = process.argv.slice(2);
const lab = JSON.parse(readFileSync(readyFile, "utf-8"));
const place = {
  tcp: `xmpp://${lab.xmpp}`, websocket: lab.xmpp_ws, wss: lab.xmpp_wss, bosh: lab.bosh, "bosh-tls": lab.bosh_tls,
}[transport];
const agent = { id: "1081", password: "ccelab" };

const updates = [];
const dialogs = [];
let wake = () => {};

function onUpdate(update) {
  updates.push(update);
  const [, id, state] = /<[dD]ialog>.*?<id>(\d+_\d+_\d+)<\/id>.*?<state>(\w+)<\/state>/s.exec(update) ?? [];
  if (id) {
    if (!dialogs.includes(id)) dialogs.push(id);
    console.log(`dialog ${dialogs.indexOf(id) + 1}`, /<event>(\w+)</.exec(update)[1], state);
  }
  wake();
}

async function waitFor(what, pattern) {
  const end = Date.now() + DEADLINE;
  for (;;) {
    const at = updates.findIndex((update) => pattern.test(update));
    if (at >= 0) return pattern.exec(updates.splice(at, 1)[0]);
    const left = end - Date.now();
    if (left <= 0) throw new Error(`waited for ${what}`);
    await new Promise((done) => {
      wake = done;
      setTimeout(done, left).unref();
    });
  }
}

// Nothing is told to a client whose presence is not known yet. Each hears of its own.
let onPresent;
const present = new Promise((done) => { onPresent = done; });

function onPresence(from) {
  if (from === `${agent.id}@${domain}/desk`) onPresent();
}

async function xmppjs() {
  const { client, xml } = await import("@xmpp/client");
  globalThis.WebSocket ??= (await import("ws")).WebSocket;
  const xmpp = client({ service: place, domain, resource: "desk", username: agent.id, password: agent.password });
  xmpp.reconnect.stop();
  xmpp.on("error", (error) => { throw error; });
  xmpp.on("stanza", (stanza) => {
    const item = stanza.getChild("event")?.getChild("items")?.getChild("item");
    if (item) onUpdate(item.getChild("notification").text());
    if (stanza.is("presence")) onPresence(stanza.attrs.from);
  });
  await xmpp.start();
  await xmpp.send(xml("presence"));
  return () => xmpp.stop();
}

async function strophe() {
  const { Strophe, $pres } = await import("strophe.js");
  Strophe.setLogLevel(Strophe.LogLevel.ERROR);
  if (transport.startsWith("bosh")) {
    // As in a browser, whose requests bring their answer's document, too.
    const Requests = (await import("xhr2")).default;
    globalThis.XMLHttpRequest = class extends Requests {
      get responseXML() {
        return this.responseText ? new DOMParser().parseFromString(this.responseText, "text/xml") : null;
      }

      set responseXML(_) {}
    };
  }
  const connection = new Strophe.Connection(place);
  const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
  connection.addHandler((message) => {
    const notification = message.getElementsByTagName("notification")[0];
    if (notification) onUpdate(unescape(Strophe.getText(notification)));
    return true;
  }, null, "message");
  connection.addHandler((presence) => {
    onPresence(presence.getAttribute("from"));
    return true;
  }, null, "presence");
  await new Promise((done, fail) => {
    connection.connect(`${agent.id}@${domain}/desk`, agent.password, (status, condition) => {
      if (status === Strophe.Status.CONNECTED) done();
      if ([Strophe.Status.CONNFAIL, Strophe.Status.AUTHFAIL].includes(status)) fail(new Error(condition));
    });
  });
  connection.send($pres());
  return () => new Promise((done) => {
    connection.connect_callback = (status) => status === Strophe.Status.DISCONNECTED && done();
    connection.disconnect("done");
  });
}

async function put(path, body) {
  const authorization = "Basic " + btoa(`${agent.id}:${agent.password}`);
  const answer = await fetch(`http://${lab.desk}/finesse/api${path}`, {
    method: "PUT", body, headers: { authorization, "content-type": "application/xml" },
  });
  if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

async function becomeReady() {
  await put(`/User/${agent.id}/Media/5011`, "<Media><state>READY</state></Media>");
  await waitFor("READY", /<media>.*<state>READY<\/state>/s);
}

const act = (task, action, rest = "") => put(`/Dialog/${task}`, `<Dialog><requestedAction>${action}</requestedAction>${rest}</Dialog>`);
const offered = async () => (await waitFor("OFFERED", /<id>(\d+_\d+_\d+)<\/id>.*<state>OFFERED<\/state>/s))[1];
const dialog = (task, state) => waitFor(state, new RegExp(`<id>${task}</id>.*<state>${state}</state>`, "s"));

const systemInfo = await (await fetch(`http://${lab.desk}/finesse/api/SystemInfo`)).text();
const domain = /<xmppDomain>(.*?)</.exec(systemInfo)[1];
const stop = await { "xmpp.js": xmppjs, strophe }[library]();
await present;
console.log("present");
await put(`/User/${agent.id}`, `<User><state>LOGIN</state><extension>${agent.id}</extension></User>`);
await waitFor("the user", /<user>.*<state>NOT_READY<\/state>/s);
await put(`/User/${agent.id}/Media/5011`, "<Media><maxDialogLimit>3</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>");
await waitFor("the media", /<media>.*<state>NOT_READY<\/state>/s);
await becomeReady();

const created = await fetch(lab.feed_url, {
  method: "POST", headers: { "content-type": "application/xml" },
  body: "<Task><name>ann@example.org</name><title>Card &amp; cheque \u00e9</title><scriptSelector>CumulusTask</scriptSelector></Task>",
});
const poll = created.headers.get("location");

// Nobody accepts: the agent is made not ready, and the task waits until the agent is ready again.
const ignored = await offered();
await waitFor("RONA", new RegExp(`<id>${ignored}</id>.*<state>CLOSED</state>.*`, "s"));
await becomeReady();
const first = await offered();
await act(first, "ACCEPT");
await dialog(first, "ACCEPTED");
await act(first, "START");
await dialog(first, "ACTIVE");
await act(first, "TRANSFER", "<target>CumulusTask</target>");
await dialog(first, "CLOSED");
const second = await offered();
for (const [action, state] of [["ACCEPT", "ACCEPTED"], ["START", "ACTIVE"], ["PAUSE", "PAUSED"], ["RESUME", "ACTIVE"], ["WRAP_UP", "WRAPPING_UP"], ["CLOSE", "CLOSED"]]) {
  await act(second, action);
  await dialog(second, state);
}
for (let tries = 0; ; tries += 1) {
  const status = await (await fetch(poll)).text();
  if (status.includes("<status>handled</status>")) break;
  if (tries > 300) throw new Error(`never handled: ${status}`);
  await new Promise((done) => setTimeout(done, 100));
}
await stop();
console.log("handled");
process.exit(0);
