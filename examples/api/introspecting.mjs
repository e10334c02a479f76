// An API that asks the issuer about each access token (RFC 7662), with what Node.js has. It notices at once that somebody
// was signed out, and takes opaque tokens too: `API_SECRET=… node introspecting.mjs`.
import { createServer } from "node:http";

const ISSUER = process.env.ISSUER ?? "http://localhost:4444";
const CLIENT = process.env.API_CLIENT ?? "notes-api";
const SECRET = process.env.API_SECRET ?? "";
const AUDIENCE = process.env.AUDIENCE ?? "http://localhost:4448";
const PORT = Number(process.env.PORT ?? 4448);

const encode = (text) => new URLSearchParams({ x: text }).toString().slice(2);
const basic = Buffer.from(`${encode(CLIENT)}:${encode(SECRET)}`).toString("base64");

/** What the issuer knows of a token at this moment; nothing if it is good for nothing here. */
async function introspect(token) {
  const response = await fetch(`${ISSUER}/oauth2/introspect`, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ token }),
  });
  if (!response.ok) throw new Error(`the issuer answers ${response.status}`);
  const facts = await response.json();
  const isGood = facts.active === true && facts.token_use === "access_token" && [facts.aud].flat().includes(AUDIENCE);
  return isGood ? facts : null;
}

async function answer(request) {
  if (request.method !== "GET" || request.url !== "/notes") return [404, {}, { error: "not_found" }];
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (!token) return [401, { "WWW-Authenticate": "Bearer" }, { error: "unauthorized" }];
  const facts = await introspect(token);
  if (!facts) return [401, { "WWW-Authenticate": 'Bearer error="invalid_token"' }, { error: "invalid_token" }];
  if (!(facts.scope ?? "").split(" ").includes("notes:read")) {
    const challenge = 'Bearer error="insufficient_scope", scope="notes:read"';
    return [403, { "WWW-Authenticate": challenge }, { error: "insufficient_scope" }];
  }
  return [200, {}, { message: "The access token was good.", subject: facts.sub, client_id: facts.client_id }];
}

createServer(async (request, response) => {
  const [status, headers, body] = await answer(request).catch((error) => {
    console.error(error.message);
    // Nobody gets in because the issuer could not be asked.
    return [503, {}, { error: "temporarily_unavailable" }];
  });
  response.writeHead(status, { ...headers, "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}).listen(PORT, "127.0.0.1", () => console.log(`http://localhost:${PORT}/notes`));
