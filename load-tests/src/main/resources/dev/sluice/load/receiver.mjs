// Takes events by the public npm SDK of CloudEvents, in every mode, and answers with what it read of them. Prints where it
// listens, and then a line per request: the mode and how many events.
import { createServer } from "node:http";
import { HTTP } from "cloudevents";

function structured(events) {
  return Array.isArray(events)
    ? { headers: { "content-type": "application/cloudevents-batch+json" }, body: JSON.stringify(events) }
    : HTTP.structured(events);
}

/** The SDK does not decode headers: the binding's own rule is applied to what it read. */
function decoded(event) {
  const named = {};
  for (const name of ["id", "source", "subject", "type", "region"]) {
    if (event[name] !== undefined) named[name] = decodeURIComponent(event[name]);
  }
  return event.cloneWith(named);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    try {
      const mode = request.headers["ce-id"] ? "binary"
        : request.headers["content-type"].includes("batch") ? "batch" : "structured";
      const body = Buffer.concat(chunks).toString("utf8");
      const read = HTTP.toEvent({ headers: request.headers, body: body === "" ? undefined : body });
      const answer = structured(mode === "binary" ? decoded(read) : read);
      console.log(`${mode} ${Array.isArray(read) ? read.length : 1}`);
      response.writeHead(200, answer.headers);
      response.end(answer.body);
    } catch (error) {
      console.log(`failed: ${error.message}`);
      response.writeHead(400);
      response.end(error.message);
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening http://127.0.0.1:${server.address().port}/`));
