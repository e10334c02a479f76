// A web application with a server of its own, on openid-client. It pushes its requests (RFC 9126), shows who it is with a
// key in place of a secret (private_key_jwt), keeps the tokens away from the browser, and hears of sign-outs:
//
//     npm install openid-client jose
//     CLIENT_ID=shop node examples/web/server.mjs
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import * as jose from "jose";
import * as oidc from "openid-client";

const ISSUER = process.env.ISSUER ?? "http://localhost:4444";
const CLIENT = process.env.CLIENT_ID ?? "shop";
const PORT = Number(process.env.PORT ?? 5173);
const BASE = process.env.BASE ?? `http://localhost:${PORT}`;
const KEY_FILE = process.env.KEY_FILE ?? "client-key.json";

/** The private key of this application, made at the first start. Whoever has it is this application. */
async function ownKey() {
  const known = await readFile(KEY_FILE, "utf8").catch(() => null);
  if (known) return JSON.parse(known);
  const { privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await jose.exportJWK(privateKey)), alg: "ES256", use: "sig" };
  jwk.kid = await jose.calculateJwkThumbprint(jwk);
  await writeFile(KEY_FILE, JSON.stringify(jwk), { mode: 0o600 });
  return jwk;
}

const { d, ...publicJwk } = await ownKey();
const key = await jose.importJWK({ ...publicJwk, d }, "ES256");
const inDevelopment = ISSUER.startsWith("http://localhost:");
const provider = await oidc.discovery(
  new URL(ISSUER),
  CLIENT,
  {},
  oidc.PrivateKeyJwt({ key, kid: publicJwk.kid }),
  { execute: inDevelopment ? [oidc.allowInsecureRequests] : [] },
);
const issuerKeys = jose.createRemoteJWKSet(new URL(provider.serverMetadata().jwks_uri));

// The sessions of this application, by what the cookie holds. In production they belong into a database.
const sessions = new Map();

function begin(response, session) {
  const id = randomBytes(32).toString("base64url");
  sessions.set(id, session);
  const secure = inDevelopment ? "" : "; Secure";
  response.setHeader("set-cookie", `shop_session=${id}; Path=/; HttpOnly; SameSite=Lax${secure}`);
}

function idOf(request) {
  return /(?:^|; )shop_session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
}

/** Sends the person to sign in. */
async function login(request, response) {
  const waiting = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  sessions.delete(idOf(request));
  begin(response, { waiting });
  const address = await oidc.buildAuthorizationUrlWithPAR(provider, {
    redirect_uri: `${BASE}/callback`,
    scope: "openid profile email",
    state: waiting.state,
    nonce: waiting.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(waiting.verifier),
    code_challenge_method: "S256",
  });
  redirect(response, address.href);
}

/** The person is back. The library checks state, issuer, nonce, audience, times and at_hash. */
async function callback(request, response) {
  const { waiting } = sessions.get(idOf(request)) ?? {};
  sessions.delete(idOf(request));
  if (!waiting) return page(response, 400, "This answer belongs to no sign-in of this browser.");
  const tokens = await oidc.authorizationCodeGrant(provider, new URL(request.url, BASE), {
    expectedState: waiting.state,
    expectedNonce: waiting.nonce,
    pkceCodeVerifier: waiting.verifier,
    idTokenExpected: true,
  });
  const { sub, sid } = tokens.claims();
  const person = await oidc.fetchUserInfo(provider, tokens.access_token, sub);
  // Another id than before the sign-in: a known one must not become worth more.
  begin(response, { sid, sub, name: person.name ?? sub, idToken: tokens.id_token });
  redirect(response, "/");
}

/** The person signs out: here, then at the provider. */
function logout(request, response) {
  const { idToken } = sessions.get(idOf(request)) ?? {};
  sessions.delete(idOf(request));
  const hint = idToken ? { id_token_hint: idToken } : {};
  redirect(response, oidc.buildEndSessionUrl(provider, { post_logout_redirect_uri: `${BASE}/`, ...hint }).href);
}

/** The provider tells of a sign-out (OpenID Connect Back-Channel Logout 1.0). */
async function signedOut(request, response) {
  const token = new URLSearchParams(await body(request)).get("logout_token") ?? "";
  let claims;
  try {
    const expected = { issuer: ISSUER, audience: CLIENT, typ: "logout+jwt", requiredClaims: ["iat", "exp", "jti", "sid"] };
    ({ payload: claims } = await jose.jwtVerify(token, issuerKeys, expected));
  } catch (error) {
    return response.writeHead(400).end(`The logout token is not accepted: ${error.message}\n`);
  }
  const isLogout = claims.events?.["http://schemas.openid.net/event/backchannel-logout"] && !("nonce" in claims);
  if (!isLogout) return response.writeHead(400).end("It is no logout token.\n");
  for (const [id, { sid }] of sessions) if (sid === claims.sid) sessions.delete(id);
  response.writeHead(204, { "cache-control": "no-store" }).end();
}

function home(request, response) {
  const { name } = sessions.get(idOf(request)) ?? {};
  if (!name) return page(response, 200, "You are signed out.", '<a href="/login">Sign in</a>');
  page(response, 200, `Hello, ${name}!`, '<form method="post" action="/logout"><button>Sign out</button></form>');
}

const ROUTES = {
  "GET /": home,
  "GET /login": login,
  "GET /callback": callback,
  "POST /logout": logout,
  "POST /signed-out": signedOut,
  // What `jwks_uri` of the client names.
  "GET /keys": (_, response) => json(response, { keys: [publicJwk] }),
};

createServer(async (request, response) => {
  const route = ROUTES[`${request.method} ${new URL(request.url, BASE).pathname}`];
  try {
    if (route) await route(request, response);
    else page(response, 404, "There is nothing here.");
  } catch (error) {
    console.error(error.error ?? error.code ?? error.name, error.error_description ?? error.message);
    page(response, 502, "The sign-in did not work.", '<a href="/login">Try again</a>');
  }
}).listen(PORT, "127.0.0.1", () => console.log(`the shop is open at ${BASE}/`));

async function body(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 65536) throw new Error("The body is too large.");
  }
  return text;
}

function redirect(response, address) {
  response.writeHead(303, { location: address, "cache-control": "no-store" }).end();
}

function json(response, value) {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function page(response, status, words, more = "") {
  const safe = words.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">';
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(`${head}<h1>${safe}</h1>${more}</html>`);
}
