// J2, J3: creating an account.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

const somebody = () => ({
  email: `mary.${randomUUID().slice(0, 8)}@example.org`,
  name: "Mary Somerville",
  password: "tidal engine for seven moons",
});

export default {
  async journey_j2_a_new_account_is_verified_and_leads_back_to_the_client({ world, application }) {
    const mary = somebody();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.register(mary);
    await tab.sees("Check your email");
    await tab.reads(mary.email);
    const { code } = await tab.code(mary.email);
    await tab.enterCode(`Your code is ${code}`);
    await tab.allows(application);
    await application.home(tab.page);
  },

  async journey_j2_faults_are_shown_at_once_and_what_was_typed_is_kept({ world, application }) {
    const mary = somebody();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.register({ ...mary, email: "mary@example", password: "short" });
    const { problems } = await tab.sees("Create your account");
    assert.equal(problems.length, 2, problems.join());
    assert.equal(await tab.page.locator("#name").inputValue(), mary.name);
    await tab.register({ ...mary, password: "password12345678" });
    await tab.sees("Create your account");
    await tab.register(mary);
    await tab.sees("Check your email");
    await tab.enterCode("1234");
    const short = await tab.sees("Check your email");
    assert.match(short.problems[0], /8 numbers/);
    await tab.enterCode("00000000");
    const wrong = await tab.sees("Check your email");
    assert.match(wrong.problems[0], /isn.t right/);
    await tab.enterCode((await tab.code(mary.email)).code);
    await tab.allows(application);
    await application.home(tab.page);
  },

  async journey_j2_an_address_that_is_mistyped_can_be_changed({ world, application }) {
    const mary = somebody();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.register({ ...mary, email: `mistyped.${mary.email}` });
    await tab.sees("Check your email");
    await tab.follow("Use a different email");
    await tab.sees("Create your account");
    await tab.register(mary);
    await tab.sees("Check your email");
    await tab.enterCode((await tab.code(mary.email)).code);
    await tab.allows(application);
    await application.home(tab.page);
  },

  async journey_j2_somebody_who_has_an_account_already_is_led_to_it_by_mail({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.register({ ...ada, password: "another one for the same address" });
    await tab.sees("Check your email");
    const mail = await world.server.mail(ada.email);
    assert.ok(!mail.code, "no code: the account is there");
    await tab.page.goBack();
    await tab.page.goto(tab.page.url());
    await application.send(tab.page);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j3_the_link_is_opened_in_another_browser_and_the_first_one_goes_on({ world, application }) {
    const mary = somebody();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.register(mary);
    await tab.sees("Check your email");
    const mail = await tab.code(mary.email);
    const phone = await world.tab();
    await phone.page.goto(mail.link);
    await phone.sees("Confirm your email");
    assert.ok(!phone.page.url().includes("link="), "the token does not stay in the address");
    await phone.reads("You opened this on another device");
    await phone.press("Confirm");
    await phone.reads("Your email is confirmed. Go back to the device where you started");
    await phone.isNoDeadEnd();
    if (world.script) {
      await tab.page.bringToFront();
    } else {
      await tab.press("Continue");
    }
    await tab.allows(application);
    await application.home(tab.page);
    // The other browser has got no session.
    await phone.page.goto(`${world.issuer}/account`);
    await phone.sees("Sign in");
  },

  async journey_j3_the_link_is_opened_in_the_same_browser({ world, application }) {
    const mary = somebody();
    const browser = await world.browser();
    const tab = await browser.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.register(mary);
    await tab.sees("Check your email");
    const second = await browser.tab();
    await second.page.goto((await tab.code(mary.email)).link);
    await second.sees("Confirm your email", "here");
    await second.press("Confirm");
    await second.allows(application);
    // The code for the client comes once: in the tab that went on, or in the one that waited.
    if (application.needsScript) {
      await second.page.waitForURL((url) => url.origin === application.origin);
    } else {
      await application.home(second.page);
    }
    await application.send(tab.page);
    await application.home(tab.page);
  },

  async journey_j3_a_link_that_somebody_else_asked_for_is_disowned({ world, application }) {
    const mary = somebody();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.register(mary);
    await tab.sees("Check your email");
    const mail = await tab.code(mary.email);
    const phone = await world.tab();
    await phone.page.goto(mail.link);
    await phone.press("This wasn't me");
    await phone.reads("Nothing was confirmed");
    await phone.isNoDeadEnd();
    await tab.page.reload();
    await tab.isNoDeadEnd();
    if (await tab.page.locator("#email-code").count()) {
      await tab.enterCode(mail.code);
      await tab.isNoDeadEnd();
    }
    assert.ok(tab.page.url().startsWith(world.issuer), "a disowned code opens nothing");
  },
};
