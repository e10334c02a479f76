// Sign-out in a real browser: pages of applications that are told in frames (OpenID Connect Front-Channel Logout), and
// pages that watch the session from another origin (OpenID Connect Session Management).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { PlainApplication } from "./house/applications.js";
import { serve } from "./house/files.js";
import { until } from "./house/wayhome.js";
import { World } from "./house/world.js";

const page = (body) => ({ type: "text/html; charset=utf-8", body: `<!doctype html><link rel="icon" href="data:,"><title>Acme</title>${body}` });

/// An application with a page that signs it out, and one that watches the session.
class Framed extends PlainApplication {
  told = [];
  hangs = false;

  async start(issuer) {
    this.issuer = issuer;
    this.site = await serve(async (path, request) => {
      if (path === "/signed-out") {
        this.told.push(new URL(request.url, this.origin).searchParams);
        if (this.hangs) await new Promise((resolve) => request.once("close", resolve));
        return page("<script>localStorage.clear()</script>");
      }
      if (path === "/watch") return page(`<h1>Watching</h1><iframe id="op" src="${issuer}/oauth2/check_session"></iframe>`);
      if (path === "/empty") return page("<h1>Empty</h1>");
      return page(`<h1>${path === "/goodbye" ? "Goodbye." : "You are back."}</h1><script>localStorage.setItem("signed in", "yes")</script>`);
    });
    this.origin = this.site.origin;
    this.redirectUri = `${this.origin}/callback`;
  }

  get registration() {
    return `${super.registration}frontchannel_logout_uri = "${this.origin}/signed-out?tenant=1"\n`;
  }
}

const claims = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[1], "base64url").toString());

for (const script of [true, false]) {
  describe(`front-channel logout (${script ? "with" : "without"} scripts)`, () => {
    const [notes, mail] = ["notes", "mail"].map((id) => new Framed({ id, name: `Acme ${id}` }));
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

    before(async () => {
      world = await World.start({ applications: [notes, mail], script });
    });
    afterEach(async () => {
      for (const application of [notes, mail]) Object.assign(application, { told: [], hangs: false });
      await world?.close();
    });
    after(() => world?.stop());

    /// Somebody who is signed in at both.
    async function signedIn() {
      const ada = await world.server.person();
      const tab = await world.tab();
      await notes.send(tab.page);
      await tab.signIn(ada);
      const tokens = await notes.home(tab.page, ada);
      await mail.send(tab.page);
      await mail.home(tab.page, ada);
      return { tab, tokens };
    }

    const leave = (tokens) =>
      `${world.issuer}/oauth2/sessions/logout?${new URLSearchParams({
        id_token_hint: tokens.idToken,
        post_logout_redirect_uri: `${notes.origin}/goodbye`,
        state: "a b'c\"&",
      })}`;

    check("prov_7_the_pages_of_applications_are_told_and_then_the_way_goes_home_by_itself", async () => {
      const { tab, tokens } = await signedIn();
      // The browser may be on its way before the address is "committed".
      await tab.page.goto(leave(tokens)).catch(() => {});
      await tab.page.waitForURL((url) => url.pathname === "/goodbye");
      assert.equal(new URL(tab.page.url()).searchParams.get("state"), "a b'c\"&");
      for (const application of [notes, mail]) {
        assert.equal(application.told.length, 1, application.id);
        const { tenant, iss, sid, ...more } = Object.fromEntries(application.told[0]);
        assert.deepEqual([tenant, iss, sid, more], ["1", world.issuer, claims(tokens.idToken).sid, {}]);
      }
      if (script) {
        // The frame had its own origin, and could remove what the application keeps there.
        await tab.page.goto(`${mail.origin}/empty`);
        assert.equal(await tab.page.evaluate(() => localStorage.length), 0);
      }
    });

    check("prov_7_a_page_that_never_loads_does_not_hold_anybody", async () => {
      const { tab, tokens } = await signedIn();
      mail.hangs = true;
      await tab.page.goto(leave(tokens), { waitUntil: "commit" });
      await tab.sees("Signing you out");
      await until("both are asked", () => notes.told.length + mail.told.length === 2);
      // With scripts it goes on after a while; without, there is a way to go on.
      if (!script) await tab.follow("Back to Acme notes");
      await tab.page.waitForURL((url) => url.pathname === "/goodbye");
    });

    check("prov_7_who_signs_out_on_their_own_is_signed_out_of_the_applications_too", async () => {
      const { tab } = await signedIn();
      await tab.page.goto(`${world.issuer}/logout`);
      await tab.press("Sign out");
      await tab.sees("You're signed out");
      await until("both are told", () => notes.told.length === 1 && mail.told.length === 1);
      assert.equal(new URL(tab.page.url()).pathname, "/logout/done");
    });
  });
}

