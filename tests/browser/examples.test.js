// The programs of examples/ that stand on a library, each against the entry of clients.toml that its page shows.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { Example, registered } from "./house/example.js";
import { freePort, until } from "./house/wayhome.js";
import { World } from "./house/world.js";

/// The secret behind the digest on the page.
const SECRET = "correct-horse-battery-staple-0123456789";
const PYTHON = process.env.WAYHOME_TEST_PYTHON ?? new URL("../../target/python/bin/python", import.meta.url).pathname;
const PAGES = new URL("../../docs/how-to/", import.meta.url);

/// The entry of this client on a page, with other ports.
async function entry(page, id, ports) {
  const text = await readFile(new URL(page, PAGES), "utf8");
  const blocks = [...text.matchAll(/^```toml\n(.*?)^```/gms)].map((found) => found[1]);
  const found = blocks.find((block) => block.includes(`id = "${id}"`));
  assert.ok(found, `${page} registers no ${id}`);
  return Object.entries(ports).reduce((toml, [from, to]) => toml.replaceAll(from, to), found);
}

/// A key that `make_key.mjs` has made: the file, and what it printed.
async function makeKey() {
  const maker = await Example.start("machine/make_key.mjs", { parameters: ["robot-key.json"] });
  assert.equal(await maker.ended, 0, maker.said);
  return { file: `${maker.folder}/robot-key.json`, jwks: maker.said.trim() };
}

