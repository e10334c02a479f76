// Answers that the browser posts to the application (OAuth 2.0 Form Post Response Mode), in a real browser.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { claims, PlainApplication } from "./house/applications.js";
import { serve } from "./house/files.js";
import { World } from "./house/world.js";

const page = (body) => ({ type: "text/html; charset=utf-8", body: `<!doctype html><link rel="icon" href="data:,"><title>Acme</title>${body}` });

/// An application whose server takes the answer.
class Posted extends PlainApplication {
  posted = [];

  async start(issuer) {
    this.issuer = issuer;
    this.site = await serve(async (path, request) => {
      if (path !== "/callback") return page("<h1>Acme.</h1>");
      let body = "";
      for await (const chunk of request) body += chunk;
      this.posted.push({ method: request.method, url: request.url, type: request.headers["content-type"], fields: new URLSearchParams(body) });
      return page("<h1>You are back.</h1>");
    });
    this.origin = this.site.origin;
    this.redirectUri = `${this.origin}/callback`;
  }

  get registration() {
    return `${super.registration}response_types = ["code", "code id_token", "id_token"]\nresponse_modes = ["query", "fragment", "form_post"]\n`;
  }

  /// The answer that was posted; nothing of it stands in an address.
  async back(tab) {
    await tab.page.waitForURL(this.redirectUri);
    await tab.sees("You are back.");
    const [{ method, url, type, fields }, ...more] = this.posted.splice(0);
    assert.deepEqual([method, url, type, more], ["POST", "/callback", "application/x-www-form-urlencoded", []]);
    const answer = Object.fromEntries(fields);
    assert.equal([...fields].length, Object.keys(answer).length, "something came twice");
    return answer;
  }
}

for (const script of [true, false]) {
  describe(`form_post (${script ? "with" : "without"} scripts)`, () => {
    const notes = new Posted({ id: "notes", name: "Acme Notes" });
    const asks = new Posted({ id: "asks", name: "Acme Asks", asks: true });
    let world;
    const check = (name, act) => test(name, { timeout: 180_000 }, () => world.tells(act));
    /// Without scripts, the page has a button.
    const go = async (tab, application) => {
      if (script) return;
      await tab.sees(`Going back to ${application.name}`);
      await tab.press("Continue");
    };

    before(async () => {
      world = await World.start({ applications: [notes, asks], script });
    });
    afterEach(async () => {
      for (const application of [notes, asks]) application.posted = [];
      await world?.close();
    });
    after(() => world?.stop());

    check("sec_m03_an_answer_is_posted_after_a_sign_in_and_after_a_question", async () => {
      const ada = await world.server.person();
      const tab = await world.tab();
      await notes.send(tab.page, { response_mode: "form_post" });
      await tab.signIn(ada);
      await go(tab, notes);
      const answer = await notes.back(tab);
      assert.deepEqual(Object.keys(answer).sort(), ["code", "iss", "state"]);
      await notes.redeem(notes.arrived(`${notes.redirectUri}?${new URLSearchParams(answer)}`), ada);

      await asks.send(tab.page, { response_mode: "form_post", response_type: "code id_token" });
      await tab.press("Allow");
      await go(tab, asks);
      const hybrid = await asks.back(tab);
      assert.deepEqual(Object.keys(hybrid).sort(), ["code", "id_token", "iss", "state"]);
      assert.equal(claims(hybrid.id_token).sub, ada.id);
      await asks.redeem(asks.arrived(`${asks.redirectUri}?${new URLSearchParams(hybrid)}`), ada);
    });

    check("sec_m03_values_are_only_values_and_refusals_are_posted_too", async () => {
      const tab = await world.tab();
      const state = `"><script>document.title="hacked"</script>&amp;</form>`;
      await notes.send(tab.page, { response_mode: "form_post", prompt: "none", state });
      await go(tab, notes);
      const answer = await notes.back(tab);
      assert.equal(answer.error, "login_required");
      assert.equal(answer.state, state);
      assert.equal(await tab.page.title(), "Acme");
    });

    check("sec_m03_going_back_leads_on", async () => {
      const ada = await world.server.person();
      const tab = await world.tab();
      await notes.send(tab.page);
      await tab.signIn(ada);
      await notes.home(tab.page, ada);
      notes.posted = [];
      await notes.send(tab.page, { response_mode: "form_post" });
      await go(tab, notes);
      const first = await notes.back(tab);
      await notes.redeem(notes.arrived(`${notes.redirectUri}?${new URLSearchParams(first)}`), ada);
      if (script) return;
      // The page was not kept: asked for again, it has another answer, which is as good.
      await tab.page.goBack();
      await go(tab, notes);
      const second = await notes.back(tab);
      assert.notEqual(second.code, first.code);
      await notes.redeem(notes.arrived(`${notes.redirectUri}?${new URLSearchParams(second)}`), ada);
    });
  });
}
