// The demo's page: four buttons and what they bring.

import { decode, discover, finishSignIn, refresh, signIn, signOut, userInfo } from "./oidc.js";

const element = (id) => document.getElementById(id);

let settings, provider, client;
let tokens = null;
let person = null;

function show() {
  const signedIn = tokens !== null;
  element("signed-in").hidden = !signedIn;
  element("signed-out").hidden = signedIn;
  if (!signedIn) {
    element("status").textContent = "You are signed out.";
    return;
  }
  element("status").textContent = `You are signed in as ${person.name ?? person.email ?? person.sub}.`;
  element("person").textContent = pretty(person);
  element("id-token").textContent = pretty(decode(tokens.id_token));
  element("access-token").textContent = pretty(decode(tokens.access_token));
  element("expiry").textContent = `It is good until ${tokens.goodUntil.toLocaleTimeString()}.`;
  element("refresh-token").textContent = tokens.refresh_token
    ? "There is one: it brings new tokens once, and a new refresh token with them."
    : "There is none: offline_access was not granted.";
  element("refresh").hidden = !tokens.refresh_token;
}

async function callApi() {
  const response = await fetch(`${settings.api}/notes`, {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  });
  element("answer-text").textContent = `${response.status}\n${pretty(await response.json())}`;
  element("answer").hidden = false;
}

async function newTokens() {
  await keep(await refresh(provider, client, tokens));
  show();
  element("status").textContent += " The tokens are new.";
}

/** Tokens live in this page's memory: whoever reads its storage finds none, and a reload signs in again. */
async function keep(fresh) {
  if (!fresh) return;
  person = await userInfo(provider, fresh);
  tokens = { ...fresh, goodUntil: new Date(Date.now() + fresh.expires_in * 1000) };
}

/** Runs an action of a button once at a time, and shows what goes wrong. */
function on(id, action) {
  const button = element(id);
  button.addEventListener("click", async () => {
    button.disabled = true;
    await attempt(action);
    button.disabled = false;
  });
}

async function attempt(action) {
  element("problem").hidden = true;
  try {
    await action();
  } catch (error) {
    element("problem").textContent = error.message;
    element("problem").hidden = false;
  }
}

function pretty(value) {
  return JSON.stringify(value, null, 2);
}

on("sign-in", () => signIn(provider, client));
on("sign-up", () => signIn(provider, client, { prompt: "create" }));
on("call", callApi);
on("refresh", newTokens);
on("sign-out", () => signOut(provider, client, tokens));

await attempt(async () => {
  settings = await (await fetch("/settings.json")).json();
  client = {
    id: settings.client_id,
    redirectUri: `${location.origin}/callback`,
    postLogoutRedirectUri: `${location.origin}/`,
    scope: "openid profile email offline_access",
  };
  provider = await discover(settings.issuer);
  await keep(await finishSignIn(provider, client));
});
if (provider) show();
else element("status").textContent = "The provider does not answer.";
