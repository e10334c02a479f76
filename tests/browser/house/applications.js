// The clients that send people: two single-page applications on npm packages, and a client that is the test itself (for
// browsers without scripts).
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { bundle } from "./bundle.js";
import { serve } from "./files.js";

const random = () => randomBytes(32).toString("base64url");
const challenge = (verifier) => createHash("sha256").update(verifier).digest("base64url");

/// What a JWT claims; who signed it is checked elsewhere.
export function claims(jwt) {
  return JSON.parse(Buffer.from(jwt.split(".")[1], "base64url").toString());
}

const shell = (issuer, id, name) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
<meta name="issuer" content="${issuer}"><meta name="client-id" content="${id}">
<script type="module" src="/application.js"></script></head>
<body><h1>${name}</h1><button id="sign-in">Sign in</button> <button id="popup">Sign in with a popup</button>
<button id="sign-out">Sign out</button><output id="outcome"></output></body></html>`;

/// A client on a page of its own.
export class PageApplication {
  constructor({ id, name, script, asks = false, scopes = ["openid", "profile", "email", "offline_access"] }) {
    Object.assign(this, { id, name, asks, scopes, script: bundle(script), needsScript: true });
  }

  async start(issuer) {
    this.issuer = issuer;
    this.site = await serve((path) =>
      path === "/application.js"
        ? { type: "text/javascript", body: this.script }
        : { type: "text/html; charset=utf-8", body: shell(this.issuer, this.id, this.name) },
    );
    this.origin = this.site.origin;
    this.redirectUri = `${this.origin}/callback`;
  }

  stop() {
    return this.site?.stop();
  }

  get registration() {
    return `
[[client]]
id = "${this.id}"
name = "${this.name}"
type = "spa"
redirect_uris = ["${this.redirectUri}", "${this.origin}/popup", "${this.origin}/silent"]
post_logout_redirect_uris = ["${this.origin}/goodbye"]
client_uri = "${this.origin}/"
initiate_login_uri = "${this.origin}/start"
scopes = ${JSON.stringify(this.scopes)}
skip_consent = ${!this.asks}
`;
  }

  /// Sends a person to sign in, and waits until the browser has arrived somewhere.
  async send(page, parameters = {}) {
    await page.goto(`${this.origin}/?${new URLSearchParams(parameters)}`);
    await Promise.all([
      page.waitForURL((url) => url.origin !== this.origin || url.pathname === "/callback"),
      page.click("#sign-in"),
    ]);
    await page.waitForLoadState();
  }

  /// How it went, once the person is back.
  async outcome(page) {
    await page.waitForURL((url) => url.origin === this.origin && url.pathname === "/callback");
    await page.locator("#outcome[data-done]").waitFor({ state: "attached" });
    return JSON.parse(await page.locator("#outcome").textContent());
  }

  /// The person is back, with the original state and tokens that work.
  async home(page, person) {
    const outcome = await this.outcome(page);
    assert.equal(outcome.isOriginalState, true, JSON.stringify(outcome));
    assert.equal(outcome.status, 200, JSON.stringify(outcome));
    await this.proves(outcome, person);
    return outcome;
  }

  /// The person is back, with an error that the application can read and the original state.
  async refused(page, error) {
    const outcome = await this.outcome(page);
    assert.deepEqual([outcome.error, outcome.isOriginalState], [error, true], JSON.stringify(outcome));
    return outcome;
  }

  async proves(outcome, person) {
    const answer = await fetch(`${this.issuer}/userinfo`, { headers: { authorization: `Bearer ${outcome.accessToken}` } });
    const info = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(info));
    const { sub, iss, aud } = claims(outcome.idToken);
    assert.equal(info.sub, sub);
    assert.equal(iss, this.issuer);
    assert.ok([aud].flat().includes(this.id));
    assert.ok(outcome.refreshToken, "offline_access gives a refresh token");
    if (person?.id) assert.equal(sub, person.id);
  }
}

/// A client that is the test: it builds the request, and redeems the code with `fetch`.
export class PlainApplication {
  #waiting = new Map();

  constructor({ id = "plain", name = "Acme Plain", asks = false, kind = "spa", redirectUri, secret, method } = {}) {
    Object.assign(this, { id, name, asks, kind, redirectUri, secret, method, needsScript: false });
  }

  async start(issuer) {
    this.issuer = issuer;
    this.site = await serve((path, request) => {
      if (path === "/start") return { status: 303, type: "text/plain", body: "", headers: { location: this.request() } };
      const words = path === "/callback" ? "You are back." : "Acme.";
      return { type: "text/html; charset=utf-8", body: `<!doctype html><link rel="icon" href="data:,"><title>Acme</title><h1>${words}</h1>` };
    });
    this.origin = this.site.origin;
    this.redirectUri ??= `${this.origin}/callback`;
  }

  stop() {
    return this.site?.stop();
  }

  get registration() {
    const digest = this.secret && createHash("sha256").update(this.secret).digest("hex");
    const secret = digest ? `secret_sha256 = "${digest}"\ntoken_endpoint_auth_method = "${this.method}"\n` : "";
    const start = this.kind === "native" ? "" : `initiate_login_uri = "${this.origin}/start"\n`;
    return `
