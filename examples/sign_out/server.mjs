// The server of a client that hears of sign-outs (OpenID Connect Back-Channel Logout 1.0), with what Node.js has:
// `CLIENT=shop node server.mjs`, and `backchannel_logout_uri = "http://localhost:4448/signed-out"` at the client. Every
// line of `verify` matters; leave none out.

import { createPublicKey, verify as verifySignature } from "node:crypto";
import { createServer } from "node:http";

const ISSUER = process.env.ISSUER ?? "http://localhost:4444";
const CLIENT = process.env.CLIENT ?? "shop";
const PORT = Number(process.env.PORT ?? 4448);
const EVENT = "http://schemas.openid.net/event/backchannel-logout";

const ALGORITHMS = {
  ES256: (data, key, signature) => verifySignature("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature),
  RS256: (data, key, signature) => verifySignature("sha256", data, key, signature),
};

// Your sessions, by the `sid` that their ID tokens had.
const sessions = new Map();
// The `jti` of each token that was taken, until it expires.
const taken = new Map();

/** Why a token is not accepted. */
class Refusal extends Error {}

async function findKey(kid) {
  const response = await fetch(`${ISSUER}/.well-known/jwks.json`);
  if (!response.ok) throw new Error(`the issuer answers ${response.status}`);
  return (await response.json()).keys.find((jwk) => jwk.kid === kid);
}

/** The claims of a good logout token; throws a refusal for any other. */
async function verify(token) {
  const parts = token.split(".");
  if (parts.length !== 3) throw new Refusal("it is no JWT");
  const [header, claims] = parts.slice(0, 2).map(readJson);
  if (header.typ?.toLowerCase().replace(/^application\//, "") !== "logout+jwt") throw new Refusal("it is no logout token");
  const jwk = await findKey(header.kid);
  // The algorithm is the key's. What the token says about it must agree, and decides nothing.
  if (!jwk || jwk.alg !== header.alg || !Object.hasOwn(ALGORITHMS, jwk.alg)) throw new Refusal("its key is unknown");
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const data = Buffer.from(`${parts[0]}.${parts[1]}`);
  if (!ALGORITHMS[jwk.alg](data, key, Buffer.from(parts[2], "base64url"))) throw new Refusal("its signature is wrong");
  const now = Date.now() / 1000;
  if (claims.iss !== ISSUER) throw new Refusal("it comes from another issuer");
  if (![claims.aud].flat().includes(CLIENT)) throw new Refusal("it is meant for another client");
  if (!Number.isInteger(claims.exp) || claims.exp <= now) throw new Refusal("it has expired");
  if (claims.events?.[EVENT] === undefined) throw new Refusal("it tells of no sign-out");
  if (claims.nonce !== undefined) throw new Refusal("it has a nonce, as an ID token has");
  if (typeof claims.sid !== "string" && typeof claims.sub !== "string") throw new Refusal("it names nobody");
  for (const [jti, exp] of taken) if (exp <= now) taken.delete(jti);
  if (taken.has(claims.jti)) throw new Refusal("it was taken before");
  taken.set(claims.jti, claims.exp);
  return claims;
}

function readJson(part) {
  try {
    const value = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (value === null || typeof value !== "object") throw new Error();
    return value;
  } catch {
    throw new Refusal("it is no JWT");
  }
}

createServer(async (request, response) => {
  const answer = (status, text) => response.writeHead(status, { "cache-control": "no-store" }).end(text);
  if (request.url !== "/signed-out") return answer(404, "There is nothing here.\n");
  if (request.method !== "POST") return answer(405, "Send a form with logout_token.\n");
  let body = "";
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 65536) return answer(413, "The body is too large.\n");
  }
  try {
    const { sid } = await verify(new URLSearchParams(body).get("logout_token") ?? "");
    // Whether there was such a session or not: it is gone now, and that is what counts.
    sessions.delete(sid);
    console.log(`signed out: ${sid}`);
    answer(204);
  } catch (error) {
    if (error instanceof Refusal) return answer(400, `The logout token is not accepted: ${error.message}.\n`);
    console.error(error);
    answer(503, "The issuer could not be asked for its keys.\n");
  }
}).listen(PORT, () => console.log(`waiting for sign-outs at http://localhost:${PORT}/signed-out`));
