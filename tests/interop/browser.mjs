/* Opens a page in headless Chromium and runs a script in it:

     browser.mjs CHROMIUM URL SCRIPT

   Prints what page and script write to the console, one a line. Exit 0 once the promise of the script is kept; an error of either, or two
   minutes without an end, are a failure. The page is one's own: Chromium runs without its sandbox, and trusts every certificate. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";

const DEADLINE = 120_000;
const [chromium, url, script] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "ccelab-chromium-"));
const options = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--ignore-certificate-errors",
  `--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank",
];
const browser = spawn(chromium, options, { stdio: ["ignore", "ignore", "pipe"] });
const gone = new Promise((done) => browser.on("close", done));

async function end(code, error) {
  if (error) console.error(error);
  browser.kill("SIGKILL");
  await gone;
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
}

setTimeout(() => end(1, "the page took too long"), DEADLINE);
browser.on("error", (error) => end(1, error));

const endpoint = await new Promise((done) => {
  let said = "";
  browser.stderr.on("data", (data) => {
    said += data;
    const found = /DevTools listening on (ws:\S+)/.exec(said);
    if (found) done(found[1]);
  });
});
const socket = new WebSocket(endpoint);
const [answers, loaded] = [new Map(), deferred()];
let last = 0;

function deferred() {
  let resolve;
  const promise = new Promise((done) => { resolve = done; });
  return { promise, resolve };
}

function send(method, params = {}, sessionId = undefined) {
  last += 1;
  const answer = deferred();
  answers.set(last, answer);
  socket.send(JSON.stringify({ id: last, method, params, sessionId }));
  return answer.promise;
}

socket.on("message", (data) => {
  const { id, method, params, result, error } = JSON.parse(data);
  if (error) end(1, error.message);
  if (id) answers.get(id).resolve(result);
  if (method === "Page.loadEventFired") loaded.resolve();
  if (method === "Runtime.consoleAPICalled") console.log(params.args.map((one) => one.value ?? one.description).join(" "));
  if (method === "Runtime.exceptionThrown") {
    end(1, params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  }
});
await new Promise((done) => socket.on("open", done));
const { targetId } = await send("Target.createTarget", { url: "about:blank" });
const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
await send("Runtime.enable", {}, sessionId);
await send("Page.enable", {}, sessionId);
const { errorText } = await send("Page.navigate", { url }, sessionId);
if (errorText) await end(1, `${url}: ${errorText}`);
await loaded.promise;
const expression = readFileSync(script, "utf-8");
const { exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true }, sessionId);
await end(exceptionDetails ? 1 : 0, exceptionDetails?.exception?.description ?? exceptionDetails?.text);
