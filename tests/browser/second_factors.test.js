// Second factors in a real browser, with scripts and without: an authenticator app is set up, its code and then a backup code
// are shown on the way to a client, and a trusted device is spared both.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { PlainApplication, claims } from "./house/applications.js";
import { World } from "./house/world.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The code of the app with this key, so many steps from now (RFC 6238).
function code(key, steps = 0, now = Date.now()) {
  const bits = [...key.replaceAll(" ", "")].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const at = mac.at(-1) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

for (const script of [true, false]) {
  describe(`second factors ${script ? "with" : "without"} scripts`, () => {
    const plain = new PlainApplication();
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ applications: [plain], script, inspects: script });
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    check("journey_j1_an_app_a_backup_code_and_a_trusted_device_lead_home", async () => {
      const ada = await world.server.person();
      const account = await world.tab({ permissions: script ? ["clipboard-read", "clipboard-write"] : [] });
      await account.page.goto(`${world.issuer}/account/two-step`);
      await account.signIn(ada);
      await account.sees("Two-step verification");
      await account.press("Set up an authenticator app");
      await account.sees("Set up an authenticator app");
      const key = await account.page.locator("#app-key").textContent();
      account.keepsSecret(key.replaceAll(" ", ""));
      const began = Date.now();
      if (script) {
        await account.press("Copy the key");
        await account.page.locator("#live", { hasText: "Copied" }).waitFor({ state: "attached" });
        assert.equal(await account.page.evaluate(() => navigator.clipboard.readText()), key.replaceAll(" ", ""));
      } else {
        assert.equal(await account.page.locator("button.js:visible").count(), 0);
      }
      await account.fill("totpcode", code(key, 0, began));
      await account.press("Turn on");
      await account.sees("Save your backup codes");
      const paper = await account.page.locator("#codes li").allTextContents();
      assert.equal(paper.length, 10);
      for (const one of paper) account.keepsSecret(one.trim());
      if (script) {
        await account.press("Copy");
        await account.page.locator("#live", { hasText: "Copied" }).waitFor({ state: "attached" });
        assert.equal(await account.page.evaluate(() => navigator.clipboard.readText()), paper.map((one) => one.trim()).join("\n"));
        await account.page.evaluate(() => { window.print = () => { window.printed = true; }; });
        await account.press("Print");
        assert.ok(await account.page.evaluate(() => window.printed));
      }
      await account.page.locator("#saved").check();
      await account.press("Continue");
      await account.sees("Two-step verification");

      const tab = await world.tab();
      await plain.send(tab.page);
      await tab.signIn(ada);
      await tab.sees("Enter your 6-digit code");
      await tab.isNoDeadEnd();
      await tab.fill("totpcode", code(key, 0, began));
      await tab.press("Continue");
      const { problems } = await tab.sees("Enter your 6-digit code", "used before");
      assert.equal(problems.length, 1, "a code counts once");
      // The next one counts already: a step early is not too early.
      await tab.fill("totpcode", code(key, 1, began));
      await tab.page.locator("#trust").check();
      await tab.press("Continue");
      const first = claims((await plain.home(tab.page, ada)).idToken);
      assert.deepEqual([first.acr, first.amr], ["aal2", ["pwd", "otp", "mfa"]]);

      await tab.page.goto(`${world.issuer}/logout`);
      await tab.press("Sign out");
      await tab.sees("You're signed out");
      await plain.send(tab.page);
      await tab.signIn(ada);
      assert.equal(claims((await plain.home(tab.page, ada)).idToken).acr, "aal1", "a trusted device is spared the second step");

      const other = await world.tab();
      await plain.send(other.page);
      await other.signIn(ada);
      await other.sees("Enter your 6-digit code");
      await other.follow("Use a backup code");
      await other.sees("Enter a backup code");
      await other.fill("recovery-code", paper[0].trim());
      await other.press("Continue");
      assert.equal(claims((await plain.home(other.page, ada)).idToken).acr, "aal2");
    });
  });
}
