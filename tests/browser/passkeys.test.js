// Passkeys in a real browser, with Chromium's virtual authenticator: added in the account, then used from the list of the
// address field and by the button, each time home to the client with tokens.
import assert from "node:assert/strict";
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
