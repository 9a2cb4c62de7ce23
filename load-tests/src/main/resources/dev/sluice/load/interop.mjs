// Speaks with an engine by the public npm SDK of CloudEvents: as a sender in every mode, as a caller that reads answers, and
// as the reader of a live tail. Arguments: the engine's ingress. Prints a line per check; exits with 1 when one fails.
import { CloudEvent, HTTP } from "cloudevents";

const ingress = process.argv[2];
let failed = 0;

async function check(name, run) {
  try {
    await run();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}: ${error.message}`);
  }
}

function same(what, actual, expected) {
  const a = JSON.stringify(actual);
  const b = JSON.stringify(expected);
  if (a !== b) throw new Error(`${what} is ${a}, expected ${b}`);
}

const ORDER = { id: 7, lines: [{ sku: "ä-1", price: 1.1 }], note: null };
const UNICODE = "Euro € 😀 100% \"so\"";

function event(id, more = {}) {
  return new CloudEvent({
    id, source: "/interop", type: "dev.sluice.interop", time: "2026-01-02T03:04:05.678Z", subject: "order",
    datacontenttype: "application/json", region: "eu", data: ORDER, ...more,
  });
}

function sameEvent(actual, expected) {
  for (const name of ["id", "source", "type", "subject", "datacontenttype", "region", "time"]) {
    same(name, actual[name], expected[name]);
  }
  same("data", actual.data, expected.data);
}

async function post(path, message, headers = {}) {
  const response = await fetch(ingress + path, {
    method: "POST", headers: { ...message.headers, ...headers }, body: message.body,
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

const batch = (events) => ({
  headers: { "content-type": "application/cloudevents-batch+json" }, body: JSON.stringify(events),
});

async function tailed(count, publish) {
  const abort = new AbortController();
  const limit = setTimeout(() => abort.abort(), 20_000);
  const response = await fetch(`${ingress}/topics/in?limit=${count}`, { signal: abort.signal });
  const seen = [];
  let text = "";
  let published = false;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (!published) {
      published = true;
      await publish();
    }
  }
  clearTimeout(limit);
  for (const line of text.split("\n")) {
    if (line.startsWith("data: ")) {
      seen.push(HTTP.toEvent({ headers: { "content-type": "application/cloudevents+json" }, body: line.slice(6) }));
    }
  }
  return seen;
}

await check("publishes in binary mode", async () => {
  const [seen] = await tailed(1, async () =>
    same("status", (await post("/topics/in", HTTP.binary(event("b-1")))).status, 202));
  sameEvent(seen, event("b-1"));
});
await check("publishes in structured mode, with any Unicode", async () => {
  const sent = event("s-1", { subject: UNICODE, region: UNICODE });
  const [seen] = await tailed(1, async () =>
    same("status", (await post("/topics/in", HTTP.structured(sent))).status, 202));
  sameEvent(seen, sent);
});
await check("publishes a batch", async () => {
  const sent = [event("c-1"), event("c-2"), event("c-3")];
  const seen = await tailed(3, async () => same("status", (await post("/topics/in", batch(sent))).status, 202));
  same("ids", seen.map((one) => one.id).sort(), ["c-1", "c-2", "c-3"]);
  seen.forEach((one) => sameEvent(one, event(one.id)));
});
await check("publishes an event without data", async () => {
  const bare = new CloudEvent({ id: "n-1", source: "/interop", type: "dev.sluice.interop" });
  const [seen] = await tailed(1, async () =>
    same("status", (await post("/topics/in", HTTP.structured(bare))).status, 202));
  same("data", seen.data, undefined);
});
await check("publishes bytes", async () => {
  const sent = event("d-1", { datacontenttype: "application/octet-stream", data: new Uint8Array([0, 1, 254, 255]) });
  const [seen] = await tailed(1, async () =>
    same("status", (await post("/topics/in", HTTP.structured(sent))).status, 202));
  same("data", Array.from(seen.data), [0, 1, 254, 255]);
});
await check("reads an answer in binary mode", async () => {
  const answer = await post("/functions/echo", HTTP.binary(event("e-1")));
  same("status", answer.status, 200);
  sameEvent(HTTP.toEvent(answer), event("e-1"));
});
await check("reads an answer in structured mode, with any Unicode", async () => {
  const sent = event("e-2", { subject: UNICODE });
  const answer = await post("/functions/echo", HTTP.structured(sent), { accept: "application/cloudevents+json" });
  same("status", answer.status, 200);
  sameEvent(HTTP.toEvent(answer), sent);
});
await check("reads percent-encoded headers as the binding says", async () => {
  const sent = event("e-3", { subject: UNICODE });
  const answer = await post("/functions/echo", HTTP.structured(sent));
  same("status", answer.status, 200);
  // The SDK does not decode headers: the binding's own rule is applied to what it read.
  same("subject", decodeURIComponent(HTTP.toEvent(answer).subject), UNICODE);
});
await check("is told what is wrong with an event", async () => {
  const answer = await post("/topics/in", { headers: { "ce-specversion": "1.0", "ce-id": "x", "ce-type": "t" }, body: "" });
  same("status", answer.status, 400);
  if (!answer.body.includes("source")) throw new Error(`the answer does not name the attribute: ${answer.body}`);
});

process.exitCode = failed ? 1 : 0;
