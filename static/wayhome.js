// Helps where it can; every page works without it, and nothing here decides anything.
(() => {
  "use strict";
  const live = document.getElementById("live");
  const announce = (words) => {
    live.textContent = "";
    setTimeout(() => { live.textContent = words; }, 60);
  };

  // Show or hide a password. It is hidden again before it is sent, so that no manager takes it for text.
  for (const button of document.querySelectorAll("button[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    const reveal = (shown) => {
      const [words, label, said] = (shown ? button.dataset.on : button.dataset.off).split("|");
      input.type = shown ? "text" : "password";
      button.textContent = words;
      button.setAttribute("aria-label", label);
      return said;
    };
    button.addEventListener("click", () => announce(reveal(input.type === "password")));
    input.form.addEventListener("submit", () => reveal(false));
    addEventListener("pagehide", () => reveal(false));
  }

  // Count down until a new code may be asked for.
  for (const button of document.querySelectorAll("button[data-wait]")) {
    const until = Date.now() + Number(button.dataset.wait) * 1000;
    const timer = setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? button.dataset.waiting.replace("%", left) : button.dataset.ready;
      if (left <= 0) clearInterval(timer);
    }, 1000);
  }

  // A permission is given by a click that was meant for it: not by the second click of two, the first of which has closed
  // what covered this page. So the button rests for a moment whenever the page comes into view.
  for (const button of document.querySelectorAll("button[data-rest]")) {
    let timer;
    const rest = () => {
      button.setAttribute("aria-disabled", "true");
      clearTimeout(timer);
      timer = setTimeout(() => button.removeAttribute("aria-disabled"), Number(button.dataset.rest));
    };
    button.addEventListener("click", (event) => {
      if (button.hasAttribute("aria-disabled")) event.preventDefault();
    });
    addEventListener("pageshow", rest);
    addEventListener("focus", rest);
    document.addEventListener("visibilitychange", rest);
    rest();
  }

  // Copy what somebody may want to quote or keep, in the words of the page unless others are given.
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.words ?? document.getElementById(button.dataset.copy).textContent);
        announce(button.dataset.copied);
        button.textContent = button.dataset.copied;
      } catch {
        getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      }
    });
  }

  for (const button of document.querySelectorAll("button[data-print]")) button.addEventListener("click", () => print());

  // Applications sign out in frames. The page goes on by itself when all of them have loaded; here it is when time is up.
  const onward = document.querySelector("a[data-onward]");
  if (onward) setTimeout(() => location.replace(onward.href), Number(onward.dataset.onward));

  // Ask whether another device has gone on: every 3 seconds for 5 minutes, and when the page is looked at again.
  const status = document.body.dataset.status;
  if (status) {
    let asking = false;
    const ask = async () => {
      if (asking || document.hidden) return;
      asking = true;
      try {
        const answer = await fetch(status, { method: "HEAD", credentials: "same-origin", cache: "no-store" });
        if (answer.status !== 205) return;
        // A proof that was given elsewhere goes on by a form, as the browser is signed in then; the rest by looking again.
        const form = document.getElementById("verification-form");
        if (form) form.requestSubmit(); else location.reload();
      } catch {
        // Offline; the next turn asks again.
      } finally {
        asking = false;
      }
    };
    const timer = setInterval(ask, 3000);
    setTimeout(() => clearInterval(timer), 300000);
    addEventListener("focus", ask);
    document.addEventListener("visibilitychange", ask);
  }

  // Passkeys. A form asks the server for options when they are needed, as a challenge lives for two minutes; what the
  // authenticator answers is sent with the form. Signing in is also offered in the list of the address field, for as long
  // as the page is looked at.
  const keys = window.PublicKeyCredential;
  const written = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const read = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const named = (list = []) => list.map((one) => ({ ...one, id: read(one.id) }));
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const creates = form.dataset.ceremony === "create";
    let pending;
    let asked = false;
    // What was typed into the form beside this one goes along, but its password.
    const takeAlong = () => {
      for (const taken of form.querySelectorAll("[data-taken]")) taken.remove();
      for (const [name, value] of form.dataset.with ? new FormData(document.getElementById(form.dataset.with)) : []) {
        if (!name.startsWith("traits.")) continue;
        const taken = Object.assign(document.createElement("input"), { type: "hidden", name, value });
        taken.dataset.taken = "";
        form.append(taken);
      }
    };
    const ask = async (mediation) => {
      pending?.abort();
      const mine = pending = new AbortController();
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.passkey, { method: "POST", body, credentials: "same-origin", cache: "no-store" });
      const options = await answer.json();
      // There is nothing to ask an authenticator for, and the server knows why.
      if (!options && !mediation) return form.submit();
      options.challenge = read(options.challenge);
      if (creates) options.user.id = read(options.user.id);
      options.allowCredentials = named(options.allowCredentials);
      options.excludeCredentials = named(options.excludeCredentials);
      if (mine.signal.aborted) return;
      const request = { publicKey: options, mediation, signal: mine.signal };
      const { id, rawId, type, response: from } = await navigator.credentials[creates ? "create" : "get"](request);
      const response = { transports: from.getTransports?.() };
      for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (from[part]) response[part] = written(from[part]);
      }
      form.querySelector("[data-answer]").value = JSON.stringify({ id, rawId: written(rawId), type, response });
      form.submit();
    };
    const offer = async () => {
      if (creates || asked || document.hidden || !document.querySelector("[autocomplete~=webauthn]") || !(await keys?.isConditionalMediationAvailable?.())) return;
      ask("conditional").catch(() => {});
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!keys) return announce(form.dataset.unsupported);
      asked = true;
      takeAlong();
      ask().catch(() => {
        announce(form.dataset.cancelled);
        asked = false;
        offer();
      });
    });
    offer();
    setInterval(offer, 100000);
    document.addEventListener("visibilitychange", offer);
  }

  // Authenticators are told what they may forget, and what a person is called.
  for (const { dataset } of document.querySelectorAll("[data-signals]")) {
    const { unknown, ...said } = JSON.parse(dataset.signals);
    const names = unknown ? ["signalUnknownCredential"] : ["signalAllAcceptedCredentials", "signalCurrentUserDetails"];
    for (const name of names) keys?.[name]?.({ credentialId: unknown, ...said }).catch(() => {});
  }
})();
