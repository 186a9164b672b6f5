// In strophe.html: the agent's day on strophe.js. The page's own address says on which transport: strophe.html?bosh.
(async () => {
  const { agentDay, strophe } = await import("./agent_day.mjs");
  const socket = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`;
  await agentDay({
    rest: `${location.origin}/finesse/api`,
    feed: `${location.origin}/ccp/task/feed/100080`,
    library: strophe(window, location.search === "?bosh" ? `${location.origin}/http-bind/` : socket),
    print: (line) => console.log(line),
  });
})();
