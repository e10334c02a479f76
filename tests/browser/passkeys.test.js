// Passkeys in a real browser, with Chromium's virtual authenticator: added in the account, then used from the list of the
// address field and by the button, each time home to the client with tokens; and an account that begins with one, or begins
// anew with one.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { PageApplication, claims } from "./house/applications.js";
import { World } from "./house/world.js";

const INTERNAL = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };

/// Plugs an authenticator into a tab.
async function plug(tab, options = {}) {
  const cdp = await tab.page.context().newCDPSession(tab.page);
  await cdp.send("WebAuthn.enable");
  const settings = { ...INTERNAL, automaticPresenceSimulation: true, ...options };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: settings });
  return {
    async credentials() {
      return (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
    },
    take: (credential) => cdp.send("WebAuthn.addCredential", { authenticatorId, credential }),
    verifies: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

for (const database of ["sqlite", "postgres"]) {
  describe(`passkeys (${database})`, () => {
    const notes = new PageApplication({ id: "notes", name: "Acme Notes", script: "oidc.js" });
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ database, applications: [notes], inspects: database === "sqlite" });
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    /// Somebody with a passkey, which they have added in their account; and its credential, to be taken along.
    async function withPasskey() {
      const ada = await world.server.person();
      const tab = await world.tab();
      await tab.page.goto(`${world.issuer}/account/passkeys`);
      await tab.signIn(ada);
      await tab.sees("Your passkeys");
      const authenticator = await plug(tab);
      await tab.press("Add a passkey");
      await tab.page.locator(".notes", { hasText: "It is added." }).waitFor();
      // The first one comes with backup codes.
      await tab.page.locator("#saved").check();
      await tab.press("Continue");
      await tab.sees("Two-step verification");
      await tab.page.goto(`${world.issuer}/account/passkeys`);
      await tab.sees("Your passkeys");
      const credentials = await authenticator.credentials();
      assert.equal(credentials.length, 1);
      assert.equal(credentials[0].rpId, "localhost");
      await world.server.mail(ada.email);
      return { ada, tab, authenticator, credential: credentials[0] };
    }

    check("journey_j1_a_passkey_from_the_list_of_the_address_field_leads_home", async () => {
      const { ada, credential } = await withPasskey();
      const tab = await world.tab();
      await (await plug(tab)).take(credential);
      // Conditional mediation: nobody presses anything.
      await notes.send(tab.page);
      const { idToken } = await notes.home(tab.page, ada);
      assert.equal(claims(idToken).acr, "aal2");
      assert.ok(claims(idToken).amr.includes("mfa"));
    });

    check("journey_j1_the_button_for_passkeys_leads_home_and_a_cancelled_one_does_not_hinder", async () => {
      const { ada, credential } = await withPasskey();
      const tab = await world.tab();
      await tab.page.addInitScript(() => delete PublicKeyCredential.isConditionalMediationAvailable);
      const authenticator = await plug(tab);
      await authenticator.take(credential);
      await authenticator.verifies(false);
      await notes.send(tab.page);
      await tab.sees("Sign in");
      await tab.press("Sign in with a passkey");
      await tab.page.locator("#live", { hasText: "The passkey wasn't used." }).waitFor({ state: "attached" });
      await authenticator.verifies(true);
      await tab.press("Sign in with a passkey");
      await notes.home(tab.page, ada);
    });

    check("journey_j1_a_passkey_after_the_password_leads_home", async () => {
      const { ada, credential } = await withPasskey();
      const tab = await world.tab();
      await tab.page.addInitScript(() => delete PublicKeyCredential.isConditionalMediationAvailable);
      await (await plug(tab)).take(credential);
      await notes.send(tab.page);
      await tab.signIn(ada);
      await tab.sees("Use your passkey or security key");
      await tab.isNoDeadEnd();
      await tab.press("Use a passkey or security key");
      const { idToken } = await notes.home(tab.page, ada);
      assert.ok(claims(idToken).amr.includes("pwd"));
    });

    /// The backup codes that come with a passkey are kept, and the way goes on.
    async function keepsCodes(tab) {
      await tab.sees("Save your backup codes");
      await tab.isNoDeadEnd();
      assert.equal(await tab.page.locator("#codes li").count(), 10);
      await tab.page.locator("#saved").check();
      await tab.press("Continue");
    }

    check("page_1_4_2_an_account_is_made_with_a_passkey_on_the_way_to_a_client", async () => {
      const mary = { email: `mary.${randomUUID().slice(0, 8)}@example.org`, name: "Mary Somerville" };
      const tab = await world.tab();
      const authenticator = await plug(tab);
      await notes.send(tab.page);
      await tab.follow("Create an account");
      await tab.sees("Create your account");
      await tab.fill("name", mary.name);
      await tab.press("Create account with a passkey");
      const { problems } = await tab.sees("Create your account", "without an address");
      assert.deepEqual(problems, ["Enter your email"]);
      assert.equal(await tab.page.locator("#name").inputValue(), mary.name);
      assert.deepEqual(await authenticator.credentials(), [], "nothing is made for a form that is wrong");
      await tab.fill("email", mary.email);
      await tab.press("Create account with a passkey");
      await tab.sees("Check your email");
      await tab.enterCode((await tab.code(mary.email)).code);
      await keepsCodes(tab);
      const { idToken } = await notes.home(tab.page);
      assert.equal(claims(idToken).acr, "aal2");
      const [credential] = await authenticator.credentials();
      const handle = Buffer.from(credential.userHandle, "base64").toString("hex");
      assert.equal(handle, claims(idToken).sub.replaceAll("-", ""), "the passkey knows its owner");
      const again = await world.tab();
      await (await plug(again)).take(credential);
      await notes.send(again.page);
      await notes.home(again.page, { id: claims(idToken).sub });
    });

    check("page_1_4_5_a_passkey_in_place_of_a_forgotten_password_leads_home", async () => {
      const ada = await world.server.person();
      const tab = await world.tab();
      const authenticator = await plug(tab);
      await notes.send(tab.page);
      await tab.forgets(ada);
      await tab.enterCode((await tab.code(ada.email)).code);
      await tab.sees("Choose a new password");
      await authenticator.verifies(false);
      await tab.press("Use a passkey instead");
      await tab.page.locator("#live", { hasText: "No passkey was made." }).waitFor({ state: "attached" });
      await authenticator.verifies(true);
      await tab.press("Use a passkey instead");
      await keepsCodes(tab);
      const { idToken } = await notes.home(tab.page, ada);
      assert.ok(claims(idToken).amr.includes("mfa"));
    });

    check("page_p17_a_removed_passkey_says_so_and_the_password_leads_home", async () => {
      const { ada, tab: account, credential } = await withPasskey();
      await account.press(`Remove ${await account.page.locator(".rows strong").textContent()}`);
      await account.page.locator(".notes", { hasText: "It is removed" }).waitFor();
      const tab = await world.tab();
      await tab.page.addInitScript(() => delete PublicKeyCredential.isConditionalMediationAvailable);
      await (await plug(tab)).take(credential);
      await notes.send(tab.page);
      await tab.press("Sign in with a passkey");
      await tab.page.locator(".problems").waitFor();
      const { problems } = await tab.sees("Sign in", "removed passkey");
      assert.deepEqual(problems, ["This passkey was removed from your account. Sign in another way."]);
      await tab.signIn(ada);
      await notes.home(tab.page, ada);
    });
  });
}