[[client]]
id = "${this.id}"
name = "${this.name}"
type = "${this.kind}"
redirect_uris = ["${this.registeredUri ?? this.redirectUri}"]
post_logout_redirect_uris = ["${this.origin}/goodbye"]
client_uri = "${this.origin}/"
${secret}${start}skip_consent = ${!this.asks}
`;
  }

  /// The address of a new authorization request.
  request(parameters = {}) {
    const state = random();
    const one = { verifier: random(), nonce: random(), redirectUri: this.redirectUri };
    this.#waiting.set(state, one);
    const url = new URL(`${this.issuer}/oauth2/auth`);
    url.search = new URLSearchParams({
      response_type: "code",
      client_id: this.id,
      redirect_uri: this.redirectUri,
      scope: "openid profile email offline_access",
      state,
      nonce: one.nonce,
      code_challenge: challenge(one.verifier),
      code_challenge_method: "S256",
      ...parameters,
    });
    return url.href;
  }

  async send(page, parameters = {}) {
    await page.goto(this.request(parameters));
  }

  /// Reads what came back; `address` is the redirect.
  arrived(address) {
    const url = new URL(address);
    const answer = Object.fromEntries(url.searchParams);
    const waiting = this.#waiting.get(answer.state);
    assert.ok(waiting, `an unknown state came back: ${url.pathname}`);
    assert.equal(answer.iss, this.issuer, "RFC 9207");
    return { ...answer, ...waiting };
  }

  async #back(page) {
    await page.waitForURL((url) => url.href.startsWith(this.redirectUri));
    return this.arrived(page.url());
  }

  async home(page, person) {
    return this.redeem(await this.#back(page), person);
  }

  /// Exchanges the code that came back.
  async redeem(answer, person) {
    assert.ok(answer.code, `no code: ${answer.error} ${answer.error_description}`);
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code: answer.code,
      redirect_uri: answer.redirectUri,
      client_id: this.id,
      code_verifier: answer.verifier,
    });
    if (this.secret) body.set("client_secret", this.secret);
    const response = await fetch(`${this.issuer}/oauth2/token`, { method: "POST", body });
    const tokens = await response.json();
    assert.equal(response.status, 200, JSON.stringify(tokens));
    const id = claims(tokens.id_token);
    assert.deepEqual([id.iss, id.nonce], [this.issuer, answer.nonce]);
    const info = await fetch(`${this.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.equal(info.status, 200);
    assert.equal((await info.json()).sub, id.sub);
    if (person?.id) assert.equal(id.sub, person.id);
    return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token, idToken: tokens.id_token, scope: tokens.scope };
  }

  async refused(page, error) {
    const answer = await this.#back(page);
    assert.equal(answer.error, error, JSON.stringify(answer));
    return answer;
  }
}