describe("session management", () => {
  const notes = new Framed({ id: "notes", name: "Acme Notes" });
  let world;
  const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));

  before(async () => {
    world = await World.start({ applications: [notes], environment: { WAYHOME__SESSION__MANAGEMENT: "true" } });
  });
  afterEach(() => world?.close());
  after(() => world?.stop());

  /// The browser's critics say what is the point here, and nothing else.
  const says = (tab, ...points) => {
    const complaints = tab.watch.take();
    for (const point of points) assert.ok(complaints.some((text) => text.includes(point)), `nobody says ${point}`);
    assert.deepEqual(complaints.filter((text) => !points.some((point) => text.includes(point))), []);
  };

  /// What the frame of a page at another origin answers.
  const answer = (tab, message) =>
    tab.page.evaluate(
      ([message, issuer]) =>
        new Promise((resolve) => {
          addEventListener("message", ({ data, origin }) => resolve([data, origin === issuer].join(" ")), { once: true });
          document.getElementById("op").contentWindow.postMessage(message, issuer);
        }),
      [message, world.issuer],
    );

  /// `session_state` for what the browser knows now, computed by another program.
  async function sessionState(device, origin = notes.origin) {
    const cookie = (await device.context.cookies(world.issuer)).find(({ name }) => name === "wayhome_state");
    const salt = "a-salt-of-some-length";
    const hash = createHash("sha256").update(`notes ${origin} ${cookie?.value ?? ""} ${salt}`).digest("base64url");
    return `notes ${hash}.${salt}`;
  }

  check("prov_7_a_page_of_another_origin_learns_whether_the_session_is_the_same", async () => {
    const ada = await world.server.person();
    const device = await world.browser();
    const [tab, other] = [await device.tab(), await device.tab()];
    await notes.send(tab.page);
    await tab.signIn(ada);
    await notes.home(tab.page, ada);
    const state = `notes ${new URL(tab.page.url()).searchParams.get("session_state")}`;
    await tab.page.goto(`${notes.origin}/watch`);
    assert.equal(await answer(tab, await sessionState(device)), "unchanged true");
    assert.equal(await answer(tab, state), "unchanged true");
    assert.equal(await answer(tab, state), "unchanged true");
    assert.equal(await answer(tab, await sessionState(device, "http://localhost:1")), "changed true", "another origin's");
    assert.equal(await answer(tab, `other${state.slice(5)}`), "changed true", "another client's");
    for (const wrong of ["", "notes", "notes nothing", "notes .salt", "notes hash.", 7, null, { a: 1 }, "x".repeat(5000)]) {
      assert.equal(await answer(tab, wrong), "error true", JSON.stringify(wrong));
    }

    await other.page.goto(`${world.issuer}/logout`);
    await other.press("Sign out");
    await other.sees("You're signed out");
    assert.equal(await answer(tab, state), "changed true");
    const nobody = await sessionState(device);
    assert.equal(await answer(tab, nobody), "unchanged true");
    await other.page.goto(`${world.issuer}/login`);
    await other.signIn(ada);
    await other.page.waitForURL(`${world.issuer}/account`);
    assert.equal(await answer(tab, nobody), "changed true");
    assert.equal(await answer(tab, state), "changed true", "the session is another one");
    says(tab, '"DocumentCookie"');
  });

  check("prov_7_no_other_page_can_be_framed", async () => {
    const device = await world.browser();
    const tab = await device.tab();
    await tab.page.goto(`${notes.origin}/watch`);
    const framed = await tab.page.evaluate(async (issuer) => {
      const frame = document.createElement("iframe");
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      frame.src = `${issuer}/logout`;
      document.body.append(frame);
      await loaded;
      return frame.contentWindow.length;
    }, world.issuer);
    assert.equal(framed, 0);
    const frame = tab.page.frames().find((frame) => frame.url().startsWith("chrome-error:"));
    assert.ok(frame, tab.page.frames().map((frame) => frame.url()).join());
    says(tab, '"violatedDirective":"frame-ancestors"');
  });
});
