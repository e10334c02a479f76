// J17 and J19: what a client may ask for, and signing out.
import assert from "node:assert/strict";
import { claims } from "../house/applications.js";

async function signedIn(world, application) {
  const ada = await world.server.person();
  const tab = await world.tab();
  await application.send(tab.page);
  await tab.signIn(ada);
  await tab.allows(application);
  const tokens = await application.home(tab.page, ada);
  return { ada, tab, tokens };
}

export default {
  async journey_j17_prompt_login_asks_for_the_password_again({ world, application }) {
    const { ada, tab } = await signedIn(world, application);
    await application.send(tab.page, { prompt: "login" });
    await tab.sees("Confirm it's you");
    assert.equal(await tab.page.locator("#username").isEditable(), false);
    await tab.signIn(ada);
    await application.home(tab.page, ada);
  },

  async journey_j17_prompt_login_lets_somebody_else_sign_in({ world, application }) {
    const { tab } = await signedIn(world, application);
    const ben = await world.server.person("Ben Okri");
    await application.send(tab.page, { prompt: "login" });
    await tab.sees("Confirm it's you");
    await tab.follow("Use another account");
    await tab.sees("Sign in");
    await tab.signIn(ben);
    const choice = tab.page.getByRole("button", { name: `Switch to ${ben.email}` });
    const allow = tab.page.getByRole("button", { name: "Allow", exact: true });
    await Promise.race([choice.or(allow).first().waitFor(), tab.page.waitForURL((url) => url.origin === application.origin)]);
    if (await choice.count()) await choice.click();
    await tab.allows(application);
    await application.home(tab.page, ben);
  },

  async journey_j17_max_age_0_asks_for_the_password_again_and_says_when({ world, application }) {
    const { ada, tab } = await signedIn(world, application);
    await application.send(tab.page, { max_age: "0" });
    await tab.sees("Confirm it's you");
    await tab.signIn(ada);
    const tokens = await application.home(tab.page, ada);
    assert.equal(typeof claims(tokens.idToken).auth_time, "number");
  },

  async journey_j17_select_account_offers_the_choice({ world, application }) {
    const { ada, tab } = await signedIn(world, application);
    await application.send(tab.page, { prompt: "select_account" });
    await tab.sees("You're already signed in");
    await tab.press(`Continue as ${ada.email}`);
    await application.home(tab.page, ada);
    const ben = await world.server.person("Ben Okri");
    await application.send(tab.page, { prompt: "select_account" });
    await tab.press("Use another account");
    await tab.sees("Sign in");
    await tab.signIn(ben);
    const choice = tab.page.getByRole("button", { name: `Switch to ${ben.email}` });
    const allow = tab.page.getByRole("button", { name: "Allow", exact: true });
    await Promise.race([choice.or(allow).first().waitFor(), tab.page.waitForURL((url) => url.origin === application.origin)]);
    if (await choice.count()) await choice.click();
    await tab.allows(application);
    await application.home(tab.page, ben);
  },

  async journey_j17_prompt_create_shows_the_form_for_a_new_account({ world, application }) {
    const tab = await world.tab();
    await application.send(tab.page, { prompt: "create" });
    const mary = {
      email: `mary.${Math.random().toString(36).slice(2)}@example.org`,
      name: "Mary Somerville",
      password: "tidal engine for seven moons",
    };
    await tab.register(mary);
    await tab.sees("Check your email");
    await tab.enterCode((await tab.code(mary.email)).code);
    await tab.allows(application);
    await application.home(tab.page);
  },

  async journey_j17_prompt_none_without_a_session_is_an_error_for_the_client({ world, application }) {
    const tab = await world.tab();
    await application.send(tab.page, { prompt: "none" });
    await application.refused(tab.page, "login_required");
  },

  async journey_j17_prompt_none_with_a_session_succeeds_at_once({ world, application }) {
    const { ada, tab } = await signedIn(world, application);
    await application.send(tab.page, { prompt: "none" });
    await application.home(tab.page, ada);
  },

  async journey_j17_prompt_none_without_consent_is_an_error_for_the_client({ world, asking }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await tab.page.goto(`${world.issuer}/login`);
    await tab.signIn(ada);
    await tab.page.waitForURL(`${world.issuer}/account`);
    await asking.send(tab.page, { prompt: "none" });
    await asking.refused(tab.page, "consent_required");
  },

  async journey_j17_prompt_consent_asks_again({ world, application }) {
    const { ada, tab } = await signedIn(world, application);
    await application.send(tab.page, { prompt: "consent" });
    await tab.sees(`Allow ${application.name} to access your account?`);
    await tab.press("Allow");
    await application.home(tab.page, ada);
  },

  async journey_j19_signing_out_by_the_client_and_in_again({ world, application }) {
    const { ada, tab, tokens } = await signedIn(world, application);
    const url = new URL(`${world.issuer}/oauth2/sessions/logout`);
    url.search = new URLSearchParams({
      id_token_hint: tokens.idToken,
      post_logout_redirect_uri: `${application.origin}/goodbye`,
      state: "until next time",
    });
    await tab.page.goto(url.href);
    await tab.page.waitForURL((url) => url.origin === application.origin && url.pathname === "/goodbye");
    assert.equal(new URL(tab.page.url()).searchParams.get("state"), "until next time");
    await application.send(tab.page);
    await tab.sees("Sign in");
    await tab.signIn(ada);
    await application.home(tab.page, ada);
  },

  async journey_j19_signing_out_without_a_hint_is_asked_first({ world, application }) {
    const { ada, tab } = await signedIn(world, application);
    await tab.page.goto(`${world.issuer}/oauth2/sessions/logout`);
    await tab.sees("Sign out?");
    await tab.press("Sign out");
    await tab.sees("You're signed out");
    await tab.follow("Sign in again");
    await tab.sees("Sign in");
    await application.send(tab.page);
    await tab.signIn(ada);
    await application.home(tab.page, ada);
  },

  async journey_j19_staying_signed_in_is_possible({ world, application }) {
    const { ada, tab } = await signedIn(world, application);
    await tab.page.goto(`${world.issuer}/logout`);
    await tab.sees("Sign out?");
    await tab.follow("Stay signed in");
    await application.send(tab.page);
    await application.home(tab.page, ada);
  },

  async journey_j19_signing_out_without_a_session_is_no_dead_end({ world, application }) {
    const ada = await world.server.person();
    const tab = await world.tab();
    await tab.page.goto(`${world.issuer}/logout`);
    await tab.isNoDeadEnd();
    await tab.page.goto(`${world.issuer}/oauth2/sessions/logout?post_logout_redirect_uri=${application.origin}/goodbye`);
    assert.ok(tab.page.url().startsWith(world.issuer), "without a hint nobody is sent to a client");
    await tab.isNoDeadEnd();
    await application.send(tab.page);
    await tab.signIn(ada);
    await tab.allows(application);
    await application.home(tab.page, ada);
  },
};
