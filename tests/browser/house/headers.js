// What the headers of every page must be (pages.md 1.2), each of which was seen to break something when it is not so.

const LEAVING = ["/login", "/registration", "/verification", "/recovery", "/consent", "/logout"];

export function faultsOfHeaders(url, headers) {
  const { pathname } = new URL(url);
  const faults = [];
  const must = (what, holds) => holds || faults.push(`${pathname}: ${what}: ${JSON.stringify(headers)}`);
  const policy = headers["content-security-policy"] ?? "";
  must("a content security policy", policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"));
  must("nothing inline", !/unsafe/.test(policy));
  if (LEAVING.some((path) => pathname === path || pathname.startsWith(`${path}/`))) {
    must("no form-action, which would block the way back to the client", !policy.includes("form-action"));
  }
  if (pathname.startsWith("/account")) must("form-action 'self'", policy.includes("form-action 'self'"));
  must("a Referrer-Policy that leaves Origin alone", headers["referrer-policy"] === "same-origin");
  if (!pathname.startsWith("/account")) {
    must("no Cross-Origin-Opener-Policy, which would end a popup", !headers["cross-origin-opener-policy"]);
  }
  must("no-store", /no-store/.test(headers["cache-control"] ?? ""));
  must("nosniff", headers["x-content-type-options"] === "nosniff");
  must("HTML that is not compressed", !headers["content-encoding"]);
  return faults;
}
