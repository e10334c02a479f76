// OpenID Connect for a single-page application: authorization code with PKCE (RFC 7636), state, nonce, and the
// issuer in the answer (RFC 9207). No library; what a browser has is enough.

const WAITING = "demo.sign-in";

/** Reads what the provider says about itself (OpenID Connect Discovery 1.0). */
export async function discover(issuer) {
  const provider = await getJson(`${issuer}/.well-known/openid-configuration`);
  if (provider.issuer !== issuer) throw new Error(`The provider calls itself ${provider.issuer}, not ${issuer}.`);
  return provider;
}

/** Leaves for the provider. `more` are further parameters, such as `{ prompt: "create" }`. */
export async function signIn(provider, client, more = {}) {
  const waiting = { state: random(), nonce: random(), verifier: random() };
  // The page is gone while the person is at the provider, so these three wait in this tab's storage.
  sessionStorage.setItem(WAITING, JSON.stringify(waiting));
  const parameters = new URLSearchParams({
    response_type: "code",
    client_id: client.id,
    redirect_uri: client.redirectUri,
    scope: client.scope,
    state: waiting.state,
    nonce: waiting.nonce,
    code_challenge: base64url(await sha256(waiting.verifier)),
    code_challenge_method: "S256",
    ...more,
  });
  location.assign(`${provider.authorization_endpoint}?${parameters}`);
}

/** Takes up the answer in this page's address; `null` if there is none. */
export async function finishSignIn(provider, client) {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("code") && !answer.has("error")) return null;
  const waiting = JSON.parse(sessionStorage.getItem(WAITING) ?? "null");
  sessionStorage.removeItem(WAITING);
  // A code is for one use; it should not stay in the address or the history.
  history.replaceState(null, "", "/");
  if (!waiting || answer.get("state") !== waiting.state) {
    throw new Error("This answer belongs to no sign-in that was begun in this tab. Please sign in again.");
  }
  if (answer.get("iss") !== provider.issuer) throw new Error("The answer comes from another provider.");
  if (answer.has("error")) {
    throw new Error(answer.get("error_description") ?? answer.get("error"));
  }
  const tokens = await requestTokens(provider, {
    grant_type: "authorization_code",
    client_id: client.id,
    code: answer.get("code"),
    redirect_uri: client.redirectUri,
    code_verifier: waiting.verifier,
  });
  await checkIdToken(provider, client, tokens.id_token, waiting.nonce);
  return tokens;
}

/** Gets new tokens. The old refresh token is spent by this. */
export async function refresh(provider, client, tokens) {
  const fresh = await requestTokens(provider, {
    grant_type: "refresh_token",
    client_id: client.id,
    refresh_token: tokens.refresh_token,
  });
  return { ...tokens, ...fresh };
}

/** What the provider says about the person (OpenID Connect Core 5.3). */
export async function userInfo(provider, tokens) {
  const person = await getJson(provider.userinfo_endpoint, { Authorization: `Bearer ${tokens.access_token}` });
  if (person.sub !== decode(tokens.id_token).claims.sub) throw new Error("The provider speaks of somebody else.");
  return person;
}

/** Leaves for the provider to sign out there, too (OpenID Connect RP-Initiated Logout 1.0). */
export function signOut(provider, client, tokens) {
  const parameters = new URLSearchParams({
    id_token_hint: tokens.id_token,
    client_id: client.id,
    post_logout_redirect_uri: client.postLogoutRedirectUri,
  });
  location.assign(`${provider.end_session_endpoint}?${parameters}`);
}

/** The header and the claims of a JWT, to be looked at. Nothing is verified. */
export function decode(jwt) {
  if (jwt.split(".").length !== 3) return { opaque: "Only the provider can read this token.", claims: {} };
  const [header, claims] = jwt.split(".", 2).map((part) => JSON.parse(new TextDecoder().decode(fromBase64url(part))));
  return { header, claims };
}

async function requestTokens(provider, parameters) {
  const response = await fetch(provider.token_endpoint, { method: "POST", body: new URLSearchParams(parameters) });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error_description ?? body.error ?? `The provider answers ${response.status}.`);
  return body;
}

/** OpenID Connect Core 3.1.3.7. */
async function checkIdToken(provider, client, jwt, nonce) {
  const { header, claims } = decode(jwt);
  const { keys } = await getJson(provider.jwks_uri);
  const jwk = keys.find((key) => key.kid === header.kid && key.alg === header.alg);
  const algorithm = ALGORITHMS[header.alg];
  if (!jwk || !algorithm) throw new Error("The ID token is signed with an unknown key.");
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
  const [head, body, signature] = jwt.split(".");
  const signed = new TextEncoder().encode(`${head}.${body}`);
  const good = await crypto.subtle.verify(algorithm, key, fromBase64url(signature), signed);
  const audience = [claims.aud].flat();
  const wrong =
    (!good && "its signature is wrong") ||
    (claims.iss !== provider.issuer && "it comes from another provider") ||
    (!audience.includes(client.id) && "it is for another application") ||
    (claims.exp * 1000 <= Date.now() && "it has expired") ||
    (claims.nonce !== nonce && "it belongs to another sign-in");
  if (wrong) throw new Error(`The ID token is not accepted: ${wrong}.`);
}

const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
};

async function getJson(url, headers = {}) {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${url} answers ${response.status}.`);
  return response.json();
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function sha256(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}
