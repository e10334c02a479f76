// What every page must be, in every state (pages.md 2.3). Nothing here is injected into the page's own world, so that
// its content security policy stays in force.
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/// Where screenshots are kept, if somebody wants to look at them.
const SCREENSHOTS = process.env.WAYHOME_TEST_SCREENSHOTS;

const KIB = 1024;
export const LIMITS = { html: 5 * KIB, css: 6 * KIB, js: 5 * KIB, page: 14 * KIB, requests: 6 };

const WIDTHS = [
  { width: 1280, height: 800 },
  { width: 320, height: 640 },
];
const SCHEMES = ["light", "dark"];

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// What axe cannot decide by itself: words on the gradient around the card. `contrast` decides it.
const isOnGradient = (node) => node.message.includes("background gradient") && node.around;

const htmlValidate = new HtmlValidate(
  new StaticConfigLoader({
    extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
    rules: {
      // The summary of the problems stands before the first heading of the page.
      "heading-level": ["error", { minInitialRank: "h2" }],
      // Everything comes from our own origin.
      "require-sri": ["error", { target: "crossorigin" }],
    },
  }),
);

/// Mail programs need the old attributes of tables and inline styles, and know no landmarks.
const htmlValidateMail = new HtmlValidate(
  new StaticConfigLoader({
    extends: ["html-validate:standard", "html-validate:a11y"],
    rules: { "no-inline-style": "off", "no-deprecated-attr": "off" },
  }),
);

/// Runs JavaScript in a world of our own.
async function apart(cdp, source) {
  const { frameTree } = await cdp.send("Page.getFrameTree");
  const { executionContextId } = await cdp.send("Page.createIsolatedWorld", {
    frameId: frameTree.frame.id,
    worldName: "inspection",
  });
  const answer = await cdp.send("Runtime.evaluate", {
    expression: source,
    contextId: executionContextId,
    awaitPromise: true,
    returnByValue: true,
  });
  if (answer.exceptionDetails) throw new Error(JSON.stringify(answer.exceptionDetails.exception?.description));
  return answer.result.value;
}

/// Looks at geometry, in the page.
function geometry() {
  const faults = [];
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 0.5);
    faults.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}: ${wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 90)).join(" | ")}`);
  }
  const isAway = (element) => element.closest(".away") || element.closest(".skip") || !element.checkVisibility();
  for (const control of document.querySelectorAll("button, input:not([type=hidden]), select, textarea, .ways > li > a, nav a")) {
    if (isAway(control)) continue;
    const label = control.type === "checkbox" ? control.closest("label") ?? document.querySelector(`label[for="${control.id}"]`) : null;
    const box = (label ?? control).getBoundingClientRect();
    if (box.height < 43.5) faults.push(`a target of ${box.height} px: ${control.outerHTML.slice(0, 120)}`);
  }
  for (const input of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const size = parseFloat(getComputedStyle(input).fontSize);
    if (!isAway(input) && size < 16) faults.push(`an input of ${size} px: ${input.id}`);
  }
  return faults;
}

/// The contrast of the words around the card with both ends of the gradient behind them.
function contrast() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const root = getComputedStyle(document.documentElement);
  const faults = [];
  for (const element of document.querySelectorAll(".top span, .foot a, .skip")) {
    for (const end of ["--ground", "--glow"]) {
      const [low, high] = [light(getComputedStyle(element).color), light(root.getPropertyValue(end))].sort((a, b) => a - b);
      const ratio = (high + 0.05) / (low + 0.05);
      if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)} on ${end}: ${element.outerHTML.slice(0, 90)}`);
    }
  }
  return faults;
}

/// What moved while the page loaded.
export async function faultsOfMovement(cdp) {
  const moved = await apart(cdp, `(${shift})()`);
  return moved === 0 ? [] : [`the page moved by ${moved}`];
}

/// How much the page moved, in the page.
function shift() {
  return new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += entry.hadRecentInput ? 0 : entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 50);
  });
}

/// What was fetched, as the browser counts it.
function weights() {
  const [own] = performance.getEntriesByType("navigation");
  return [own, ...performance.getEntriesByType("resource")].map((entry) => ({
    url: entry.name,
    wire: entry.encodedBodySize,
  }));
}

const SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }";

async function withStyle(cdp, style, act) {
  await cdp.send("DOM.enable");
  await cdp.send("CSS.enable");
  const { frameTree } = await cdp.send("Page.getFrameTree");
  const { styleSheetId } = await cdp.send("CSS.createStyleSheet", { frameId: frameTree.frame.id });
  await cdp.send("CSS.setStyleSheetText", { styleSheetId, text: style });
  const result = await act();
  await cdp.send("CSS.setStyleSheetText", { styleSheetId, text: "" });
  await cdp.send("CSS.disable");
  return result;
}

