// Clients of other shapes: a popup, a program on this computer, an app with its own scheme.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { PageApplication, PlainApplication } from "./house/applications.js";
import { serve } from "./house/files.js";
import { World } from "./house/world.js";

describe("clients of other shapes", () => {
  const popup = new PageApplication({ id: "mail", name: "Acme Mail", script: "oidc.js", asks: true });
  const program = new PlainApplication({ id: "program", name: "Acme Program", kind: "native", asks: true });
  const app = new PlainApplication({ id: "app", name: "Acme App", kind: "native", asks: true, redirectUri: "org.example.acme:/callback" });
  let world;
  const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

  before(async () => {
    program.registeredUri = "http://127.0.0.1/callback";
    world = await World.start({ applications: [popup, program, app] });
  });
  afterEach(() => world?.close());
  after(async () => {
    await world?.assertNothingLeaked();
    await world?.stop();
  });

  async function opensPopup(tab, parameters = {}) {
    await tab.page.goto(`${popup.origin}/?${new URLSearchParams(parameters)}`);
    const [window] = await Promise.all([tab.page.waitForEvent("popup"), tab.page.click("#popup")]);
    return world.adopt(tab.device, window);
  }

  async function outcome(tab) {
    await tab.page.locator("#outcome[data-done]").waitFor({ state: "attached" });
    return JSON.parse(await tab.page.locator("#outcome").textContent());
  }

  check("journey_popup_signing_in_through_a_popup_gives_the_opener_its_tokens", async () => {
    const ada = await world.server.person();
    const tab = await world.tab();
    const window = await opensPopup(tab);
    await window.sees("Sign in");
    await window.signIn(ada);
    await window.allows(popup);
    const answer = await outcome(tab);
    assert.deepEqual([answer.status, answer.isOriginalState], [200, true], JSON.stringify(answer));
    await popup.proves(answer, ada);
    assert.ok(window.page.isClosed() || (await window.page.waitForEvent("close").then(() => true)));
  });

  check("journey_popup_denying_in_a_popup_tells_the_opener", async () => {
    const ada = await world.server.person();
    const tab = await world.tab();
    const window = await opensPopup(tab);
    await window.signIn(ada);
    await window.sees(`Allow ${popup.name} to access your account?`);
    await window.press("Don't allow");
    assert.equal((await outcome(tab)).error, "access_denied");
  });

  check("journey_popup_a_forgotten_password_is_replaced_in_the_popup", async () => {
    const ada = await world.server.person();
    const tab = await world.tab();
    const window = await opensPopup(tab);
    await window.forgets(ada);
    await window.enterCode((await window.code(ada.email)).code);
    await window.choosesPassword(ada, "seven kettles under a slow moon");
    await window.allows(popup);
    await popup.proves(await outcome(tab), ada);
  });

  check("journey_loopback_a_program_on_a_random_port_gets_its_code", async () => {
    const ada = await world.server.person();
    for (const attempt of [1, 2]) {
      const listener = await serve(() => ({ type: "text/html", body: "<!doctype html><link rel=icon href=data:,><h1>Close this window.</h1>" }));
      program.redirectUri = `http://127.0.0.1:${listener.port}/callback`;
      const tab = await world.tab();
      await program.send(tab.page);
      await tab.sees("Sign in");
      await tab.signIn(ada);
      // Anybody on this computer can claim to be this program, so that it always asks.
      await tab.sees(`Allow ${program.name} to access your account?`, `attempt ${attempt}`);
      await tab.reads("You'll go to");
      await tab.press("Allow");
      await program.home(tab.page, ada);
      await listener.stop();
    }
  });

  check("journey_loopback_another_host_is_refused", async () => {
    program.redirectUri = "http://127.0.0.2:5000/callback";
    const tab = await world.tab();
    await program.send(tab.page);
    await tab.sees("We can't continue with this sign-in");
    await tab.isNoDeadEnd();
  });

  check("journey_scheme_an_app_with_its_own_scheme_gets_its_code", async () => {
    const ada = await world.server.person();
    const tab = await world.tab();
    await app.send(tab.page);
    await tab.signIn(ada);
    await tab.sees(`Allow ${app.name} to access your account?`);
    const [answer] = await Promise.all([
      tab.page.waitForResponse((response) => response.request().method() === "POST" && response.status() === 303),
      tab.press("Allow"),
    ]);
    const { location } = await answer.allHeaders();
    assert.ok(location.startsWith("org.example.acme:/callback?"), location);
    await app.redeem(app.arrived(location), ada);
  });
});
