// A single-page application on oidc-client-ts, with a redirect, a popup, and sign-out.
import { ErrorResponse, UserManager, WebStorageStateStore, InMemoryWebStorage } from "oidc-client-ts";
import { settings, show } from "./shell.js";

const manager = new UserManager({
  authority: settings.issuer,
  client_id: settings.clientId,
  redirect_uri: settings.redirectUri,
  popup_redirect_uri: `${location.origin}/popup`,
  silent_redirect_uri: `${location.origin}/silent`,
  post_logout_redirect_uri: `${location.origin}/goodbye`,
  scope: "openid profile email offline_access",
  userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  automaticSilentRenew: false,
  loadUserInfo: true,
});
globalThis.application = manager;

const told = (user) => ({
  status: 200,
  accessToken: user.access_token,
  refreshToken: user.refresh_token,
  idToken: user.id_token,
  scope: user.scope,
  profile: user.profile,
  // The library compares the state itself, and knows ours by it.
  isOriginalState: user.state?.original === true,
});
const failed = (error) =>
  error instanceof ErrorResponse
    ? { error: error.error, isOriginalState: error.state?.original === true }
    : { failure: String(error) };

const request = () => {
  const { prompt, max_age, login_hint, ...extraQueryParams } = settings.extra();
  return { state: { original: true }, prompt, login_hint, max_age: max_age && Number(max_age), extraQueryParams };
};

document.getElementById("sign-in")?.addEventListener("click", () => manager.signinRedirect(request()));
document.getElementById("popup")?.addEventListener("click", () => {
  manager.signinPopup(request()).then(
    (user) => show(told(user)),
    (error) => show(failed(error)),
  );
});

if (location.pathname === "/start") {
  manager.signinRedirect(request());
} else if (location.pathname === "/callback") {
  show(await manager.signinCallback().then(told, failed));
  document.getElementById("sign-out").addEventListener("click", async () => {
    const user = await manager.getUser();
    manager.signoutRedirect({ id_token_hint: user?.id_token, state: "until next time" });
  });
} else if (location.pathname === "/popup") {
  await manager.signinPopupCallback();
} else if (location.pathname === "/goodbye") {
  const answer = await manager.signoutCallback().catch((error) => ({ failure: String(error) }));
  show({ goodbye: true, isOriginalState: answer?.userState === "until next time", failure: answer?.failure });
}
