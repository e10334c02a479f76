// A person before a page: what they read, fill in and press. Controls are found by the ids that password managers use,
// buttons and links by their words.
import assert from "node:assert/strict";

export class Person {
  constructor(world, device, page, watch) {
    Object.assign(this, { world, device, page, watch });
  }

  get issuer() {
    return this.world.issuer;
  }

  /// Waits for a page of ours with this heading, and looks at it.
  async sees(heading, state = "") {
    const title = this.page.locator("h1", { hasText: heading });
    await title.waitFor().catch(async (error) => {
      const shown = await this.page.locator("h1").allTextContents().catch(() => []);
      throw new Error(`expected the page "${heading}", but saw "${shown}" at ${this.page.url()}\n${error.message.split("\n")[0]}`);
    });
    const problems = await this.page.locator(".problems li").allTextContents();
    const notes = await this.page.locator(".notes p").allTextContents();
    const key = [new URL(this.page.url()).pathname.slice(1), await title.first().textContent(), ...problems, ...notes, state];
    await this.world.look(this, key.filter(Boolean).join(" ").replaceAll(/\S+@\S+|\d+/g, "x").slice(0, 120));
    return { problems: problems.map((text) => text.trim()), notes: notes.map((text) => text.trim()) };
  }

  async reads(words) {
    await this.page.locator("main", { hasText: words }).waitFor();
  }

  async press(button) {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  async follow(link) {
    await this.page.getByRole("link", { name: link, exact: true }).click();
  }

  async fill(id, text) {
    await this.page.locator(`[id="${id}"]`).fill(text);
  }

  /// Fills in and sends the sign-in form.
  async signIn(account, { press = true } = {}) {
    this.keepsSecret(account.password);
    const username = this.page.locator("#username");
    if (await username.isEditable()) await username.fill(account.email);
    await this.fill("current-password", account.password);
    if (press) await this.press("Sign in");
  }

  async register(account, { press = true } = {}) {
    await this.sees("Create your account");
    this.keepsSecret(account.password);
    await this.fill("email", account.email);
    await this.fill("name", account.name);
    await this.fill("new-password", account.password);
    if (press) await this.press("Create account");
  }

  /// Waits for a mail with a code, and gives it.
  async code(email, except = []) {
    const mail = await this.world.server.mail(email, except);
    assert.ok(mail.code, JSON.stringify(mail));
    this.keepsSecret(mail.code.replaceAll(/\D/g, ""));
    return mail;
  }

  async enterCode(code, { press = true } = {}) {
    await this.fill("email-code", code);
    if (press) await this.press("Continue");
  }

  async forgets(account) {
    await this.follow("Forgot your password?");
    await this.sees("Reset your password");
    await this.fill("email", account.email);
    await this.press("Continue");
    await this.sees("Check your email");
  }

  async choosesPassword(account, password, { press = true } = {}) {
    await this.sees("Choose a new password");
    account.password = password;
    this.keepsSecret(password);
    await this.fill("new-password", password);
    if (press) await this.press("Save and continue");
  }

  /// Allows what an application asks for, if it has to ask.
  async allows(application) {
    if (!application.asks) return;
    await this.sees(`Allow ${application.name} to access your account?`);
    await this.press("Allow");
  }

  keepsSecret(text) {
    this.world.secrets.add(text);
  }

  /// Sends the form of a button twice, as a nervous finger or a flaky network does: once beside the page, then in it.
  /// Gives the answer of the first time.
  async pressTwice(button) {
    const control = this.page.getByRole("button", { name: button, exact: true });
    const { action, data } = await control.evaluate((element) => ({
      action: element.form.action,
      data: [...new FormData(element.form, element)].map(([name, value]) => [name, String(value)]),
    }));
    const first = await this.device.context.request.post(action, {
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: this.issuer,
        referer: this.page.url(),
        "sec-fetch-site": "same-origin",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
      },
      data: new URLSearchParams(data).toString(),
      maxRedirects: 0,
    });
    assert.equal(first.status(), 303, `${action}: ${first.status()}`);
    await control.click();
    return first.headers().location;
  }

  /// The page that is shown leads on: there is a form to send or a link to follow in its main part.
  async isNoDeadEnd() {
    const ways = this.page.locator("main form button[type=submit]:visible, main a[href]:not([href^='#']):visible");
    assert.ok((await ways.count()) > 0, `a dead end: ${this.page.url()}`);
  }
}
