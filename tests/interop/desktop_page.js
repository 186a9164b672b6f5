// In desktop.html of the examples: an agent's day by the page's own fields and buttons.
(async () => {
  const all = (selector) => [...document.querySelectorAll(selector)];

  async function waitFor(what, look) {
    for (let tries = 0; tries < 300; tries += 1) {
      const found = look();
      if (found) return found;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`waited for ${what}: ${document.body.innerText}`);
  }

  const button = (text) => waitFor(text, () => all("button").find((one) => one.textContent === text && one.offsetParent));
  const click = async (text) => (await button(text)).click();
  const shows = (state) => waitFor(state, () => all("article").some((one) => one.innerText.includes(`: ${state} `)));

  document.querySelector("[name=password]").value = "wrong";
  await click("Sign in");
  await waitFor("the refusal", () => document.getElementById("trouble").textContent.includes("wrong"));
  document.querySelector("[name=password]").value = "ccelab";
  await click("Sign in");
  await click("Ready");
  const task = "<Task><name>ann@example.org</name><title>Card lost</title><scriptSelector>CumulusTask</scriptSelector></Task>";
  const created = await fetch("/ccp/task/feed/100080", {
    method: "POST", headers: { "Content-Type": "application/xml" }, body: task,
  });
  const poll = created.headers.get("Location");
  if (!poll.startsWith(`${location.origin}/`)) throw new Error(`the task is elsewhere: ${poll}`);
  for (const [action, state] of [["ACCEPT", "ACCEPTED"], ["START", "ACTIVE"], ["PAUSE", "PAUSED"], ["RESUME", "ACTIVE"]]) {
    await click(action);
    await shows(state);
  }
  await click("CLOSE");
  await waitFor("the end of the dialog", () => all("article").length === 0);
  for (let status = ""; !status.includes("<status>handled</status>");) {
    status = await (await fetch(poll)).text();
    await new Promise((done) => setTimeout(done, 100));
  }
  await click("Sign out");
  await button("Sign in");
  all("#log li").forEach((line) => console.log(line.textContent.split(" ").slice(-3).join(" ")));
})();
