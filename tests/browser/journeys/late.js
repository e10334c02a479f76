// J9 and J15: coming back after hours. The server's clock is set forward; the browser's is not.
import assert from "node:assert/strict";

export default {
  async journey_j9_a_page_that_was_open_for_longer_than_its_life_goes_on({ world, application }) {
    await world.server.moveClock(0);
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await world.server.moveClock(35 * 60);
    await tab.signIn(ada);
    const { problems, notes } = await tab.sees("Sign in", "late");
    assert.deepEqual(problems, [], "nobody is blamed for being slow");
    assert.match(notes[0], /Enter your password again/);
    assert.equal(await tab.page.locator("#username").inputValue(), ada.email, "what was typed is kept");
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j9_a_page_that_was_answered_once_waits_for_hours({ world, application }) {
    await world.server.moveClock(0);
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.signIn({ email: ada.email, password: "not the right password" });
    await tab.sees("Sign in", "wrong before the break");
    await world.server.moveClock(5 * 3600);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j9_a_request_that_ran_out_leads_back_to_the_client({ world, application }) {
    await world.server.moveClock(0);
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await world.server.moveClock(2 * 3600);
    await tab.signIn(ada);
    await tab.sees("Your sign-in ran out");
    await tab.follow(`Back to ${application.name}`);
    await tab.sees("Sign in", "again");
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j9_a_code_that_ran_out_is_replaced({ world, application }) {
    await world.server.moveClock(0);
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.forgets(ada);
    const first = await tab.code(ada.email);
    await world.server.moveClock(3600);
    await tab.enterCode(first.code);
    const { problems } = await tab.sees("Check your email");
    assert.match(problems[0], /run out/);
    await tab.press("Send a new code");
    await tab.sees("Check your email");
    await tab.enterCode((await tab.code(ada.email, [first.id])).code);
    await tab.choosesPassword(ada, "seven kettles under a slow moon");
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j15_a_bookmarked_sign_in_page_works_a_day_later({ world, application }) {
    await world.server.moveClock(0);
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    const bookmark = tab.page.url();
    await world.server.moveClock(26 * 3600);
    await tab.page.goto(bookmark);
    await comesHome(world, tab, application, ada);
  },

  async journey_j15_a_bookmarked_sign_in_page_works_in_another_browser({ world, application }) {
    await world.server.moveClock(0);
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    const bookmark = tab.page.url();
    await world.server.moveClock(26 * 3600);
    const other = await world.tab();
    await other.page.goto(bookmark);
    const { problems } = await other.sees("Sign in", "bookmark");
    assert.deepEqual(problems, [], "nobody is blamed for a bookmark");
    await other.signIn(ada);
    await other.page.waitForURL((url) => url.pathname === "/account" || url.origin === application.origin);
  },
};

async function comesHome(world, tab, application, account) {
  for (let step = 0; step < 6; step += 1) {
    await tab.page.waitForURL((url) => url.href.startsWith(world.issuer) || url.pathname === "/callback");
    if (!tab.page.url().startsWith(world.issuer)) break;
    const { problems } = await tab.sees("", "late");
    assert.deepEqual(problems, [], "nobody is blamed for a bookmark");
    if (await tab.page.locator("#current-password").count()) {
      await tab.signIn(account);
    } else if (await tab.page.getByRole("button", { name: "Allow", exact: true }).count()) {
      await tab.press("Allow");
    } else if (new URL(tab.page.url()).pathname === "/account") {
      break;
    } else {
      await tab.page.locator("main a.button").first().click();
    }
  }
  if (tab.page.url().startsWith(`${application.origin}/callback`)) {
    await application.home(tab.page, account);
  } else {
    await application.send(tab.page);
    await application.home(tab.page, account);
  }
}
