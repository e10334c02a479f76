// The pages that are on no way to a client, and what hands and eyes do with any page.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { PlainApplication } from "./house/applications.js";
import { faultsOfMovement } from "./house/inspection.js";
import { World } from "./house/world.js";

for (const script of [true, false]) {
  describe(`pages (${script ? "with" : "without"} scripts)`, () => {
    const application = new PlainApplication({ id: "notes", name: "Acme Notes" });
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ applications: [application], script, inspects: script });
    });
    afterEach(() => world?.close());
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    async function atHome(device) {
      const ada = await world.server.person();
      const tab = device ? await device.tab() : await world.tab();
      await tab.page.goto(`${world.issuer}/login`);
      await tab.signIn(ada);
      await tab.page.waitForURL(`${world.issuer}/account`);
      return { ada, tab };
    }

    /// The element that has the focus, by its id or else its class.
    const focused = (tab) =>
      tab.page.evaluate(() => {
        const element = document.activeElement;
        if (element === document.body) return "BODY";
        return element.id || element.className || element.textContent.trim() || element.tagName;
      });

    check("page_1_4_6_the_account_is_looked_at_and_changed", async () => {
      const { ada, tab } = await atHome();
      await tab.sees(`Hello, ${ada.name}`);
      await tab.reads(ada.email);
      await tab.follow("Profile");
      await tab.sees("Your profile");
      await tab.fill("name", "Ada King");
      await tab.press("Save changes");
      const { notes } = await tab.sees("Your profile");
      assert.equal(notes.length, 1, notes.join());
      await tab.fill("name", "A".repeat(500));
      await tab.press("Save changes");
      assert.equal((await tab.sees("Your profile")).problems.length, 1);
      await tab.follow("Overview");
      await tab.sees("Hello, Ada King");
      await tab.follow("Password");
      await tab.sees("Change your password");
      await tab.fill("new-password", "short");
      await tab.press("Change password");
      assert.match((await tab.sees("Change your password")).problems[0], /at least 15/);
      await tab.fill("new-password", ada.password);
      await tab.press("Change password");
      assert.match((await tab.sees("Change your password")).problems[0], /current password/);
      await tab.fill("new-password", "seven kettles under a slow moon");
      await tab.press("Change password");
      assert.equal((await tab.sees("Change your password")).notes.length, 1);
    });

    check("page_1_4_6_other_devices_are_signed_out", async () => {
      const { ada, tab } = await atHome();
      const phone = await world.tab();
      await phone.page.goto(`${world.issuer}/login`);
      await phone.signIn(ada);
      await phone.page.waitForURL(`${world.issuer}/account`);
      await tab.follow("Devices");
      await tab.sees("Your devices", "two");
      await tab.press("Sign out everywhere else");
      await tab.sees("Your devices", "one");
      await tab.reads("No other device is signed in.");
      await phone.page.reload();
      await phone.sees("Sign in");
      await tab.press("Sign out");
      await tab.page.waitForURL((url) => url.pathname !== "/account/sessions");
      await tab.isNoDeadEnd();
    });

    check("page_1_4_6_a_new_address_counts_when_it_is_confirmed", async () => {
      const { ada, tab } = await atHome();
      const address = `countess.${ada.email}`;
      await tab.follow("Profile");
      await tab.fill("email", address);
      await tab.press("Save changes");
      await tab.sees("Check your email");
      await tab.enterCode((await tab.code(address)).code);
      await tab.page.waitForURL((url) => url.pathname.startsWith("/account"));
      await tab.follow("Overview");
      await tab.reads(address);
    });

    check("page_1_4_6_an_app_loses_its_access_and_an_account_is_deleted_and_kept", async () => {
      const { ada, tab } = await atHome();
      await application.send(tab.page);
      await application.home(tab.page, ada);
      await tab.page.goto(`${world.issuer}/account/sessions`);
      await tab.reads("Used for: Acme Notes");
      await tab.follow("Connected apps");
      await tab.sees("Your connected apps", "one");
      await tab.press("Remove access Acme Notes");
      assert.equal((await tab.sees("Your connected apps", "none")).notes.length, 1);
      await tab.follow("Activity");
      await tab.sees("Activity");
      await tab.press("This wasn't me");
      assert.equal((await tab.sees("Change your password", "activity")).notes.length, 1);
      await tab.follow("Your data");
      await tab.sees("Your data");
      const [file] = await Promise.all([tab.page.waitForEvent("download"), tab.follow("Download my data")]);
      assert.equal(file.suggestedFilename(), "account-data.json");
      await tab.fill("delete-email", "somebody@example.org");
      await tab.press("Delete my account");
      assert.equal((await tab.sees("Your data", "wrong")).problems.length, 1);
      await tab.fill("delete-email", ada.email);
      await tab.press("Delete my account");
      await tab.sees("Your account will be deleted");
      const { link } = await world.server.mail(ada.email);
      await tab.page.goto(link);
      await tab.sees("Keep your account?");
      await tab.press("Keep my account");
      await tab.sees("Your account stays");
      await tab.follow("Sign in");
      await tab.signIn(ada);
      await tab.page.waitForURL(`${world.issuer}/account`);
    });

    // A page that is painted while it is still read moves what stands in a centred row.
    if (script) {
      check("page_l4_nothing_moves_on_a_slow_device", async () => {
        const { tab } = await atHome();
        await tab.watch.cdp.send("Emulation.setCPUThrottlingRate", { rate: 8 });
        for (let turn = 0; turn < 6; turn += 1) {
          await tab.page.goto(`${world.issuer}/account`);
          assert.deepEqual(await faultsOfMovement(tab.watch.cdp), []);
        }
      });
    }

    check("page_1_4_10_errors_lead_on", async () => {
      const tab = await world.tab();
      const asked = {
        "an unknown client": `/oauth2/auth?response_type=code&client_id=nobody&redirect_uri=${application.redirectUri}`,
        "a foreign address": `/oauth2/auth?response_type=code&client_id=notes&redirect_uri=${application.origin}/elsewhere`,
        "no address": "/oauth2/auth?response_type=code",
        "nothing here": "/no/such/page",
        "a link that is none": "/verification?link=nothing",
        "a recovery link that is none": "/recovery?link=nothing",
        "a request that is none": "/consent?login_challenge=nothing",
        "a way back that is not allowed": "/login?return_to=https://evil.example/",
      };
      for (const [what, path] of Object.entries(asked)) {
        await tab.page.goto(world.issuer + path);
        await tab.sees("", what);
        await tab.isNoDeadEnd();
        assert.ok(tab.page.url().startsWith(world.issuer), what);
      }
    });

    check("seed_s30_a_developer_sees_what_differs", async () => {
      const tab = await world.tab();
      const wrong = application.redirectUri.replace("localhost", "127.0.0.1");
      await tab.page.goto(`${world.issuer}/oauth2/auth?response_type=code&client_id=notes&redirect_uri=${wrong}`);
      await tab.sees("We can't continue with this sign-in", "developer");
      const text = await tab.page.locator("main").textContent();
      assert.ok(text.includes(wrong) && text.includes(application.redirectUri), text);
      assert.ok(await tab.page.locator("#error-id").textContent());
      assert.ok(await tab.page.locator("#request-id").textContent());
    });

    check("page_1_4_10_another_host_name_leads_to_the_right_one", async () => {
      const tab = await world.tab();
      await tab.page.goto(`${world.issuer.replace("localhost", "127.0.0.1")}/login`);
      await tab.sees("This is a different address");
      await tab.page.locator("main a.button").first().click();
      await tab.page.waitForURL((url) => url.hostname === "localhost");
    });

    check("page_e2_the_focus_goes_to_the_summary_of_problems", async () => {
      const tab = await world.tab();
      await application.send(tab.page);
      await tab.press("Sign in");
      await tab.sees("Sign in", "focus");
      assert.equal(await focused(tab), "problems");
      await tab.page.locator(".problems a").first().click();
      assert.equal(await focused(tab), "username");
    });

    check("page_2_3_the_keyboard_reaches_every_control_in_order", async () => {
      const ada = await world.server.person();
      const tab = await world.tab();
      await application.send(tab.page);
      await tab.sees("Sign in");
      const order = [await focused(tab)];
      for (let step = 0; step < 14; step += 1) {
        await tab.page.keyboard.press("Tab");
        const where = await focused(tab);
        if (where === "BODY" || where === order[0]) break;
        order.push(where);
        const ring = await tab.page.evaluate(() => {
          const style = getComputedStyle(document.activeElement);
          return style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
        });
        assert.ok(ring >= 2, `${where} shows no focus`);
      }
      // The buttons of the script: "Show" beside the password, and the passkey.
      const expected = ["username", "current-password", ...(script ? ["js quiet"] : []), "Sign in", ...(script ? ["plain"] : []), "Forgot your password?", "Create an account", "link", "Help", "Privacy", "Terms"];
      assert.deepEqual(order, expected);
      await tab.page.locator("#username").focus();
      await tab.page.keyboard.type(ada.email);
      await tab.page.keyboard.press("Tab");
      await tab.page.keyboard.type(ada.password);
      await tab.page.keyboard.press("Enter");
      await application.home(tab.page, ada);
    });

    check("page_a5_the_first_stop_leads_past_the_header", async () => {
      const { tab } = await atHome();
      await tab.page.reload();
      await tab.page.keyboard.press("Tab");
      assert.equal(await focused(tab), "skip");
      await tab.page.keyboard.press("Enter");
      assert.equal(new URL(tab.page.url()).hash, "#main");
    });

    if (script) {
      check("page_p8_a_password_can_be_shown_and_is_hidden_again_when_it_is_sent", async () => {
        const tab = await world.tab();
        await application.send(tab.page);
        const input = tab.page.locator("#current-password");
        await input.fill("not the right password");
        await tab.page.getByRole("button", { name: "Show password" }).click();
        assert.equal(await input.getAttribute("type"), "text");
        await tab.page.locator("#live", { hasText: "Your password is visible" }).waitFor({ state: "attached" });
        await tab.sees("Sign in", "shown");
        let sentAs;
        await tab.page.exposeFunction("tell", (type) => (sentAs = type));
        await tab.page.evaluate(() =>
          document.getElementById("login-form").addEventListener("formdata", () => tell(document.getElementById("current-password").type)),
        );
        await tab.page.locator("#username").fill("nobody@example.org");
        await tab.press("Sign in");
        await tab.sees("Sign in");
        assert.equal(sentAs ?? "password", "password");
      });

      check("page_1_4_3_a_new_code_can_be_asked_for_when_the_time_has_come", async () => {
        const ada = await world.server.person();
        const tab = await world.tab();
        await application.send(tab.page);
        await tab.forgets(ada);
        const wait = tab.page.locator("button[data-wait]");
        if (await wait.count()) {
          assert.equal(await wait.isDisabled(), true);
          const before = await wait.textContent();
          await tab.page.waitForFunction((before) => document.querySelector("button[data-wait]").textContent !== before, before);
        }
      });
    }
  });
}
