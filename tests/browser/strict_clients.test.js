// Strict clients: oauth4webapi with a signed and pushed request, openid-client with the old response types, and jose with
// tokens of each algorithm.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import * as oidc from "openid-client";
import { serve } from "./house/files.js";
import { World } from "./house/world.js";

const NOTES = "https://notes.example.org";
const MAPS = "https://maps.example.org/v1";
/// The tests' provider has no TLS.
const plainly = { [oauth.allowInsecureRequests]: true };

/// A client with a key, and a page that takes answers in the query, the fragment or a form.
class SigningApplication {
  /// `more` are lines of its registration.
  constructor(id, alg, more = "") {
    Object.assign(this, { id, alg, more });
  }

  async start() {
    const pair = await jose.generateKeyPair(this.alg, { extractable: true });
    const shared = { kid: `${this.id}-1`, alg: this.alg, use: "sig" };
    this.key = { key: pair.privateKey, kid: shared.kid };
    this.jwks = JSON.stringify({ keys: [{ ...(await jose.exportJWK(pair.publicKey)), ...shared }] });
    this.site = await serve(async (path, request) => {
      let form = "";
      for await (const chunk of request) form += chunk;
      if (request.method === "POST") this.received = form;
      return { type: "text/html", body: '<!doctype html><link rel="icon" href="data:,"><title>Acme</title><h1>You are back.</h1>' };
    });
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
type = "web"
token_endpoint_auth_method = "private_key_jwt"
jwks = '${this.jwks}'
redirect_uris = ["${this.redirectUri}"]
scopes = ["openid", "profile", "email", "offline_access", "notes"]
skip_consent = true
${this.more}
`;
  }

  /// The address that the person arrived at.
  async arrived(tab) {
    await tab.page.locator("h1", { hasText: "You are back." }).waitFor();
    return new URL(tab.page.url());
  }
}

for (const database of ["sqlite", "postgres"]) {
  describe(`strict clients (${database})`, () => {
    const signed = new SigningApplication(
      "signed",
      "Ed25519",
      `require_signed_request_object = true
require_pushed_authorization_requests = true
audience = ["${NOTES}", "${MAPS}"]
id_token_alg = "EdDSA"
access_token_alg = "PS256"
userinfo_signed_response_alg = "ES256"`,
    );
    const old = new SigningApplication(
      "old",
      "PS256",
      `response_types = ["code", "code id_token", "id_token"]
response_modes = ["query", "fragment", "form_post"]
id_token_alg = "PS256"
userinfo_signed_response_alg = "EdDSA"`,
    );
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ database, applications: [signed, old] });
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    /// A token is signed with this algorithm, by a published key of its own.
    async function isSigned(token, alg, expected) {
      const keys = jose.createRemoteJWKSet(new URL(`${world.issuer}/.well-known/jwks.json`));
      const { protectedHeader, payload } = await jose.jwtVerify(token, keys, { issuer: world.issuer, algorithms: [alg], ...expected });
      assert.equal(protectedHeader.alg, alg);
      return payload;
    }

    check("prov_3_a_signed_and_pushed_request_brings_tokens_that_oauth4webapi_believes", async () => {
      const discovered = await oauth.discoveryRequest(new URL(world.issuer), plainly);
      const as = await oauth.processDiscoveryResponse(new URL(world.issuer), discovered);
      const client = { client_id: signed.id, id_token_signed_response_alg: "EdDSA", userinfo_signed_response_alg: "ES256" };
      const authentication = oauth.PrivateKeyJwt(signed.key);
      const [state, nonce, verifier] = [oauth.generateRandomState(), oauth.generateRandomNonce(), oauth.generateRandomCodeVerifier()];
      const parameters = new URLSearchParams({
        response_type: "code",
        redirect_uri: signed.redirectUri,
        scope: "openid profile email offline_access notes",
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      for (const resource of [NOTES, MAPS]) parameters.append("resource", resource);

      // Without a signature there is nothing to push, and without a push nothing to open.
      const bare = await oauth.pushedAuthorizationRequest(as, client, authentication, parameters, plainly);
      await assert.rejects(oauth.processPushedAuthorizationResponse(as, client, bare), { error: "invalid_request" });
      const request = await oauth.issueRequestObject(as, client, parameters, signed.key);
      const pushed = await oauth.pushedAuthorizationRequest(as, client, authentication, { request }, plainly);
      const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, pushed);

      const ada = await world.server.person();
      const tab = await world.tab();
      await tab.page.goto(`${as.authorization_endpoint}?${new URLSearchParams({ client_id: signed.id, request_uri })}`);
      await tab.signIn(ada);
      const answer = oauth.validateAuthResponse(as, client, await signed.arrived(tab), state);
      const redeem = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, signed.redirectUri, verifier, plainly);
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, redeem, { expectedNonce: nonce, requireIdToken: true });
      await oauth.validateApplicationLevelSignature(as, redeem, plainly);
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      assert.equal(claims.sub, ada.id);
      await isSigned(tokens.id_token, "EdDSA", { audience: signed.id, typ: "JWT" });

      const asked = await oauth.userInfoRequest(as, client, tokens.access_token, plainly);
      assert.match(asked.headers.get("content-type"), /^application\/jwt/);
      const person = await oauth.processUserInfoResponse(as, client, claims.sub, asked);
      await oauth.validateApplicationLevelSignature(as, asked, plainly);
      assert.deepEqual([person.name, person.email], [ada.name, ada.email]);

      // RFC 9068 and RFC 8707: for all that was asked for, then for one.
      const opens = (token, api) => {
        const request = new Request(`${api}/list`, { headers: { authorization: `Bearer ${token}` } });
        return oauth.validateJwtAccessToken(as, request, api, plainly);
      };
      for (const api of [NOTES, MAPS]) assert.equal((await opens(tokens.access_token, api)).client_id, signed.id);
      await isSigned(tokens.access_token, "PS256", { audience: NOTES, typ: "at+jwt" });
      const additionalParameters = { resource: MAPS };
      const renew = await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token, { ...plainly, additionalParameters });
      const narrow = await oauth.processRefreshTokenResponse(as, client, renew);
      assert.equal((await opens(narrow.access_token, MAPS)).sub, ada.id);
      await assert.rejects(opens(narrow.access_token, NOTES), { code: oauth.JWT_CLAIM_COMPARISON });

      const introspected = await oauth.introspectionRequest(as, client, authentication, narrow.access_token, plainly);
      const facts = await oauth.processIntrospectionResponse(as, client, introspected);
      assert.deepEqual([facts.active, facts.sub], [true, ada.id]);
      const revoked = await oauth.revocationRequest(as, client, authentication, narrow.refresh_token, plainly);
      await oauth.processRevocationResponse(revoked);
      const late = await oauth.refreshTokenGrantRequest(as, client, authentication, narrow.refresh_token, plainly);
      await assert.rejects(oauth.processRefreshTokenResponse(as, client, late), { error: "invalid_grant" });
    });

    check("prov_3_an_assertion_that_was_used_is_refused_to_oauth4webapi", async () => {
      const as = await oauth.processDiscoveryResponse(new URL(world.issuer), await oauth.discoveryRequest(new URL(world.issuer), plainly));
      const client = { client_id: signed.id };
      const always = oauth.PrivateKeyJwt(signed.key, { [oauth.modifyAssertion]: (_, payload) => (payload.jti = "always the same") });
      const push = async () => {
        const request = await oauth.issueRequestObject(as, client, { response_type: "code" }, signed.key);
        const response = await oauth.pushedAuthorizationRequest(as, client, always, { request }, plainly);
        return oauth.processPushedAuthorizationResponse(as, client, response);
      };
      // The first is good, and only what it brings is incomplete.
      await assert.rejects(push(), { error: "invalid_request" });
      await assert.rejects(push(), { error: "invalid_client" });
    });

    const discover = (client, ...execute) => {
      const metadata = { id_token_signed_response_alg: "PS256", userinfo_signed_response_alg: "EdDSA" };
      const options = { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks, ...execute] };
      return oidc.discovery(new URL(world.issuer), client.id, metadata, oidc.PrivateKeyJwt(client.key), options);
    };

    for (const mode of ["fragment", "form_post"]) {
      check(`prov_3_a_hybrid_answer_by_${mode}_is_believed_by_openid_client`, async () => {
        const config = await discover(old, oidc.useCodeIdTokenResponseType);
        const expected = { expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
        const parameters = {
          redirect_uri: old.redirectUri,
          scope: "openid profile email",
          response_mode: mode,
          state: expected.expectedState,
          nonce: expected.expectedNonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(expected.pkceCodeVerifier),
          code_challenge_method: "S256",
        };
        const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, old.key);
        assert.equal(url.searchParams.get("nonce"), null, "the request is signed as a whole");
        const ada = await world.server.person();
        const tab = await world.tab();
        await tab.page.goto(url.href);
        await tab.signIn(ada);
        const address = await old.arrived(tab);
        const headers = { "content-type": "application/x-www-form-urlencoded" };
        const answer = mode === "fragment" ? address : new Request(old.redirectUri, { method: "POST", headers, body: old.received });
        assert.equal(address.search, "");
        assert.equal(address.hash !== "", mode === "fragment");
        const tokens = await oidc.authorizationCodeGrant(config, answer, { ...expected, idTokenExpected: true });
        assert.equal(tokens.claims().sub, ada.id);
        await isSigned(tokens.id_token, "PS256", { audience: old.id, typ: "JWT" });
        const person = await oidc.fetchUserInfo(config, tokens.access_token, ada.id);
        assert.equal(person.email, ada.email);
      });
    }

    check("prov_3_an_id_token_from_the_authorization_endpoint_is_believed_by_openid_client", async () => {
      const config = await discover(old, oidc.useIdTokenResponseType);
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
      const url = oidc.buildAuthorizationUrl(config, { redirect_uri: old.redirectUri, scope: "openid email", state, nonce });
      assert.equal(url.searchParams.get("response_type"), "id_token");
      const ada = await world.server.person();
      const tab = await world.tab();
      await tab.page.goto(url.href);
      await tab.signIn(ada);
      const claims = await oidc.implicitAuthentication(config, await old.arrived(tab), nonce, { expectedState: state });
      assert.deepEqual([claims.sub, claims.email], [ada.id, ada.email]);
    });
  });
}