for (const database of ["sqlite", "postgres"]) {
  describe(`examples on libraries (${database})`, () => {
    let world;
    let ports;
    let robotKey;
    const running = [];
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));
    const start = async (...how) => {
      const example = await Example.start(...how);
      running.push(example);
      return example;
    };

    before(async () => {
      const [web, python, api] = await Promise.all([freePort(), freePort(), freePort()]);
      ports = { web, python, api };
      robotKey = await makeKey();
      const applications = [
        registered(await entry("web-application.md", "shop", { 5173: web })),
        registered(await entry("web-application.md", "library", { 5173: python })),
        registered(await entry("native-application.md", "acme-cli", {})),
        registered(
          (await entry("machine-client.md", "nightly-report", { 4448: api })).replace(/jwks = '.*'/, `jwks = '${robotKey.jwks}'`),
        ),
      ];
      world = await World.start({ database, applications, script: false });
    });
    afterEach(async () => {
      for (const example of running.splice(0)) await example.stop();
      await world?.close();
    });
    after(async () => {
      await world?.assertNothingLeaked();
      await world?.stop();
    });

    check("prov_1_a_web_application_with_a_key_pushes_its_request_and_hears_of_the_sign_out", async () => {
      const base = `http://localhost:${ports.web}`;
      const shop = await start("web/server.mjs", { environment: { ISSUER: world.issuer, PORT: ports.web } });
      await shop.says(/the shop is open/);
      const ada = await world.server.person();
      const device = await world.browser();
      const tab = await device.tab();
      await tab.page.goto(`${base}/`);
      await tab.follow("Sign in");
      const asked = new URL(tab.page.url()).searchParams;
      assert.equal(asked.get("scope"), null, "the request was pushed");
      await tab.signIn(ada);
      await tab.sees("Allow Shop to access your account?");
      await tab.press("Allow");
      await tab.page.locator("h1", { hasText: `Hello, ${ada.name}!` }).waitFor();

      // Signed out by the application.
      await tab.press("Sign out");
      await tab.page.waitForURL(`${base}/`);
      await tab.page.locator("h1", { hasText: "You are signed out." }).waitFor();

      // Signed out at the provider: the application hears of it.
      await tab.follow("Sign in");
      await tab.signIn(ada);
      await tab.page.locator("h1", { hasText: `Hello, ${ada.name}!` }).waitFor();
      const other = await device.tab();
      await other.page.goto(`${world.issuer}/logout`);
      await other.press("Sign out");
      await other.sees("You're signed out");
      await until("the application has heard", async () => {
        await tab.page.goto(`${base}/`);
        return (await tab.page.locator("h1").textContent()) === "You are signed out.";
      });
      assert.ok(!/not accepted|did not work/.test(shop.said), shop.said);
    });

    check("prov_1_a_web_application_on_authlib_signs_in_refreshes_and_signs_out", async () => {
      const base = `http://localhost:${ports.python}`;
      const environment = { ISSUER: world.issuer, PORT: ports.python, CLIENT_SECRET: SECRET };
      const library = await start("authlib/web.py", { environment, python: PYTHON });
      await library.says(/the library is open/);
      const ada = await world.server.person();
      const tab = await world.tab();
      await tab.page.goto(`${base}/`);
      await tab.follow("Sign in");
      await tab.signIn(ada);
      await tab.sees("Allow Library to access your account?");
      await tab.press("Allow");
      await tab.page.locator("h1", { hasText: `Hello, ${ada.name}!` }).waitFor();
      for (const round of ["1", "2"]) {
        await tab.press("Refresh");
        await tab.page.locator("p", { hasText: round }).waitFor();
      }
      await tab.press("Sign out");
      await tab.page.locator("h1", { hasText: "You are signed out." }).waitFor();
      await tab.follow("Sign in");
      await tab.sees("Sign in");
      assert.equal(library.said, `the library is open at ${base}/\n`);
    });

    check("prov_1_a_wrong_secret_is_told_to_authlib_as_the_error_that_it_is", async () => {
      const base = `http://localhost:${ports.python}`;
      const environment = { ISSUER: world.issuer, PORT: ports.python, CLIENT_SECRET: `${SECRET}x` };
      const library = await start("authlib/web.py", { environment, python: PYTHON });
      await library.says(/the library is open/);
      const tab = await world.tab();
      await tab.page.goto(`${base}/login`);
      await tab.signIn(await world.server.person());
      await tab.press("Allow");
      await tab.page.locator("h1", { hasText: "The sign-in did not work: invalid_client." }).waitFor();
      // The browser tells of the status of the page.
      tab.watch.take();
    });

    check("prov_1_a_web_application_takes_no_answer_that_it_did_not_wait_for", async () => {
      const base = `http://localhost:${ports.web}`;
      const shop = await start("web/server.mjs", { environment: { ISSUER: world.issuer, PORT: ports.web } });
      await shop.says(/the shop is open/);
      const answer = await fetch(`${base}/callback?code=x&state=y&iss=${world.issuer}`);
      assert.equal(answer.status, 400);
      const notice = await fetch(`${base}/signed-out`, { method: "POST", body: new URLSearchParams({ logout_token: "x" }) });
      assert.equal(notice.status, 400);
    });

    check("prov_1_a_program_on_a_computer_signs_in_by_the_browser_and_gives_its_tokens_back", async () => {
      const cli = await start("native/cli.mjs", { environment: { ISSUER: world.issuer } });
      const [, address] = await cli.says(/Open (\S+) in your browser/);
      const ada = await world.server.person();
      const tab = await world.tab();
      await tab.page.goto(address);
      await tab.signIn(ada);
      await tab.sees("Allow Acme command line to access your account?");
      await tab.press("Allow");
      await tab.page.locator("h1", { hasText: "You can close this window." }).waitFor();
      assert.equal(await cli.ended, 0, cli.said);
      assert.match(cli.said, new RegExp(`Hello, ${ada.name}!\\nThe tokens are fresh\\.\\nSigned out\\.\\n$`));
    });

    check("prov_1_a_program_on_a_computer_hears_that_somebody_refused", async () => {
      const cli = await start("native/cli.mjs", { environment: { ISSUER: world.issuer } });
      const [, address] = await cli.says(/Open (\S+) in your browser/);
      const tab = await world.tab();
      await tab.page.goto(address);
      await tab.signIn(await world.server.person());
      await tab.press("Don't allow");
      assert.equal(await cli.ended, 1, cli.said);
      assert.match(cli.said, /Nobody is signed in: access_denied/);
    });

    check("prov_2_a_program_with_a_key_gets_a_token_for_one_api_and_is_let_in", async () => {
      const audience = `http://localhost:${ports.api}`;
      const environment = { ISSUER: world.issuer, AUDIENCE: audience, PORT: ports.api };
      const api = await start("api/server.mjs", { environment });
      await api.says(/notes/);
      const report = await start("machine/report.mjs", {
        environment: { ISSUER: world.issuer, API: audience, KEY_FILE: robotKey.file },
      });
      assert.equal(await report.ended, 0, report.said);
      assert.match(report.said, /^200 .*"subject":"nightly-report"/);
      const stranger = await makeKey();
      const refused = await start("machine/report.mjs", {
        environment: { ISSUER: world.issuer, API: audience, KEY_FILE: stranger.file },
      });
      assert.equal(await refused.ended, 1, refused.said);
      assert.match(refused.said, /invalid_client/);
    });
  });
}
