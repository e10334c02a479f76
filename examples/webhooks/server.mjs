// A receiver of webhooks (Standard Webhooks), with what Node.js has: `SECRET_FILE=webhook.secret node server.mjs`, and
// `url = "http://localhost:4448/hooks"` in a [[webhook]] of wayhome.toml.

import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const PORT = Number(process.env.PORT ?? 4448);
const SECRET = readFileSync(process.env.SECRET_FILE ?? "webhook.secret", "utf8").trimEnd();
const KEY = SECRET.startsWith("whsec_") ? Buffer.from(SECRET.slice(6), "base64") : Buffer.from(SECRET);
const FIVE_MINUTES = 300;
const LARGEST = 1024 * 1024;

// The ids that were taken. A real receiver keeps them where it keeps what follows from the events.
const taken = new Set();

/** Why a delivery is not accepted. */
class Refusal extends Error {}

function check(headers, body) {
  const [id, time, signatures] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`]);
  if (!id || !time || !signatures) throw new Refusal("it is not signed");
  if (Math.abs(Date.now() / 1000 - Number(time)) > FIVE_MINUTES) throw new Refusal("it is not of this time");
  const expected = createHmac("sha256", KEY).update(`${id}.${time}.`).update(body).digest();
  const fits = (signature) => {
    const [version, text] = signature.split(",");
    const given = Buffer.from(text ?? "", "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  };
  if (!signatures.split(" ").some(fits)) throw new Refusal("its signature is wrong");
  return id;
}

createServer(async (request, response) => {
  const answer = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
  try {
    const chunks = [];
    let length = 0;
    for await (const chunk of request) {
      length += chunk.length;
      if (length > LARGEST) throw new Refusal("it is too large");
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    const id = check(request.headers, body);
    if (!taken.has(id)) {
      taken.add(id);
      const event = JSON.parse(body.toString("utf8"));
      console.log(`${event.type} by ${event.origin}: ${event.data.identity_id}`);
    }
    answer(200, "Taken.");
  } catch (why) {
    if (!(why instanceof Refusal)) throw why;
    answer(400, `Refused: ${why.message}.`);
  }
}).listen(PORT, "localhost", () => console.log(`http://localhost:${PORT}`));
