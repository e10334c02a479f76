// A program on a person's own computer (RFC 8252), on openid-client: it opens a port of its own for the answer, and sends
// the person to their browser:
//
//     npm install openid-client
//     CLIENT_ID=acme-cli node examples/native/cli.mjs
import { createServer } from "node:http";
import * as oidc from "openid-client";

const ISSUER = process.env.ISSUER ?? "http://localhost:4444";
const CLIENT = process.env.CLIENT_ID ?? "acme-cli";

const inDevelopment = ISSUER.startsWith("http://localhost:");
const provider = await oidc.discovery(new URL(ISSUER), CLIENT, {}, oidc.None(), {
  execute: inDevelopment ? [oidc.allowInsecureRequests] : [],
});

// Any free port, on the address and not on the name: nobody else can have 127.0.0.1.
let arrive;
const answered = new Promise((resolve) => (arrive = resolve));
const listener = createServer((request, response) => {
  const url = new URL(request.url, redirectUri);
  const isAnswer = request.method === "GET" && url.pathname === "/callback";
  response.writeHead(isAnswer ? 200 : 404, { "content-type": "text/html", connection: "close" });
  response.end('<!doctype html><link rel="icon" href="data:,"><h1>You can close this window.</h1>');
  if (isAnswer) arrive(url);
});
await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
const redirectUri = `http://127.0.0.1:${listener.address().port}/callback`;

const state = oidc.randomState();
const nonce = oidc.randomNonce();
const verifier = oidc.randomPKCECodeVerifier();
const address = oidc.buildAuthorizationUrl(provider, {
  redirect_uri: redirectUri,
  scope: "openid profile offline_access",
  state,
  nonce,
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
});
// Never in a window inside the program: people could not tell who asks for their password.
console.log(`Open ${address} in your browser.`);

const url = await answered;
listener.close();
try {
  const tokens = await oidc.authorizationCodeGrant(provider, url, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const { sub } = tokens.claims();
  const person = await oidc.fetchUserInfo(provider, tokens.access_token, sub);
  console.log(`Hello, ${person.name ?? sub}!`);
  // The refresh token goes into the keychain of the system; each use gives another one.
  const next = await oidc.refreshTokenGrant(provider, tokens.refresh_token);
  console.log("The tokens are fresh.");
  // Whoever signs out of the program gives its tokens back.
  await oidc.tokenRevocation(provider, next.refresh_token);
  console.log("Signed out.");
} catch (error) {
  console.log(`Nobody is signed in: ${error.error ?? error.message}`);
  process.exitCode = 1;
}
