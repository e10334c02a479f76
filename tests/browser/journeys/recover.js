// J4, J6, J20: a forgotten password.
import assert from "node:assert/strict";

const FRESH = "seven kettles under a slow moon";

export default {
  async journey_j4_a_forgotten_password_is_replaced_on_the_way_to_the_client({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.page.locator("#username").fill(ada.email);
    await tab.forgets(ada);
    await tab.enterCode((await tab.code(ada.email)).code);
    await tab.choosesPassword(ada, FRESH);
    await tab.allows(application);
    await application.home(tab.page, ada);
    // The new password counts from now on, and the old one does not.
    const elsewhere = await world.tab();
    await application.send(elsewhere.page);
    await elsewhere.signIn(ada);
    if (!application.asks) await application.home(elsewhere.page, ada);
  },

  async journey_j4_every_fault_on_the_way_can_be_mended({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Forgot your password?");
    await tab.sees("Reset your password");
    await tab.press("Continue");
    assert.equal((await tab.sees("Reset your password")).problems.length, 1);
    await tab.fill("email", "ada@example");
    await tab.press("Continue");
    assert.equal((await tab.sees("Reset your password")).problems.length, 1);
    await tab.fill("email", ada.email);
    await tab.press("Continue");
    await tab.sees("Check your email");
    await tab.press("Continue");
    assert.equal((await tab.sees("Check your email")).problems.length, 1);
    const mail = await tab.code(ada.email);
    const wrong = mail.code.replaceAll(/\d/g, (digit) => String((Number(digit) + 1) % 10));
    await tab.enterCode(wrong);
    assert.equal((await tab.sees("Check your email")).problems.length, 1);
    await tab.enterCode(mail.code);
    await tab.choosesPassword(ada, "too short");
    assert.match((await tab.sees("Choose a new password")).problems[0], /at least 15 characters/);
    await tab.choosesPassword(ada, "password12345678");
    await tab.sees("Choose a new password");
    await tab.choosesPassword(ada, FRESH);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j4_the_way_back_to_sign_in_keeps_the_client({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Forgot your password?");
    await tab.sees("Reset your password");
    await tab.follow("Back to sign in");
    await tab.sees("Sign in");
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j4_nobody_learns_whether_an_address_has_an_account({ world, application }) {
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.forgets({ email: "nobody.at.all@example.org" });
    await tab.enterCode("12345678");
    assert.equal((await tab.sees("Check your email")).problems.length, 1);
    await tab.follow("Back to sign in");
    const ada = await world.server.person();
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j6_the_link_is_opened_on_another_device({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.forgets(ada);
    const phone = await world.tab();
    await phone.page.goto((await tab.code(ada.email)).link);
    await phone.sees("Reset your password", "link");
    await phone.press("Continue");
    await phone.choosesPassword(ada, FRESH);
    // The other device is at home in the account; the code for the client is never given to it.
    await phone.page.waitForURL((url) => url.href.startsWith(world.issuer));
    await phone.isNoDeadEnd();
    // The waiting tab goes back to sign-in and from there to the client.
    await tab.page.bringToFront();
    if (!world.script) await tab.page.reload();
    await tab.sees("Sign in", "used elsewhere");
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j6_the_link_is_opened_in_the_same_browser({ world, application }) {
    const ada = await world.server.person();
    const browser = await world.browser();
    const tab = await browser.tab();
    await application.send(tab.page);
    await tab.forgets(ada);
    const { link } = await tab.code(ada.email);
    await tab.page.goto(link);
    await tab.sees("Reset your password", "link here");
    await tab.press("Continue");
    await tab.choosesPassword(ada, FRESH);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j20_a_recovery_by_an_administrator_in_a_fresh_browser_leads_to_the_client({ world, application }) {
    const ada = await world.server.person();
    const { status, body } = await world.server.askAdmin("POST", "/admin/recovery/code", {
      identity_id: ada.id,
      return_to: `${application.origin}/start`,
    });
    assert.equal(status, 201, JSON.stringify(body));
    const tab = await world.tab();
    tab.keepsSecret(body.recovery_code);
    await tab.page.goto(body.recovery_link);
    await tab.isNoDeadEnd();
    await tab.enterCode(body.recovery_code);
    await tab.choosesPassword(ada, FRESH);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async seed_s9_without_a_return_url_an_administrators_recovery_ends_in_the_account({ world }) {
    const ada = await world.server.person();
    const { body } = await world.server.askAdmin("POST", "/admin/recovery/code", { identity_id: ada.id });
    const tab = await world.tab();
    await tab.page.goto(body.recovery_link);
    await tab.enterCode(body.recovery_code);
    await tab.choosesPassword(ada, FRESH);
    await tab.page.waitForURL(`${world.issuer}/account`);
    await tab.reads(ada.email);
  },

  async seed_s16_a_second_recovery_replaces_the_code_of_the_first({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.forgets(ada);
    const first = await tab.code(ada.email);
    const again = await world.tab();
    await application.send(again.page);
    await again.forgets(ada);
    const second = await again.code(ada.email, [first.id]);
    await tab.enterCode(first.code);
    assert.match((await tab.sees("Check your email")).problems[0], /replaced/);
    await again.enterCode(second.code);
    await again.choosesPassword(ada, FRESH);
    await again.allows(application);
    await application.home(again.page, ada);
  },
};
