// A strict relying party: openid-client and jose check every signature and claim.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { PlainApplication } from "./house/applications.js";
import { World } from "./house/world.js";

const SECRET = "a secret of 40 characters and a little % more+";
const METHODS = {
  client_secret_basic: () => oidc.ClientSecretBasic(SECRET),
  client_secret_post: () => oidc.ClientSecretPost(SECRET),
  none: () => oidc.None(),
};

for (const database of ["sqlite", "postgres"]) {
  describe(`a strict relying party (${database})`, () => {
    const clients = Object.fromEntries(
      Object.keys(METHODS).map((method) => [
        method,
        new PlainApplication({
          id: `strict-${method}`,
          name: "Acme Strict",
          kind: method === "none" ? "spa" : "web",
          secret: method === "none" ? undefined : SECRET,
          method,
        }),
      ]),
    );
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ database, applications: Object.values(clients), script: false });
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    const discover = (client) =>
      oidc.discovery(new URL(world.issuer), client.id, { use_mtls_endpoint_aliases: false }, METHODS[client.method](), {
        execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
      });

    async function signsIn(client, parameters = {}) {
      const config = await discover(client);
      const ada = await world.server.person();
      const verifier = oidc.randomPKCECodeVerifier();
      const expected = { expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), pkceCodeVerifier: verifier };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: client.redirectUri,
        scope: "openid profile email offline_access",
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state: expected.expectedState,
        nonce: expected.expectedNonce,
        ...parameters,
      });
      const tab = await world.tab();
      await tab.page.goto(url.href);
      await tab.signIn(ada);
      await tab.page.waitForURL((url) => url.href.startsWith(client.redirectUri));
      const checks = { ...expected, idTokenExpected: true, ...(parameters.max_age ? { maxAge: Number(parameters.max_age) } : {}) };
      const tokens = await oidc.authorizationCodeGrant(config, new URL(tab.page.url()), checks);
      return { config, ada, tab, tokens };
    }

    for (const client of Object.values(clients)) {
      check(`prov_1_${client.method}: discovery, code and PKCE, userinfo, refresh, revocation and sign-out`, async () => {
        const { config, ada, tab, tokens } = await signsIn(client);
        const claims = tokens.claims();
        assert.equal(claims.sub, ada.id);
        assert.equal(tokens.token_type, "bearer");
        assert.ok(tokens.expires_in > 0);

        const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
        assert.deepEqual([info.email, info.email_verified, info.name], [ada.email, true, ada.name]);

        const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
        assert.equal(renewed.claims()?.sub ?? claims.sub, claims.sub);
        assert.notEqual(renewed.access_token, tokens.access_token);
        assert.notEqual(renewed.refresh_token, tokens.refresh_token);

        await oidc.tokenRevocation(config, renewed.refresh_token);
        await assert.rejects(oidc.refreshTokenGrant(config, renewed.refresh_token), { error: "invalid_grant" });

        const goodbye = oidc.buildEndSessionUrl(config, {
          id_token_hint: renewed.id_token ?? tokens.id_token,
          post_logout_redirect_uri: `${client.origin}/goodbye`,
          state: "until next time",
        });
        await tab.page.goto(goodbye.href);
        await tab.page.waitForURL((url) => url.origin === client.origin && url.pathname === "/goodbye");
        assert.equal(new URL(tab.page.url()).searchParams.get("state"), "until next time");
      });
    }

    check("prov_6_id_token_and_access_token_are_signed_by_published_keys", async () => {
      const client = clients.client_secret_basic;
      const { config, ada, tokens } = await signsIn(client, { max_age: "3600" });
      const server = config.serverMetadata();
      const keys = createRemoteJWKSet(new URL(server.jwks_uri));
      const id = await jwtVerify(tokens.id_token, keys, { issuer: world.issuer, audience: client.id });
      assert.equal(id.protectedHeader.alg, "RS256");
      assert.ok(Number.isInteger(id.payload.auth_time) && id.payload.acr && id.payload.amr.includes("pwd"));
      assert.deepEqual([id.payload.email, id.payload.name], [undefined, undefined], "claims of people come from userinfo");
      const access = await jwtVerify(tokens.access_token, keys, { issuer: world.issuer, typ: "at+jwt" });
      assert.equal(access.protectedHeader.alg, "ES256");
      assert.deepEqual([access.payload.sub, access.payload.client_id], [ada.id, client.id]);
      assert.equal(access.payload.scope, tokens.scope);
    });

    check("prov_5_introspection_says_what_lives", async () => {
      const client = clients.client_secret_basic;
      const { config, ada, tokens } = await signsIn(client);
      const alive = await oidc.tokenIntrospection(config, tokens.access_token);
      assert.deepEqual([alive.active, alive.sub, alive.client_id], [true, ada.id, client.id]);
      await oidc.tokenRevocation(config, tokens.access_token);
      assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
    });

    check("prov_1_the_discovery_document_tells_the_truth", async () => {
      const server = (await discover(clients.none)).serverMetadata();
      assert.equal(server.issuer, world.issuer);
      for (const endpoint of ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint", "revocation_endpoint", "introspection_endpoint"]) {
        assert.ok(server[endpoint]?.startsWith(`${world.issuer}/`), endpoint);
      }
      assert.ok(server.id_token_signing_alg_values_supported.includes("RS256"));
      assert.deepEqual(server.code_challenge_methods_supported, ["S256"]);
      assert.equal(server.authorization_response_iss_parameter_supported, true);
      assert.equal(server.request_uri_parameter_supported, false);
      assert.deepEqual([...server.response_types_supported], ["code"]);
      for (const method of Object.keys(METHODS)) assert.ok(server.token_endpoint_auth_methods_supported.includes(method), method);
    });

    check("prov_5_a_code_is_redeemed_once", async () => {
      const client = clients.client_secret_post;
      const { config, tab } = await signsIn(client);
      await assert.rejects(
        oidc.authorizationCodeGrant(config, new URL(tab.page.url()), { expectedState: oidc.skipStateCheck, pkceCodeVerifier: "v".repeat(43) }),
        { error: "invalid_grant" },
      );
    });
  });
}
