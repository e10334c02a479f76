// What both applications share: what they are told, and where they show how it went.
const read = (name) => document.querySelector(`meta[name="${name}"]`).content;

export const settings = {
  issuer: read("issuer"),
  clientId: read("client-id"),
  redirectUri: `${location.origin}/callback`,
  /** The parameters of this page's own address go into the authorization request. */
  extra: () => (location.pathname === "/callback" ? {} : Object.fromEntries(new URL(location.href).searchParams)),
};

export function show(outcome) {
  const output = document.getElementById("outcome");
  output.textContent = JSON.stringify(outcome);
  output.dataset.done = "yes";
}
