/* An application that follows its task by CCP's notification service instead of polling, on strophe.js over BOSH, against a running
   lab:

     ccp_follower.mjs READY_FILE [tls]

   Finds the campaign of the feed as the developer guide says, subscribes to its node, creates a task, and prints each status as it
   arrives. Exit 0 when the task is handled. */
import { readFileSync } from "node:fs";
import Requests from "xhr2";
import { $iq, $pres, Strophe } from "strophe.js";

const [readyFile, tls] = process.argv.slice(2);
const lab = JSON.parse(readFileSync(readyFile, "utf-8"));
const [place, feed] = tls ? [lab.ccp_bosh_tls, lab.feed_url_tls] : [lab.ccp_bosh, lab.feed_url];
Strophe.setLogLevel(Strophe.LogLevel.ERROR);
// As in a browser, whose requests bring their answer's document, too.
globalThis.XMLHttpRequest = class extends Requests {
  get responseXML() {
    return this.responseText ? new DOMParser().parseFromString(this.responseText, "text/xml") : null;
  }

  set responseXML(_) {}
};

async function campaignOf(feedId) {
  const url = feed.replace(/\/ccp\/task\/.*/, "/ccp-webapp/ccp/campaign");
  const text = await (await fetch(url, { headers: { authorization: "Basic " + btoa("admin:ccelab") } })).text();
  const own = text.split("<Campaign>").find((campaign) => campaign.includes(`/feed/${feedId}<`));
  return /<publicid>(.*?)</i.exec(own)[1];
}

const deadline = setTimeout(() => { throw new Error("the task is not handled"); }, 30_000);
const node = `ccp.campaign.updates.${await campaignOf(feed.split("/").pop())}`;
const connection = new Strophe.Connection(place);
connection.addHandler((message) => {
  const contact = message.getElementsByTagName("SocialContact")[0];
  const of = (name) => contact.getElementsByTagName(name)[0].textContent;
  console.log(`${of("title")}: ${of("status")} ${of("statusReason")} by ${of("statusUserId")}`);
  if (of("status") === "handled") {
    clearTimeout(deadline);
    process.exit(0);
  }
  return true;
}, null, "message");
await new Promise((connected, failed) => {
  connection.connect(`admin@${lab.ccp_xmpp_domain}`, "ccelab", (status) => {
    if (status === Strophe.Status.CONNECTED) connected();
    if ([Strophe.Status.CONNFAIL, Strophe.Status.AUTHFAIL].includes(status)) failed(new Error(`status ${status}`));
  });
});
connection.send($pres());
await new Promise((subscribed, failed) => {
  const subscription = $iq({ type: "set", to: `pubsub.${lab.ccp_xmpp_domain}` })
    .c("pubsub", { xmlns: "http://jabber.org/protocol/pubsub" })
    .c("subscribe", { node, jid: connection.jid });
  connection.sendIQ(subscription, subscribed, (refusal) => failed(new Error(refusal?.outerHTML ?? "no answer")));
});
const created = await fetch(feed, {
  method: "POST", headers: { "content-type": "application/xml" },
  body: "<Task><name>ann@example.org</name><title>Card &amp; cheque</title><scriptSelector>CumulusTask</scriptSelector></Task>",
});
if (created.status !== 201) throw new Error(`created: ${created.status}`);
