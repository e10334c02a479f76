// A single-page application on @badgateway/oauth2-client, with the properties that the SPA table of seed.md describes:
// one scope item with a space in it, state and verifier kept in sessionStorage and used again, no nonce, the text
// "undefined" for a verifier that was not loaded, tokens in memory only, and a new sign-in on every failure.
import { OAuth2Client, generateCodeVerifier } from "@badgateway/oauth2-client";
import { show, settings } from "./shell.js";

class Tokens {
  #client = new OAuth2Client({
    server: settings.issuer,
    clientId: settings.clientId,
    authorizationEndpoint: "/oauth2/auth",
    tokenEndpoint: "/oauth2/token",
  });
  #state;
  #verifier;
  #held = {};
  /** Whether a failure starts a sign-in, as it does in the wild; tests that look at failures switch it off. */
  isStubborn = true;

  async prepare() {
    this.#state = this.#stored("oauth_random_state", () => this.#random() + this.#random());
    this.#verifier = this.#stored("oauth_code_verifier", () => undefined) ?? this.#keep("oauth_code_verifier", await generateCodeVerifier());
  }

  #random() {
    return Math.random().toString(36).substring(2, 15);
  }

  #stored(key, make) {
    return sessionStorage.getItem(key) ?? this.#keep(key, make());
  }

  #keep(key, value) {
    if (value !== undefined) sessionStorage.setItem(key, value);
    return value;
  }

  async signIn(extraParams) {
    await this.prepare();
    const uri = await this.#client.authorizationCode.getAuthorizeUri({
      redirectUri: settings.redirectUri,
      state: this.#state,
      codeVerifier: this.#verifier,
      scope: ["openid offline_access"],
      extraParams,
    });
    location.assign(uri);
  }

  async #ask(parameters) {
    const response = await fetch(`${settings.issuer}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({ client_id: settings.clientId, ...parameters }),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    if (!response.ok && this.isStubborn) {
      this.signIn();
    }
    const body = await response.json();
    if (!response.ok) return { status: response.status, ...body };
    this.#held = {
      accessToken: body.access_token,
      tokenType: body.token_type,
      expiresAt: Date.now() + body.expires_in * 1000,
      refreshToken: body.refresh_token,
      scope: body.scope,
      idToken: body.id_token,
    };
    return { status: response.status, ...this.#held };
  }

  /// Redeems the code in the address; it does not look at `error`, `iss` or `state`.
  async redeem(verifier = this.#verifier) {
    const code = new URL(location.href).searchParams.get("code") ?? "";
    if (!code) throw new Error("there is no code in the address");
    return this.#ask({
      grant_type: "authorization_code",
      code,
      redirect_uri: settings.redirectUri,
      code_verifier: String(verifier),
    });
  }

  async refresh(refreshToken = this.#held.refreshToken) {
    return this.#ask({ grant_type: "refresh_token", refresh_token: refreshToken });
  }

  get held() {
    return this.#held;
  }
}

const tokens = new Tokens();
globalThis.application = tokens;
const query = new URL(location.href).searchParams;

document.getElementById("sign-in")?.addEventListener("click", () => tokens.signIn(settings.extra()));

if (location.pathname === "/start") {
  tokens.signIn(settings.extra());
} else if (location.pathname === "/callback") {
  await tokens.prepare();
  const isOriginalState = query.get("state") === sessionStorage.getItem("oauth_random_state");
  if (query.has("error")) {
    show({ error: query.get("error"), isOriginalState });
  } else if (query.has("code") && !sessionStorage.getItem("hands_off")) {
    const answer = await tokens.redeem();
    show({ ...answer, isOriginalState, issuer: query.get("iss") });
  } else {
    show({ isOriginalState, code: query.get("code") });
  }
}
