/* One task's whole life, as an agent's desktop sees it, in Node and in a browser: the agent signs in, lets the task ring out, has it
   routed to itself again, transfers it, accepts what comes back, and works it to its end. */

const DEADLINE = 30_000;
const agent = { id: "1081", password: "ccelab" };

/** `rest` and `feed` are URLs; `library` connects to the notifications and returns what ends that; `print` is told each event of a
    dialog as it arrives. */
export async function agentDay({ rest, feed, library, print }) {
  const updates = [];
  const dialogs = [];
  let wake = () => {};

  function onUpdate(update) {
    updates.push(update);
    const [, id, state] = /<[dD]ialog>.*?<id>(\d+_\d+_\d+)<\/id>.*?<state>(\w+)<\/state>/s.exec(update) ?? [];
    if (id) {
      if (!dialogs.includes(id)) dialogs.push(id);
      print(`dialog ${dialogs.indexOf(id) + 1} ${/<event>(\w+)</.exec(update)[1]} ${state}`);
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
        setTimeout(done, left);
      });
    }
  }

  async function put(path, body) {
    const authorization = "Basic " + btoa(`${agent.id}:${agent.password}`);
    const headers = { authorization, "content-type": "application/xml" };
    const answer = await fetch(rest + path, { method: "PUT", body, headers });
    if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  async function becomeReady() {
    await put(`/User/${agent.id}/Media/5011`, "<Media><state>READY</state></Media>");
    await waitFor("READY", /<media>.*<state>READY<\/state>/s);
  }

  const act = (task, action, more = "") =>
    put(`/Dialog/${task}`, `<Dialog><requestedAction>${action}</requestedAction>${more}</Dialog>`);
  const offered = async () => (await waitFor("OFFERED", /<id>(\d+_\d+_\d+)<\/id>.*<state>OFFERED<\/state>/s))[1];
  const dialog = (task, state) => waitFor(state, new RegExp(`<id>${task}</id>.*<state>${state}</state>`, "s"));

  const systemInfo = await (await fetch(`${rest}/SystemInfo`)).text();
  const domain = /<xmppDomain>(.*?)</.exec(systemInfo)[1];
  // Nothing is told to a client whose presence is not known yet. Each hears of its own.
  let onPresent;
  const present = new Promise((done) => { onPresent = done; });
  const onPresence = (from) => from === `${agent.id}@${domain}/desk` && onPresent();
  const stop = await library({ domain, agent, onUpdate, onPresence });
  await present;
  print("present");
  await put(`/User/${agent.id}`, `<User><state>LOGIN</state><extension>${agent.id}</extension></User>`);
  await waitFor("the user", /<user>.*<state>NOT_READY<\/state>/s);
  await put(
    `/User/${agent.id}/Media/5011`,
    "<Media><maxDialogLimit>3</maxDialogLimit><state>LOGIN</state><interruptAction>ACCEPT</interruptAction></Media>",
  );
  await waitFor("the media", /<media>.*<state>NOT_READY<\/state>/s);
  await becomeReady();

  const created = await fetch(feed, {
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
  const steps = [
    ["ACCEPT", "ACCEPTED"], ["START", "ACTIVE"], ["PAUSE", "PAUSED"], ["RESUME", "ACTIVE"], ["WRAP_UP", "WRAPPING_UP"],
    ["CLOSE", "CLOSED"],
  ];
  for (const [action, state] of steps) {
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
  print("handled");
}

/** The notifications by strophe.js, at that place. */
export const strophe = ({ Strophe, $pres }, place) => async ({ domain, agent, onUpdate, onPresence }) => {
  Strophe.setLogLevel(Strophe.LogLevel.ERROR);
  const connection = new Strophe.Connection(place);
  const unescape = (text) =>
    text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
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
};
