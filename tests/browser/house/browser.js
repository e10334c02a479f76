// Chromium, one for each file of tests, and pages that are watched.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env.WAYHOME_TEST_CHROMIUM ?? "/usr/bin/chromium";

/// Starts a browser whose every request beyond this machine is an error by construction.
export async function startBrowser() {
  const folder = await mkdtemp(join(tmpdir(), "wayhome-chromium-"));
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
    ],
    env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder },
  });
  return {
    browser,
    async stop() {
      await browser.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/// What went on in a page that should not have: messages of the console and of the browser's own critics (they see
/// what password managers stumble over), and requests to others.
export class Watch {
  /** What was noticed. */
  complaints = [];
  /** The addresses of the documents. */
  documents = new Set();
  /** The document that is shown: its address, status, headers, and (as a promise) its text as it came over the wire. */
  last = undefined;

  constructor(own) {
    this.own = own;
  }

  async follow(page) {
    const cdp = await page.context().newCDPSession(page);
    this.cdp = cdp;
    cdp.on("Log.entryAdded", ({ entry }) => {
      // An error page has its true status, and the browser says so.
      const isStatusOfDocument = entry.source === "network" && this.documents.has(entry.url);
      // Signing out clears the cache, and the browser says so.
      const isClearing = entry.level === "info" && entry.text.startsWith("Clear-Site-Data header");
      // Whoever types before a page has set its focus keeps their own, and the browser says so.
      const isQuick = entry.level === "info" && entry.text.startsWith("Autofocus processing was blocked because a document already has a focused element");
      if (this.isOwn(page.url()) && !isStatusOfDocument && !isClearing && !isQuick) this.complain(`${entry.level}: ${entry.text} (${entry.url ?? ""})`);
    });
    cdp.on("Audits.issueAdded", ({ issue }) => {
      // An application that goes on by itself is skipped by Back, and whoever redirects might be one who tracks.
      const { genericIssueDetails: generic, quirksModeIssueDetails: quirks } = issue.details;
      const isNormal = issue.code === "BounceTrackingIssue" || generic?.errorType === "NavigationEntryMarkedSkippable";
      if (!isNormal && !(quirks && !this.isOwn(quirks.url))) this.complain(`issue ${issue.code}: ${JSON.stringify(issue.details)}`);
    });
    cdp.on("Runtime.consoleAPICalled", ({ type, args, stackTrace }) => {
      const url = stackTrace?.callFrames?.[0]?.url ?? "";
      if (this.isOwn(url || page.url())) this.complain(`console.${type}: ${args.map((arg) => arg.value ?? arg.description).join(" ")}`);
    });
    page.on("pageerror", (error) => {
      if (this.isOwn(page.url())) this.complain(`error: ${error.message}`);
    });
    page.on("request", (request) => {
      const from = request.frame().url();
      const target = request.url();
      const leaves = request.isNavigationRequest() || target.startsWith("data:");
      if (this.isOwn(from) && !leaves && !this.isOwn(target)) this.complain(`a request to another: ${target}`);
    });
    page.on("response", (response) => {
      const isRedirect = response.status() >= 300 && response.status() < 400;
      if (!this.isOwn(response.url()) || response.request().resourceType() !== "document" || isRedirect) return;
      const html = response.text().catch(() => null);
      this.documents.add(response.url());
      this.last = { url: response.url(), html, status: response.status(), headers: response.headers() };
    });
    await cdp.send("Log.enable");
    await cdp.send("Runtime.enable");
    await cdp.send("Audits.enable");
    return this;
  }

  isOwn(url) {
    return this.own.some((origin) => url.startsWith(origin));
  }

  complain(text) {
    this.complaints.push(text);
  }

  /// Everything noticed since the last time.
  take() {
    return this.complaints.splice(0);
  }
}
