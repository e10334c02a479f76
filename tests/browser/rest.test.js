// The button that gives a permission rests for a moment when its page comes into view (N08). The page's clock is turned by
// the test; nothing here waits.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { PlainApplication } from "./house/applications.js";
import { World } from "./house/world.js";

describe("a permission is given by a click that was meant for it", () => {
  const application = new PlainApplication({ id: "notes", name: "Acme Notes", asks: true });
  let world;
  const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

  before(async () => {
    world = await World.start({ applications: [application] });
  });
  afterEach(() => world?.close());
  after(() => world?.stop());

  /// Before the question, on a page whose time stands still.
  async function asked() {
    const ada = await world.server.person();
    const tab = await world.tab();
    await tab.page.clock.install();
    await application.send(tab.page);
    await tab.signIn(ada);
    await tab.page.locator("#consent-form").waitFor();
    await tab.page.clock.pauseAt(Date.now() + 3_600_000);
    await tab.page.evaluate(() => dispatchEvent(new Event("focus")));
    return tab;
  }

  const allow = (tab) => tab.page.locator("#consent-form button[value=allow]");
  const rests = (tab) => allow(tab).evaluate((button) => button.hasAttribute("aria-disabled"));
  /// A click as it reaches the page, whatever the button looks like; whether it was let through.
  const click = (tab) =>
    allow(tab).evaluate((button) => {
      let sent = false;
      const form = button.form;
      const catches = (event) => {
        sent = true;
        event.preventDefault();
      };
      form.addEventListener("submit", catches, { once: true });
      button.click();
      form.removeEventListener("submit", catches);
      return sent;
    });

  for (const [what, event] of [
    ["the window gets the focus", () => dispatchEvent(new Event("focus"))],
    ["the page becomes visible", () => document.dispatchEvent(new Event("visibilitychange"))],
    ["the page comes back from the history", () => dispatchEvent(new Event("pageshow"))],
  ]) {
    check(`sec_n08_a_click_right_after_${what.replaceAll(" ", "_")}_gives_no_permission`, async () => {
      const tab = await asked();
      await tab.page.clock.runFor(600);
      assert.deepEqual([await rests(tab), await click(tab)], [false, true], "it rested once and is ready");
      await tab.page.evaluate(event);
      assert.deepEqual([await rests(tab), await click(tab)], [true, false], "the second click of two");
      await tab.page.clock.runFor(599);
      assert.deepEqual([await rests(tab), await click(tab)], [true, false], "a moment too early");
      await tab.page.clock.runFor(1);
      assert.deepEqual([await rests(tab), await click(tab)], [false, true], "a click that was meant");
    });
  }

  check("sec_n08_a_refusal_never_waits_and_a_permission_arrives_in_the_end", async () => {
    const tab = await asked();
    const deny = tab.page.locator("#consent-form button[value=deny]");
    assert.equal(await deny.evaluate((button) => button.hasAttribute("aria-disabled")), false);
    await tab.page.clock.runFor(600);
    await allow(tab).click();
    await tab.page.waitForURL((url) => url.href.startsWith(application.redirectUri));
    assert.ok(new URL(tab.page.url()).searchParams.get("code"));
  });
});
