// The single-page application of the seed, line by line (seed.md, S31 and S32): what its class and its library do must
// work, and where they fail the answer must be readable.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { PageApplication, claims } from "./house/applications.js";
import { World } from "./house/world.js";

for (const database of ["sqlite", "postgres"]) {
  describe(`the application of the seed (${database})`, () => {
    const spa = new PageApplication({ id: "00000000-0000-4000-8000-000000000001", name: "Acme Notes", script: "seed.js", scopes: ["openid", "offline_access"] });
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ database, applications: [spa] });
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    async function signedIn() {
      const ada = await world.server.person();
      const tab = await world.tab();
      await spa.send(tab.page);
      await tab.signIn(ada);
      const tokens = await spa.home(tab.page, ada);
      return { ada, tab, tokens };
    }

    /// A tab that has a code in its address and leaves it there.
    async function withCode() {
      const { ada, tab } = await signedIn();
      await tab.page.evaluate(() => sessionStorage.setItem("hands_off", "yes"));
      await spa.send(tab.page);
      const { code } = await spa.outcome(tab.page);
      assert.ok(code);
      await tab.page.evaluate(() => (application.isStubborn = false));
      return { ada, tab, code };
    }

    const call = (tab, method, ...args) => tab.page.evaluate(([method, args]) => application[method](...args), [method, args]);

    check("seed_s31_one_scope_item_with_a_space_is_two_scopes", async () => {
      const { tab, tokens } = await signedIn();
      assert.deepEqual(tokens.scope.split(" ").sort(), ["offline_access", "openid"]);
      assert.ok(tokens.refreshToken);
      // The library writes `+`; `%20` means the same.
      const address = new URL(tab.page.url());
      assert.equal(address.searchParams.get("iss"), world.issuer);
      const query = `response_type=code&client_id=${spa.id}&redirect_uri=${encodeURIComponent(spa.redirectUri)}&state=abc&code_challenge=${"a".repeat(43)}&code_challenge_method=S256`;
      for (const scope of ["openid+offline_access", "openid%20offline_access"]) {
        await tab.page.goto(`${world.issuer}/oauth2/auth?${query}&scope=${scope}`);
        await tab.page.waitForURL((url) => url.origin === spa.origin);
        assert.ok(new URL(tab.page.url()).searchParams.get("code"), scope);
        await tab.page.locator("#outcome[data-done]").waitFor({ state: "attached" }).catch(() => {});
      }
    });

    check("seed_s31_without_a_nonce_the_id_token_has_none", async () => {
      const { tokens } = await signedIn();
      assert.equal("nonce" in claims(tokens.idToken), false);
    });

    check("seed_s31_state_and_verifier_are_used_again", async () => {
      const { ada, tab } = await signedIn();
      const kept = () => tab.page.evaluate(() => ({ ...sessionStorage }));
      const before = await kept();
      await spa.send(tab.page);
      await spa.home(tab.page, ada);
      assert.deepEqual(await kept(), before);
    });

    check("seed_s31_a_short_state_comes_back_as_it_was", async () => {
      const { tab } = await signedIn();
      await tab.page.evaluate(() => sessionStorage.setItem("oauth_random_state", "x"));
      await spa.send(tab.page);
      const answer = await spa.outcome(tab.page);
      assert.deepEqual([answer.status, answer.isOriginalState], [200, true]);
    });

    check("seed_s31_a_public_client_needs_no_preflight", async () => {
      await signedIn();
      const asked = (await world.server.requests()).filter((line) => (line.method ?? line.fields?.method) === "OPTIONS");
      assert.deepEqual(asked, []);
    });

    check("seed_s31_a_lost_verifier_is_named", async () => {
      const { tab } = await withCode();
      const answer = await tab.page.evaluate(() => application.redeem("undefined"));
      assert.deepEqual([answer.status, answer.error, answer.error_id], [400, "invalid_grant", "pkce_verifier_lost"], JSON.stringify(answer));
      assert.match(answer.error_description, /undefined/);
    });

    check("seed_s31_an_application_that_goes_in_circles_is_stopped", async () => {
      const { tab } = await signedIn();
      // From now on every callback page has lost its verifier.
      await tab.page.addInitScript(() => {
        if (location.pathname === "/callback") sessionStorage.setItem("oauth_code_verifier", "undefined");
        else if (location.pathname === "/") sessionStorage.setItem("oauth_code_verifier", "v".repeat(43));
      });
      await tab.page.route("**/oauth2/token", async (route) => {
        const body = new URLSearchParams(route.request().postData());
        body.set("code_verifier", "undefined");
        await route.continue({ postData: body.toString() });
      });
      await tab.page.goto(`${spa.origin}/`);
      await tab.page.click("#sign-in");
      await tab.page.locator("#error-title").waitFor({ timeout: 20_000 });
      await tab.sees("We stopped a sign-in that goes in circles");
      // It names the last answer of the token endpoint.
      assert.match(await tab.page.locator("main").textContent(), /invalid_grant: .*undefined/);
      await tab.isNoDeadEnd();
    });

    check("seed_s31_tokens_in_memory_are_renewed_by_a_reload_without_a_page", async () => {
      const { ada, tab } = await signedIn();
      const asked = [];
      tab.page.on("response", (answer) => {
        const { origin, pathname } = new URL(answer.url());
        if (origin === world.issuer) asked.push(`${answer.request().method()} ${pathname} ${answer.status()}`);
      });
      const redeemed = tab.page.waitForResponse(`${world.issuer}/oauth2/token`);
      await spa.send(tab.page);
      await spa.home(tab.page, ada);
      await redeemed;
      // One look at the authorization endpoint answers it: nothing is stored, no page is fetched, and the tokens come at
      // the first try.
      const wanted = asked.filter((line) => !line.includes("/.well-known/"));
      assert.deepEqual(wanted, ["GET /oauth2/auth 303", "POST /oauth2/token 200"]);
    });

    check("seed_s31_a_code_that_is_redeemed_twice_at_once_keeps_its_tokens", async () => {
      const { tab } = await withCode();
      const answers = await tab.page.evaluate(() => Promise.all([application.redeem(), application.redeem()]));
      const good = answers.filter((answer) => answer.status === 200);
      const bad = answers.filter((answer) => answer.status !== 200);
      assert.equal(good.length, 1, JSON.stringify(answers));
      assert.deepEqual([bad[0].status, bad[0].error], [400, "invalid_grant"]);
      const info = await fetch(`${world.issuer}/userinfo`, { headers: { authorization: `Bearer ${good[0].accessToken}` } });
      assert.equal(info.status, 200);
    });

    check("seed_s31_two_tabs_refresh_one_token_at_the_same_time", async () => {
      const { tab, tokens } = await signedIn();
      const second = await tab.device.tab();
      await second.page.goto(`${spa.origin}/`);
      const [one, two] = await Promise.all([call(tab, "refresh"), call(second, "refresh", tokens.refreshToken)]);
      for (const answer of [one, two]) {
        assert.equal(answer.status, 200, JSON.stringify(answer));
        assert.ok(answer.refreshToken && answer.scope && answer.tokenType && Number.isFinite(answer.expiresAt));
      }
      assert.equal(one.refreshToken, two.refreshToken, "one successor");
      assert.equal((await call(tab, "refresh")).status, 200);
    });

    check("seed_s31_fifty_refreshes_at_once_have_one_successor", async () => {
      const { tab } = await signedIn();
      const answers = await tab.page.evaluate(() => {
        const token = application.held.refreshToken;
        return Promise.all(Array.from({ length: 50 }, () => application.refresh(token)));
      });
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
      assert.equal(new Set(answers.map((answer) => answer.refreshToken)).size, 1);
    });

    check("seed_s31_the_library_finds_the_endpoints_by_itself", async () => {
      const { tab } = await signedIn();
      const answer = await tab.page.evaluate(async (issuer) => {
        const response = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
        return { type: response.headers.get("content-type"), body: await response.json() };
      }, world.issuer);
      assert.match(answer.type, /^application\/json/);
      assert.equal(answer.body.issuer, world.issuer);
      assert.ok(answer.body.code_challenge_methods_supported.includes("S256"));
    });

    check("seed_s31_after_a_lost_refresh_token_the_application_signs_in_again_by_itself", async () => {
      const { ada, tab } = await signedIn();
      await tab.page.evaluate(() => void application.refresh("not a token of this world"));
      await tab.page.waitForURL((url) => !url.searchParams.has("no"));
      await tab.page.locator("#outcome[data-done]").waitFor({ state: "attached" });
      await spa.home(tab.page, ada);
    });

    check("seed_s32_every_error_can_be_read_by_the_application", async () => {
      const { tab } = await signedIn();
      const answers = await tab.page.evaluate(async (issuer) => {
        const form = (body) => ({ method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
        const asked = {
          "a bad grant": ["/oauth2/token", form("grant_type=refresh_token&refresh_token=x&client_id=00000000-0000-4000-8000-000000000001")],
          "no grant": ["/oauth2/token", form("client_id=00000000-0000-4000-8000-000000000001")],
          "an unknown client": ["/oauth2/token", form("grant_type=refresh_token&refresh_token=x&client_id=nobody")],
          "a wrong method": ["/oauth2/token", { method: "GET" }],
          "nothing here": ["/oauth2/tokens", form("a=b")],
          "too much": ["/oauth2/token", form(`a=${"b".repeat(2_000_000)}`)],
          "revoking without a token": ["/oauth2/revoke", form("client_id=00000000-0000-4000-8000-000000000001")],
          "userinfo without a token": ["/userinfo", { method: "GET" }],
          "userinfo with a bad token": ["/userinfo", { method: "GET", headers: { Authorization: "Bearer x" } }],
        };
        const answers = {};
        for (const [what, [path, options]] of Object.entries(asked)) {
          try {
            const response = await fetch(issuer + path, options);
            answers[what] = { status: response.status, body: await response.json() };
          } catch (error) {
            answers[what] = { status: String(error), body: {} };
          }
        }
        return answers;
      }, world.issuer);
      const told = Object.entries(answers).map(([what, { status, body }]) => [
        what, status, ...["error", "error_description", "error_id"].filter((key) => typeof body[key] !== "string"),
      ]);
      assert.deepEqual(told, [
        ["a bad grant", 400],
        ["no grant", 400],
        ["an unknown client", 401],
        ["a wrong method", 405],
        ["nothing here", 404],
        ["too much", 413],
        ["revoking without a token", 400],
        ["userinfo without a token", 401],
        ["userinfo with a bad token", 401],
      ]);
    });
  });
}
