/* An agent's desktop on libraries that nobody here wrote, against a running lab:

     desktop.mjs READY_FILE LIBRARY TRANSPORT

   LIBRARY is xmpp.js (@xmpp/client) or strophe (strophe.js); TRANSPORT is tcp (xmpp.js), websocket, wss, bosh or bosh-tls (strophe).
   Prints each event of a dialog as it arrives, one a line. Exit 0 when the customer's task is handled. */
import { readFileSync } from "node:fs";
import { agentDay, strophe } from "./agent_day.mjs";

const [readyFile, library, transport] = process.argv.slice(2);
const lab = JSON.parse(readFileSync(readyFile, "utf-8"));
const place = {
  tcp: `xmpp://${lab.xmpp}`, websocket: lab.xmpp_ws, wss: lab.xmpp_wss, bosh: lab.bosh, "bosh-tls": lab.bosh_tls,
}[transport];

async function xmppjs({ domain, agent, onUpdate, onPresence }) {
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

async function stropheInNode(desktop) {
  const imported = await import("strophe.js");
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
  return strophe(imported, place)(desktop);
}

await agentDay({
  rest: `http://${lab.desk}/finesse/api`,
  feed: lab.feed_url,
  library: { "xmpp.js": xmppjs, strophe: stropheInNode }[library],
  print: console.log,
});
process.exit(0);
