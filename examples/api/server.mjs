// An API that checks access tokens (RFC 9068), with what Node.js has: `node server.mjs`, then send a GET with an
// access token to http://localhost:4448/notes. Every line of `verify` matters; leave none out.

import { constants, createPublicKey, verify as verifySignature } from "node:crypto";
import { realpathSync } from "node:fs";
import { createServer } from "node:http";

const ISSUER = process.env.ISSUER ?? "http://localhost:4444";
const AUDIENCE = process.env.AUDIENCE ?? "http://localhost:4447";
const PORT = Number(process.env.PORT ?? 4448);

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const ALGORITHMS = {
  ES256: (data, key, signature) => verifySignature("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature),
  RS256: (data, key, signature) => verifySignature("sha256", data, key, signature),
  PS256: (data, key, signature) => verifySignature("sha256", data, { key, ...PSS }, signature),
  EdDSA: (data, key, signature) => verifySignature(null, data, key, signature),
};

let keys = new Map();
let fetchedAt = 0;
let fetching = null;

/** The issuer's key of this id. An unknown id makes us look again, but not more often than every five seconds. */
async function findKey(kid) {
  if (!keys.has(kid) && Date.now() - fetchedAt > 5000) {
    fetchedAt = Date.now();
    fetching = fetchKeys();
  }
  if (!keys.has(kid)) await fetching;
  return keys.get(kid);
}

async function fetchKeys() {
  const response = await fetch(`${ISSUER}/.well-known/jwks.json`);
  if (!response.ok) throw new Error(`the issuer answers ${response.status}`);
  const set = await response.json();
  keys = new Map(set.keys.map((jwk) => [jwk.kid, jwk]));
}

/** The claims of a good token; throws a sentence for any other. */
export async function verify(token) {
  const parts = token.split(".");
  if (parts.length !== 3) throw new Refusal("it is no JWT");
  const [header, claims] = parts.slice(0, 2).map(readJson);
  if (header.typ?.toLowerCase().replace(/^application\//, "") !== "at+jwt") throw new Refusal("it is no access token");
  if (header.crit !== undefined) throw new Refusal("it asks for something that is not done here");
  const jwk = await findKey(header.kid);
  // The algorithm is the key's. What the token says about it must agree, and decides nothing.
  if (!jwk || jwk.alg !== header.alg || !Object.hasOwn(ALGORITHMS, jwk.alg)) throw new Refusal("its key is unknown");
  const data = Buffer.from(`${parts[0]}.${parts[1]}`);
  const key = createPublicKey({ key: jwk, format: "jwk" });
  if (!ALGORITHMS[jwk.alg](data, key, Buffer.from(parts[2], "base64url"))) throw new Refusal("its signature is wrong");
  const now = Date.now() / 1000;
  if (claims.iss !== ISSUER) throw new Refusal("it comes from another issuer");
  if (![claims.aud].flat().includes(AUDIENCE)) throw new Refusal("it is meant for another API");
  if (!Number.isInteger(claims.exp) || claims.exp <= now) throw new Refusal("it has expired");
  if (claims.nbf !== undefined && claims.nbf > now + 30) throw new Refusal("it is not good yet");
  return claims;
}

/** Why a token is not accepted. */
class Refusal extends Error {}

function readJson(part) {
  try {
    const value = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (value === null || typeof value !== "object") throw new Error();
    return value;
  } catch {
    throw new Refusal("it is no JWT");
  }
}

async function answer(request) {
  if (request.method === "OPTIONS") return [204, {}, null];
  if (request.method !== "GET" || request.url !== "/notes") return [404, {}, { error: "not_found" }];
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (!token) return [401, { "WWW-Authenticate": "Bearer" }, { error: "unauthorized" }];
  try {
    const { sub, client_id, scope } = await verify(token);
    return [200, {}, { message: "The access token was good.", subject: sub, client_id, scope }];
  } catch (error) {
    if (!(error instanceof Refusal)) return [503, {}, { error: "temporarily_unavailable" }];
    const challenge = `Bearer error="invalid_token", error_description="${error.message}"`;
    return [401, { "WWW-Authenticate": challenge }, { error: "invalid_token", error_description: error.message }];
  }
}

/** No cookies are involved, so any origin may ask; who gets an answer is a matter of the token. */
const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET",
  "Access-Control-Allow-Headers": "Authorization",
  "Access-Control-Max-Age": "600",
};

if (import.meta.filename === realpathSync(process.argv[1])) {
  createServer(async (request, response) => {
    const [status, headers, body] = await answer(request);
    response.writeHead(status, { ...CORS, ...headers, "Content-Type": "application/json", "Cache-Control": "no-store" });
    response.end(body === null ? undefined : JSON.stringify(body));
  }).listen(PORT, "127.0.0.1", () => console.log(`http://localhost:${PORT}/notes`));
}
