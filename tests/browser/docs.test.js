// What README and tutorial promise to a person with a browser, step by step: the page of the tutorial as it is printed
// there, and the demo of `wayhome dev`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { serve } from "./house/files.js";
import { freePort } from "./house/wayhome.js";
import { World } from "./house/world.js";

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

/// The fenced block of this language on a page.
const block = (page, language) => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(page)[1];

/// The application of the tutorial: its page, its registration, on another port.
class TutorialApplication {
  name = "My app";
  asks = true;

  async start(issuer) {
    const tutorial = await read("docs/tutorial.md");
    const library = await read("examples/spa/oidc.js");
    this.port = await freePort();
    this.origin = `http://localhost:${this.port}`;
    const here = (text) => text.replaceAll("http://localhost:5173", this.origin).replaceAll("http://localhost:4444", issuer);
    this.registration = here(block(tutorial, "toml"));
    const files = {
      "/": { type: "text/html; charset=utf-8", body: here(block(tutorial, "html")) },
      "/oidc.js": { type: "text/javascript", body: library },
    };
    this.site = await serve((path) => files[path], this.port);
  }

  stop() {
    return this.site?.stop();
  }
}

describe("the documentation in a browser", () => {
  const application = new TutorialApplication();
  let world;
  let account;
  let seeded;
  const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

  before(async () => {
    world = await World.start({ applications: [application] });
    const readme = await read("README.md");
    const tutorial = await read("docs/tutorial.md");
    const email = /`(\S+@\S+)`/.exec(readme)[1];
    seeded = /password `([^`]+)`/.exec(tutorial)[1];
    account = { email, password: seeded, name: "Anna" };
  });
  afterEach(() => world?.close());
  after(async () => {
    // What everybody is told at the start is no secret.
    world?.secrets.delete(seeded);
    await world?.assertNothingLeaked().finally(() => world.stop());
  });

  const says = (tab, words) => tab.page.locator("#hello", { hasText: words }).waitFor();

  check("the page of the tutorial signs somebody in, and takes them home after a forgotten password", async () => {
    const tab = await world.tab();
    await tab.page.goto(`${application.origin}/`);
    await says(tab, "You are signed out.");
    await tab.press("Sign in");
    await tab.signIn(account);
    await tab.allows(application);
    await says(tab, "Hello, Anna. You are anna@example.com.");
    await tab.press("Sign out");
    await says(tab, "You are signed out.");

    await tab.press("Sign in");
    await tab.sees("Sign in");
    await tab.forgets(account);
    const { code } = await tab.code(account.email);
    await tab.enterCode(code);
    await tab.choosesPassword(account, "eleven otters on the jetty");
    await says(tab, "Hello, Anna. You are anna@example.com.");

    await tab.page.goto(`${application.origin}/`);
    await tab.press("Sign in");
    await says(tab, "Hello, Anna.");
  });

  check("the page of the tutorial takes a new person home", async () => {
    const tab = await world.tab();
    await tab.page.goto(`${application.origin}/`);
    await tab.press("Sign in");
    await tab.follow("Create an account");
    const grace = { email: "grace@example.org", name: "Grace", password: "seven quiet herons by the weir" };
    await tab.register(grace);
    await tab.sees("Check your email");
    const { code } = await tab.code(grace.email);
    await tab.enterCode(code);
    await tab.allows(application);
    await says(tab, "Hello, Grace. You are grace@example.org.");
  });

  check("the steps of the README lead through the demo", async () => {
    const tab = await world.tab();
    await tab.page.goto(world.server.demo);
    await tab.press("Sign in");
    await tab.sees("Sign in");
    await tab.forgets({ email: "ben@example.com" });
    const inbox = await tab.device.tab();
    await inbox.page.goto(`${world.issuer}/dev/inbox`);
    await inbox.sees("Development inbox");
    const { code } = await tab.code("ben@example.com");
    await inbox.reads(code);
    await tab.enterCode(code);
    await tab.choosesPassword({}, "twelve otters on the jetty");
    await tab.sees("Allow Wayhome demo to access your account?");
    await tab.press("Allow");
    const status = (words) => tab.page.locator("#status", { hasText: words }).waitFor();
    await status("You are signed in as Ben.");
    await tab.press("Call the API");
    await tab.page.locator("#answer-text", { hasText: "The access token was good." }).waitFor();
    await tab.press("Refresh the tokens");
    await status("The tokens are new.");
    await tab.press("Sign out");
    await status("You are signed out.");
    assert.equal(await tab.page.locator("#problem").isVisible(), false);
  });
});
