// Every page in every state of the templates' fixtures, hostile values included: accessible, well formed, light.
// `cargo test --lib gallery -- --ignored` writes them into the folder that WAYHOME_GALLERY names.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Watch, startBrowser } from "./house/browser.js";
import { serve } from "./house/files.js";
import { inspect } from "./house/inspection.js";

const folder = process.env.WAYHOME_GALLERY;
assert.ok(folder && existsSync(folder), "WAYHOME_GALLERY names the folder with the pages");
const names = readdirSync(folder).filter((name) => name.endsWith(".html")).map((name) => name.slice(0, -5));
const TYPES = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

describe("the gallery of fixtures", () => {
  let site;
  let chromium;
  let page;
  let watch;

  before(async () => {
    chromium = await startBrowser();
    site = await serve((path, request) => {
      if (request.method === "HEAD") return { status: 204, type: "text/plain", body: "" };
      // There are no passkeys here.
      if (request.method === "POST") return { type: "application/json", body: "null" };
      // The form that sends itself is held, so that it can be looked at.
      if (path.includes("/submit.")) return { type: TYPES.js, body: "" };
      const file = join(folder, path);
      if (!file.startsWith(folder) || !existsSync(file)) return undefined;
      const ending = path.split(".").pop();
      if (ending === "html") {
        // A page that goes on by itself is held, so that it can be looked at, and what it frames stays away.
        const html = readFileSync(file, "utf8")
          .replaceAll('"static/', '"/static/')
          .replace(/<meta http-equiv="refresh"[^>]*>\n/, "")
          .replace(/ data-onward="\d+"/, "")
          .replaceAll(/<iframe [^>]*><\/iframe>\n/g, "");
        return { type: "text/html; charset=utf-8", body: html, headers: { "content-security-policy": POLICY } };
      }
      return { type: TYPES[ending], body: readFileSync(file), compress: true };
    });
    page = await chromium.browser.newPage({ viewport: { width: 390, height: 844 } });
    watch = await new Watch([site.origin]).follow(page);
  });
  after(async () => {
    await chromium?.stop();
    await site?.stop();
  });

  test("there are all pages", () => assert.ok(names.length > 50, `${names.length} pages`));

  for (const name of names) {
    test(`page_l3_${name} is accessible, well formed, light and quiet`, { timeout: 180_000 }, async () => {
      await page.goto(`${site.origin}/${name}.html`);
      const faults = await inspect(page, watch, `gallery-${name}`, await watch.last.html);
      faults.push(...watch.take());
      assert.deepEqual(faults, []);
    });
  }

  test("page_l3 nothing that needs a script is shown without one, and nothing moves", async () => {
    const context = await chromium.browser.newContext({ viewport: { width: 320, height: 640 }, javaScriptEnabled: false });
    const page = await context.newPage();
    const faults = [];
    for (const name of names) {
      await page.goto(`${site.origin}/${name}.html`);
      if (await page.locator(".js:visible").count()) faults.push(`${name} shows a control that does nothing`);
      const ways = await page.locator("main a[href]:visible, form button[type=submit]:visible, nav a[href]:visible").count();
      if (ways === 0) faults.push(`${name} is a dead end`);
    }
    await context.close();
    assert.deepEqual(faults, []);
  });
});
