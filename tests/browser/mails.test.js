// The HTML of every mail, as a reader sees it: `cargo test --lib gallery -- --ignored` writes the mails to target/mails.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Watch, startBrowser } from "./house/browser.js";
import { serve } from "./house/files.js";
import { inspectMail } from "./house/inspection.js";

const folder = new URL("../../target/mails/", import.meta.url).pathname;
const names = readdirSync(folder).filter((name) => name.endsWith(".eml"));

/// The texts of a mail by their type; lettre writes the parts as quoted-printable.
function parts(mail) {
  const boundary = /boundary="([^"]+)"/.exec(mail)[1];
  const found = {};
  for (const part of mail.split(`--${boundary}`).slice(1, -1)) {
    const [head, ...body] = part.trimStart().split(/\r?\n\r?\n/);
    const text = body.join("\n\n");
    const bytes = /quoted-printable/i.test(head)
      ? Buffer.from(text.replaceAll(/=\r?\n/g, "").replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1")
      : Buffer.from(text, /base64/i.test(head) ? "base64" : "utf8");
    found[/Content-Type: ([\w/]+)/i.exec(head)[1]] = bytes.toString("utf8");
  }
  return found;
}

describe("the mails", () => {
  let chromium;
  let site;
  let page;
  let watch;

  before(async () => {
    chromium = await startBrowser();
    site = await serve((path) => {
      if (!names.includes(path.slice(1))) return undefined;
      return { type: "text/html; charset=utf-8", body: parts(readFileSync(folder + path, "utf8"))["text/html"] };
    });
    page = await chromium.browser.newPage();
    watch = await new Watch([site.origin]).follow(page);
  });
  after(async () => {
    await chromium?.stop();
    await site?.stop();
  });

  test("there are all mails", () => assert.ok(names.length >= 5, names.join()));

  for (const name of names) {
    test(`page_1_6_${name} is accessible, well formed, small and asks nobody for anything`, { timeout: 180_000 }, async () => {
      const mail = readFileSync(folder + name, "utf8");
      assert.ok(mail.length < 30 * 1024, `${mail.length} bytes`);
      const { "text/plain": text, "text/html": html } = parts(mail);
      assert.ok(text.trim() && html.trim());
      assert.ok(!/http:\/\//.test(html.replaceAll("http://www.w3.org", "")), "no http:// in a mail");
      assert.ok(!/<img|<link|@import|url\(/.test(html), "nothing is fetched");
      await page.goto(`${site.origin}/${name}`);
      const faults = await inspectMail(page, watch, `mail-${name.replace(".eml", "")}`, html);
      faults.push(...watch.take().filter((complaint) => !complaint.includes("favicon")));
      assert.deepEqual(faults, []);
    });
  }
});
