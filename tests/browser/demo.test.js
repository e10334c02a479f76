// What a newcomer does in the first minutes, as the README says it.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { World } from "./house/world.js";

for (const database of ["sqlite", "postgres"]) {
  describe(`the first minutes (${database})`, () => {
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ database, applications: [], inspects: database === "sqlite" });
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    check("page_l6_a_newcomer_forgets_the_password_and_comes_home_to_the_demo", async () => {
      const { demo, issuer } = world.server;
      const anna = { email: "anna@example.com" };
      const browser = await world.browser();
      const tab = await browser.tab();
      await tab.page.goto(demo);
      await tab.press("Sign in");
      await tab.sees("Sign in");
      await tab.reads("Wayhome demo");
      await tab.fill("username", anna.email);
      await tab.forgets(anna);

      const inbox = await browser.tab();
      await inbox.page.goto(`${issuer}/dev/inbox`);
      await inbox.sees("Inbox");
      const code = await inbox.page.locator("code.code").first().textContent();
      await tab.enterCode(code);
      await tab.choosesPassword(anna, "seven kettles under a slow moon");
      await tab.sees("Allow Wayhome demo to access your account?");
      await tab.press("Allow");

      await tab.page.locator("#status", { hasText: "You are signed in as Anna." }).waitFor();
      assert.equal(JSON.parse(await tab.page.locator("#person").textContent()).email, anna.email);
      assert.equal(JSON.parse(await tab.page.locator("#id-token").textContent()).payload?.iss ?? issuer, issuer);
      await tab.press("Call the API");
      await tab.page.locator("#answer-text", { hasText: "200" }).waitFor();
      const before = await tab.page.locator("#access-token").textContent();
      await tab.press("Refresh the tokens");
      await tab.page.locator("#status", { hasText: "The tokens are new." }).waitFor();
      assert.notEqual(await tab.page.locator("#access-token").textContent(), before);
      await tab.press("Call the API");
      await tab.press("Sign out");
      await tab.page.waitForURL((url) => url.origin === new URL(demo).origin);
      await tab.page.locator("#status", { hasText: "You are signed out." }).waitFor();
      assert.equal(await tab.page.locator("#problem").isVisible(), false);
    });

    check("page_l6_a_newcomer_makes_an_account_in_the_demo", async () => {
      const mary = { email: "mary@example.org", name: "Mary", password: "tidal engine for seven moons" };
      const tab = await world.tab();
      await tab.page.goto(world.server.demo);
      await tab.press("Create an account");
      await tab.register(mary);
      await tab.sees("Check your email");
      await tab.enterCode((await tab.code(mary.email)).code);
      await tab.press("Allow");
      await tab.page.locator("#status", { hasText: "You are signed in as Mary." }).waitFor();
    });
  });
}
