// A device without a browser, and its person with one (RFC 8628): an independent client library, the example that people
// copy, and the pages between.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import * as oidc from "openid-client";
import { Example, registered } from "./house/example.js";
import { World } from "./house/world.js";

const TELEVISION = registered('[[client]]\nid = "tv"\nname = "Acme TV"\ntype = "device"\n');

for (const script of [true, false]) {
  describe(`a device (${script ? "with" : "without"} scripts)`, () => {
    let world;
    let television;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ applications: [TELEVISION], script, inspects: script, database: script ? "postgres" : "sqlite" });
      const options = { execute: [oidc.allowInsecureRequests] };
      television = await oidc.discovery(new URL(world.issuer), "tv", undefined, oidc.None(), options);
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    /// The television asks, and shows its code.
    async function asks() {
      const shown = await oidc.initiateDeviceAuthorization(television, { scope: "openid profile offline_access" });
      world.secrets.add(shown.device_code);
      world.secrets.add(shown.user_code);
      return shown;
    }

    async function types(tab, code) {
      await tab.page.goto(`${world.issuer}/device`);
      await tab.sees("Connect a device");
      await tab.fill("user-code", code);
      await tab.press("Continue");
    }

    check("page_1_4_8_a_television_is_connected_by_a_person_who_signs_in_on_the_way", async () => {
      const ada = await world.server.person();
      const shown = await asks();
      const connected = oidc.pollDeviceAuthorizationGrant(television, shown);
      const tab = await world.tab();
      await types(tab, shown.user_code.toLowerCase().replace("-", " "));
      await tab.sees("Sign in");
      await tab.signIn(ada);
      await tab.sees("Connect Acme TV on another device?");
      await tab.reads(`Check that the device shows ${shown.user_code}`);
      await tab.isNoDeadEnd();
      await tab.press("Connect");
      await tab.sees("Done. Go back to your device.");
      await tab.isNoDeadEnd();
      const tokens = await connected;
      world.secrets.add(tokens.access_token);
      world.secrets.add(tokens.refresh_token);
      assert.equal(tokens.claims().sub, ada.id);
      const person = await oidc.fetchUserInfo(television, tokens.access_token, ada.id);
      assert.equal(person.name, ada.name);
      const next = await oidc.refreshTokenGrant(television, tokens.refresh_token);
      assert.notEqual(next.refresh_token, tokens.refresh_token);
    });

    check("page_1_4_8_a_person_who_refuses_is_heard_by_the_television", async () => {
      const ada = await world.server.person();
      const shown = await asks();
      const refused = assert.rejects(oidc.pollDeviceAuthorizationGrant(television, shown), { error: "access_denied" });
      const tab = await world.tab();
      await tab.page.goto(shown.verification_uri_complete);
      await tab.sees("Sign in");
      await tab.signIn(ada);
      await tab.sees("Connect Acme TV on another device?");
      await tab.press("Don't connect");
      await tab.sees("Nothing was connected.");
      await tab.page.reload();
      await tab.sees("Nothing was connected.");
      await refused;
    });

    check("page_1_4_8_a_forgotten_password_and_a_wrong_code_come_back_to_the_question", async () => {
      const ada = await world.server.person();
      const shown = await asks();
      const tab = await world.tab();
      await types(tab, "BCDF-GHJK");
      const { problems } = await tab.sees("Connect a device");
      assert.deepEqual(problems, ["No device shows that code. Check it and enter it again."]);
      await types(tab, shown.user_code);
      await tab.sees("Sign in");
      await tab.forgets(ada);
      await tab.enterCode((await tab.code(ada.email)).code);
      await tab.choosesPassword(ada, "seven quiet harbours in fog");
      await tab.sees("Connect Acme TV on another device?");
      await tab.page.goBack();
      await tab.page.goto(`${world.issuer}/device/confirm?user_code=${shown.user_code}`);
      await tab.press("Connect");
      await tab.sees("Done. Go back to your device.");
    });

    check("the_example_of_a_device_does_what_its_page_says", async () => {
      const ada = await world.server.person();
      const example = await Example.start("device/tv.mjs", { environment: { ISSUER: world.issuer, CLIENT_ID: "tv" } });
      const [, address] = await example.says(/Or open (\S+)\n/);
      const tab = await world.tab();
      await tab.page.goto(address);
      await tab.signIn(ada);
      await tab.sees("Connect Acme TV on another device?");
      await tab.press("Connect");
      await tab.sees("Done. Go back to your device.");
      assert.equal(await example.ended, 0, example.said);
      assert.match(example.said, new RegExp(`Connected\\. Hello, ${ada.name}!`));
    });
  });
}
