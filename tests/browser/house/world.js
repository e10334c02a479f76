// Everything that a journey needs: a server, applications, a browser, and people who use them.
import assert from "node:assert/strict";
import { startBrowser, Watch } from "./browser.js";
import { freePort, Wayhome } from "./wayhome.js";
import { faultsOfHeaders } from "./headers.js";
import { inspect } from "./inspection.js";
import { Person } from "./person.js";

export class World {
  /// `applications` are started first, so that clients.toml can name them. `script: false` switches JavaScript off in
  /// all browsers. `inspects` looks at each state of each page once.
  static async start({ database = "sqlite", applications, script = true, environment, clock, inspects = false }) {
    const world = new World();
    Object.assign(world, { applications, script, inspects, contexts: [], seen: new Set(), faults: [], secrets: new Set() });
    try {
      world.chromium = await startBrowser();
      const port = await freePort();
      for (const application of applications) await application.start(`http://localhost:${port}`);
      const clients = applications.map((application) => application.registration).join("");
      const allowed = applications.map((application) => `${application.origin}/*`).join(",");
      world.server = await Wayhome.start({
        database,
        clients,
        clock,
        port,
        environment: { WAYHOME__RETURN_URLS__ALLOWED: allowed, ...environment },
      });
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  get issuer() {
    return this.server.issuer;
  }

  /// A browser of its own: another device, or the same person in a private window.
  async browser(options = {}) {
    const context = await this.chromium.browser.newContext({
      javaScriptEnabled: this.script,
      viewport: { width: 390, height: 844 },
      ...options,
    });
    context.setDefaultTimeout(15_000);
    const device = { context, watches: [] };
    device.tab = async () => {
      const page = await context.newPage();
      return this.adopt(device, page);
    };
    this.contexts.push(device);
    return device;
  }

  /// Follows a page that a browser has opened, and gives the person before it.
  async adopt(device, page) {
    const watch = await new Watch([this.issuer]).follow(page);
    device.watches.push(watch);
    return new Person(this, device, page, watch);
  }

  /// A person in a browser of their own.
  async tab(options) {
    return (await this.browser(options)).tab();
  }

  /// Looks at a page, the first time that it is in this state.
  async look(person, state) {
    const { last } = person.watch;
    if (last) this.faults.push(...faultsOfHeaders(last.url, last.headers));
    if (!this.inspects || this.seen.has(state)) return;
    this.seen.add(state);
    const faults = await inspect(person.page, person.watch, `live-${state}`, await person.watch.last?.html);
    this.faults.push(...faults.map((fault) => `${state}: ${fault}`));
  }

  /// What every open page shows, for the report of a failure.
  async describe() {
    const pages = this.contexts.flatMap((device) => device.context.pages());
    const told = pages.map(async (page) => {
      const words = await page.locator("body").innerText({ timeout: 1000 }).catch(() => "nothing that can be read");
      return `at ${page.url()}\n    ${words.trim().replaceAll(/\n+/g, "\n    ").slice(0, 800)}`;
    });
    return (await Promise.all(told)).join("\n");
  }

  /// Runs a test; if it fails, its report says where everybody was.
  async tells(journey) {
    try {
      await journey();
    } catch (error) {
      error.message += `\n${await this.describe()}`;
      error.stack = `${error.message}\n${error.stack?.split("\n").filter((line) => /^\s+at .*tests\/browser\/(?!node_modules)/.test(line)).join("\n")}`;
      throw error;
    }
  }

  /// Closes the browsers of a journey; nothing may have gone wrong unnoticed.
  async close() {
    const complaints = this.contexts.flatMap((device) => device.watches.flatMap((watch) => watch.take()));
    for (const device of this.contexts.splice(0)) await device.context.close();
    assert.deepEqual([...complaints, ...this.faults.splice(0)], []);
  }

  /// Nothing that is secret stands in the log (L11, S39).
  async assertNothingLeaked() {
    const log = await this.server.log();
    const leaked = [...this.secrets].filter((secret) => log.includes(secret));
    assert.deepEqual(leaked, [], "secrets in the log");
  }

  async stop() {
    await this.server?.stop();
    for (const application of this.applications ?? []) await application.stop();
    await this.chromium?.stop();
  }
}