/// The faults of a document as it came over the wire.
export async function faultsOfMarkup(html) {
  return messages(await htmlValidate.validateString(html));
}

function messages(report) {
  return report.results.flatMap((result) =>
    result.messages.map((m) => `html-validate ${m.ruleId} at ${m.line}:${m.column}: ${m.message}`),
  );
}

/// What axe finds, and what it cannot decide.
async function askAxe(cdp, where, tags = TAGS) {
  const faults = [];
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations", "incomplete"] };
  const { violations, incomplete } = await apart(
    cdp,
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations, incomplete }) => {
      const words = (node) => node.any[0]?.message ?? node.all[0]?.message ?? "";
      const short = (list) => list.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => ({
        html: node.html.slice(0, 160), message: words(node), around: !document.querySelector(node.target[0])?.closest(".card") })) }));
      return { violations: short(violations), incomplete: short(incomplete) };
    })`,
  );
  const undecided = incomplete
    .map((one) => ({ ...one, nodes: one.nodes.filter((node) => !isOnGradient(node)) }))
    .filter((one) => one.nodes.length > 0);
  for (const [verb, list] of [["finds", violations], ["cannot decide", undecided]]) {
    for (const { id, help, nodes } of list) {
      const places = nodes.map((node) => `${node.html} — ${node.message}`).join(" | ");
      faults.push(`axe ${verb} ${id} (${where}): ${help}: ${places}`);
    }
  }
  return faults;
}

async function keep(page, name, size, colorScheme) {
  if (!SCREENSHOTS) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  const file = `${name}-${size.width}-${colorScheme}.png`.replaceAll(/[^\w.-]+/g, "_");
  await page.screenshot({ path: join(SCREENSHOTS, file), fullPage: true, animations: "disabled" });
}

/// The faults of a mail.
export async function inspectMail(page, watch, name, html) {
  const { cdp } = watch;
  const faults = messages(await htmlValidateMail.validateString(html));
  await apart(cdp, AXE);
  for (const size of WIDTHS) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      faults.push(...(await askAxe(cdp, `${size.width} px, ${colorScheme}`, TAGS.slice(0, -1))));
      const wide = await apart(cdp, "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth");
      if (wide > 0) faults.push(`${size.width} px: scrolls sideways by ${wide}`);
      await keep(page, name, size, colorScheme);
    }
  }
  return faults;
}

/// The faults of what a cold page weighs.
export async function faultsOfWeight(cdp, html) {
  const faults = [];
  const all = await apart(cdp, `(${weights})()`);
  const htmlSize = gzipSync(html).length;
  if (htmlSize > LIMITS.html) faults.push(`the HTML weighs ${htmlSize}`);
  const of = (ending) => all.filter((one) => new URL(one.url).pathname.endsWith(ending)).reduce((sum, one) => sum + one.wire, 0);
  if (of(".css") > LIMITS.css) faults.push(`the styles weigh ${of(".css")}`);
  if (of(".js") > LIMITS.js) faults.push(`the script weighs ${of(".js")}`);
  // HTML travels as it is, so that nobody can guess secrets from its compressed length: the page counts as it travels.
  const whole = all.reduce((sum, one) => sum + one.wire, 0);
  if (whole > LIMITS.page) faults.push(`the page weighs ${whole}`);
  if (all.length > LIMITS.requests) faults.push(`${all.length} requests: ${all.map((one) => one.url).join(" ")}`);
  return faults;
}

/// Every fault of the page that is shown.
export async function inspect(page, watch, name, html) {
  const { cdp } = watch;
  const faults = [];
  const before = page.viewportSize();
  if (html) faults.push(...(await faultsOfMarkup(html)), ...(await faultsOfWeight(cdp, html)));
  faults.push(...(await faultsOfMovement(cdp)));
  await apart(cdp, AXE);
  for (const size of WIDTHS) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const where = `${size.width} px, ${colorScheme}`;
      // Of axe's rules some ask for the width, some for the colours, and none for both: two of four times will do.
      if ((size === WIDTHS[0]) === (colorScheme === SCHEMES[0])) faults.push(...(await askAxe(cdp, where)));
      for (const look of [geometry, contrast]) {
        for (const fault of await apart(cdp, `(${look})()`)) faults.push(`${where}: ${fault}`);
      }
      await keep(page, name, size, colorScheme);
    }
  }
  await page.setViewportSize(WIDTHS[1]);
  const spaced = await withStyle(cdp, SPACED, () => apart(cdp, `(${geometry})()`));
  faults.push(...spaced.filter((fault) => fault.startsWith("scrolls")).map((fault) => `with wide text: ${fault}`));
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
  return faults;
}
