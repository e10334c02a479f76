// A program that acts for itself, on openid-client: it shows who it is with a key (private_key_jwt), and gets a token for
// one API (RFC 8707):
//
//     npm install openid-client jose
//     KEY_FILE=robot-key.json node examples/machine/report.mjs
import { readFile } from "node:fs/promises";
import * as jose from "jose";
import * as oidc from "openid-client";

const ISSUER = process.env.ISSUER ?? "http://localhost:4444";
const CLIENT = process.env.CLIENT_ID ?? "nightly-report";
const API = process.env.API ?? "http://localhost:4448";

// A private key as a JWK, such as `make_key.mjs` beside this file writes.
const jwk = JSON.parse(await readFile(process.env.KEY_FILE ?? "robot-key.json", "utf8"));
const key = { key: await jose.importJWK(jwk, jwk.alg), kid: jwk.kid };
const inDevelopment = ISSUER.startsWith("http://localhost:");
const provider = await oidc.discovery(new URL(ISSUER), CLIENT, {}, oidc.PrivateKeyJwt(key), {
  execute: inDevelopment ? [oidc.allowInsecureRequests] : [],
});

// There is no refresh token: whoever has the key asks again, shortly before `expires_in` is over.
const tokens = await oidc.clientCredentialsGrant(provider, { scope: "notes:read", resource: API });
const answer = await fetch(`${API}/notes`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
console.log(answer.status, await answer.text());
process.exitCode = answer.ok ? 0 : 1;
