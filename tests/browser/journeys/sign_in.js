// J1, J7, J8: signing in and giving consent.
import assert from "node:assert/strict";

export default {
  async journey_j1_signing_in_leads_back_to_the_client({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.sees("Sign in");
    await tab.reads(application.name);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j1_the_address_that_the_client_knows_is_filled_in({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page, { login_hint: ada.email });
    await tab.sees("Sign in");
    assert.equal(await tab.page.locator("#username").inputValue(), ada.email);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j7_the_right_password_after_three_wrong_ones({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    for (let miss = 1; miss <= 3; miss += 1) {
      await tab.signIn({ email: ada.email, password: `not the right password ${miss}` });
      const { problems } = await tab.sees("Sign in", `miss ${miss}`);
      assert.match(problems[0], /^That email and password don.t match/);
      assert.match(await tab.page.title(), /^Error: /);
      assert.equal(await tab.page.locator("#username").inputValue(), ada.email, "what was typed is kept");
      assert.equal(await tab.page.locator("#current-password").inputValue(), "", "but not the password");
      assert.equal(problems.length > 1, miss === 3, "the third miss offers a reset in the summary");
    }
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j7_an_empty_form_says_what_is_missing({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await application.send(tab.page);
    await tab.press("Sign in");
    const { problems } = await tab.sees("Sign in", "empty");
    assert.equal(problems.length, 2, problems.join());
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },

  async journey_j8_consent_is_allowed_and_remembered({ world, asking }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await asking.send(tab.page);
    await tab.signIn(ada);
    await tab.sees(`Allow ${asking.name} to access your account?`);
    await tab.reads(ada.email);
    await tab.press("Allow");
    await asking.home(tab.page, ada);
    await asking.send(tab.page);
    await asking.home(tab.page, ada);
  },

  async journey_j8_consent_that_is_not_to_be_remembered_is_asked_again({ world, asking }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await asking.send(tab.page);
    await tab.signIn(ada);
    await tab.page.locator("#remember").uncheck();
    await tab.press("Allow");
    await asking.home(tab.page, ada);
    await asking.send(tab.page);
    await tab.sees(`Allow ${asking.name} to access your account?`);
    await tab.press("Allow");
    await asking.home(tab.page, ada);
  },

  async journey_j8_consent_is_denied({ world, asking }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await asking.send(tab.page);
    await tab.signIn(ada);
    await tab.sees(`Allow ${asking.name} to access your account?`);
    await tab.press("Don't allow");
    await asking.refused(tab.page, "access_denied");
    await asking.send(tab.page);
    await tab.press("Allow");
    await asking.home(tab.page, ada);
  },

  async journey_j8_going_back_from_the_sign_in_tells_the_client_too({ world, asking }) {
    const tab = await world.tab();
    for (const detour of [undefined, "Forgot your password?", "Create an account"]) {
      await asking.send(tab.page);
      if (detour) await tab.follow(detour);
      await tab.press(`Back to ${asking.name}`);
      await asking.refused(tab.page, "access_denied");
    }
  },

  async journey_j8_consent_is_given_from_another_account({ world, asking }) {
    const ada = await world.server.person();
    const ben = await world.server.person("Ben Okri");
    const tab = await world.tab();
    await asking.send(tab.page);
    await tab.signIn(ada);
    await tab.sees(`Allow ${asking.name} to access your account?`);
    await tab.press("Use another account");
    await tab.sees("Sign in");
    await tab.signIn(ben);
    const choice = tab.page.getByRole("button", { name: `Switch to ${ben.email}` });
    const consent = tab.page.locator("h1", { hasText: `Allow ${asking.name}` });
    await choice.or(consent).first().waitFor();
    if (await choice.isVisible()) await choice.click();
    await tab.reads(ben.email);
    await tab.press("Allow");
    await asking.home(tab.page, ben);
  },
};
