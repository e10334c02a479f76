// J9 to J16: time, Back, reload, double submits, tabs, other people, lost cookies.
import assert from "node:assert/strict";

export default {
  async journey_j10_back_after_signing_in_is_no_dead_end({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
    await tab.page.goBack();
    await tab.page.waitForLoadState();
    if (tab.page.url().startsWith(world.issuer)) {
      await tab.isNoDeadEnd();
      // A page that the browser kept may still show the form: sending it leads on as well.
      if (await tab.page.locator("#current-password").count()) {
        await tab.signIn(ada);
      } else {
        await tab.page.locator("main a.button, main form button[type=submit]").first().click();
      }
      // Until it has arrived wherever it leads, which may be the application.
      await tab.page.waitForLoadState("networkidle");
      if (tab.page.url().startsWith(world.issuer)) await tab.isNoDeadEnd();
    }
    await application.send(tab.page);
    await application.home(tab.page, ada);
  },

  async journey_j11_reloading_and_sending_twice_changes_nothing_on_the_way({ world, asking: application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.page.reload();
    await tab.sees("Sign in");
    await tab.signIn({ email: ada.email, password: "not the right password" });
    await tab.sees("Sign in");
    await tab.page.reload();
    await tab.sees("Sign in");
    await tab.follow("Forgot your password?");
    await tab.page.reload();
    await tab.sees("Reset your password");
    await tab.fill("email", ada.email);
    await tab.pressTwice("Continue");
    await tab.sees("Check your email");
    await tab.page.reload();
    await tab.sees("Check your email");
    const mail = await tab.code(ada.email);
    await tab.enterCode(mail.code, { press: false });
    await tab.pressTwice("Continue");
    await tab.sees("Choose a new password");
    await tab.page.reload();
    await tab.choosesPassword(ada, "seven kettles under a slow moon", { press: false });
    await tab.pressTwice("Save and continue");
    await tab.sees(`Allow ${application.name} to access your account?`);
    await tab.page.reload();
    await tab.pressTwice("Allow");
    await tab.page.waitForURL((url) => url.origin === application.origin);
    await application.home(tab.page, ada);
  },

  async journey_j11_a_sign_in_form_that_is_sent_twice_gives_the_same_answer({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.signIn(ada, { press: false });
    const first = await tab.pressTwice("Sign in");
    assert.ok(first.length > 0);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j11_a_new_account_that_is_sent_twice_is_made_once({ world, application }) {
    const mary = {
      email: `mary.${Math.random().toString(36).slice(2)}@example.org`,
      name: "Mary Somerville",
      password: "tidal engine for seven moons",
    };
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.follow("Create an account");
    await tab.page.reload();
    await tab.register(mary, { press: false });
    await tab.pressTwice("Create account");
    await tab.sees("Check your email");
    await tab.page.reload();
    // The newest mail holds the code that counts.
    const mail = await tab.code(mary.email);
    await tab.enterCode(mail.code, { press: false });
    await tab.pressTwice("Continue");
    await tab.allows(application);
    await application.home(tab.page);
  },

  async journey_j11_two_clicks_on_one_button({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.signIn(ada, { press: false });
    await tab.page.getByRole("button", { name: "Sign in", exact: true }).dblclick({ noWaitAfter: true });
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j12_two_tabs_finish_in_the_order_in_which_they_were_opened({ world, application }) {
    await twoTabs(world, application, application, false);
  },

  async journey_j12_two_tabs_finish_in_the_other_order({ world, application }) {
    await twoTabs(world, application, application, true);
  },

  async journey_j13_two_tabs_of_two_clients_both_come_home({ world, application, other }) {
    await twoTabs(world, application, other, false);
    await twoTabs(world, application, other, true);
  },

  async journey_j14_signed_in_meanwhile_as_the_same_person({ world, application }) {
    const ada = await world.server.person();
    const browser = await world.browser();
    const tab = await browser.tab();
    await application.send(tab.page);
    const second = await browser.tab();
    await second.page.goto(`${world.issuer}/login`);
    await second.signIn(ada);
    await second.page.waitForURL(`${world.issuer}/account`);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j14_signed_in_meanwhile_as_somebody_else_and_staying_so({ world, application }) {
    const { tab, ada, ben } = await somebodyElse(world, application);
    await tab.sees("Which account do you want to use?");
    await tab.reads(ben.email);
    await tab.press(`Continue as ${ben.email}`);
    await tab.allows(application);
    await application.home(tab.page, ben);
    assert.notEqual(ada.id, ben.id);
  },

  async journey_j14_signed_in_meanwhile_as_somebody_else_and_switching({ world, application }) {
    const { tab, ada } = await somebodyElse(world, application);
    await tab.sees("Which account do you want to use?");
    await tab.press(`Switch to ${ada.email}`);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j14_an_open_sign_in_page_goes_on_by_itself_when_it_is_opened_again({ world, application }) {
    const ada = await world.server.person();
    const browser = await world.browser();
    const tab = await browser.tab();
    await application.send(tab.page);
    const second = await browser.tab();
    await second.page.goto(`${world.issuer}/login`);
    await second.signIn(ada);
    await second.page.waitForURL(`${world.issuer}/account`);
    await tab.page.reload();
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j16_cookies_are_lost_between_reading_and_sending({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.signIn(ada, { press: false });
    await tab.device.context.clearCookies();
    await tab.press("Sign in");
    await tab.sees("Sign in", "cookies lost");
    assert.equal(await tab.page.locator("#username").inputValue(), ada.email);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j16_cookies_are_lost_while_a_code_is_on_its_way({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.forgets(ada);
    const { code } = await tab.code(ada.email);
    await tab.device.context.clearCookies();
    await tab.enterCode(code);
    await tab.sees("Check your email", "cookies lost");
    await tab.enterCode(code);
    await tab.choosesPassword(ada, "seven kettles under a slow moon");
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async seed_s22_a_submit_address_that_is_opened_starts_afresh({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    const url = new URL(tab.page.url());
    url.searchParams.set("csrf_token", "x");
    url.searchParams.set("identifier", ada.email);
    await tab.page.goto(url.href);
    const { notes } = await tab.sees("Sign in", "get");
    assert.ok(notes.some((note) => /nothing was changed/.test(note)), notes.join());
    assert.ok(!tab.page.url().includes("identifier="));
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },
};

async function twoTabs(world, application, other, reversed) {
  const ada = await world.server.person();
  const browser = await world.browser();
  const tabs = [await browser.tab(), await browser.tab()];
  await application.send(tabs[0].page);
  await other.send(tabs[1].page);
  const order = [
    [tabs[0], application],
    [tabs[1], other],
  ];
  if (reversed) order.reverse();
  for (const [tab, client] of order) {
    await tab.signIn(ada);
    if (client.asks) {
      const page = tab.page.locator("h1", { hasText: "Allow" });
      await Promise.race([page.waitFor(), tab.page.waitForURL((url) => url.origin === client.origin)]);
      if (tab.page.url().startsWith(world.issuer)) await tab.press("Allow");
    }
    await client.home(tab.page, ada);
  }
}

async function somebodyElse(world, application) {
  const ada = await world.server.person();
  const ben = await world.server.person("Ben Okri");
  const browser = await world.browser();
  const tab = await browser.tab();
  await application.send(tab.page);
  const second = await browser.tab();
  await second.page.goto(`${world.issuer}/login`);
  await second.signIn(ben);
  await second.page.waitForURL(`${world.issuer}/account`);
  await tab.signIn(ada);
  return { tab, ada, ben };
}
