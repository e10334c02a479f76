// Tells the page of a client that frames this one whether the session of this browser is still the one that the client
// was told of (OIDC Session Management 1.0, 3.2). SHA-256 (FIPS 180-4) is computed here, as crypto.subtle is neither
// synchronous nor everywhere; and the words are plain, as simple browsers check providers.
(() => {
  "use strict";
  const rotated = (word, bits) => (word >>> bits) | (word << (32 - bits));

  // The first 32 bits of the fractional parts of the square roots of the first 8 primes, and of the cube roots of the
  // first 64.
  const fraction = (root) => ((root - Math.floor(root)) * 0x100000000) | 0;
  const start = [];
  const constants = [];
  for (let n = 2; constants.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (start.length < 8) start.push(fraction(Math.sqrt(n)));
    constants.push(fraction(Math.cbrt(n)));
  }

  const block = (hash, bytes, at) => {
    const words = [];
    for (let n = 0; n < 64; n++) {
      if (n < 16) {
        const i = at + 4 * n;
        words[n] = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
      } else {
        const x = words[n - 15];
        const y = words[n - 2];
        const small = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
        const large = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
        words[n] = (words[n - 16] + small + words[n - 7] + large) | 0;
      }
    }
    const v = hash.slice();
    for (let n = 0; n < 64; n++) {
      const e = v[4];
      const a = v[0];
      const choice = (e & v[5]) ^ (~e & v[6]);
      const majority = (a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]);
      const one = (v[7] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + constants[n] + words[n]) | 0;
      const two = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority) | 0;
      v.pop();
      v.unshift((one + two) | 0);
      v[4] = (v[4] + one) | 0;
    }
    for (let n = 0; n < 8; n++) hash[n] = (hash[n] + v[n]) | 0;
  };

  // The digest as a string of bytes.
  const sha256 = (text) => {
    const encoded = unescape(encodeURIComponent(text));
    const bytes = [];
    for (let n = 0; n < encoded.length; n++) bytes.push(encoded.charCodeAt(n));
    bytes.push(0x80);
    while (bytes.length % 64 !== 56) bytes.push(0);
    bytes.push(0, 0, 0, 0);
    for (let shift = 24; shift >= 0; shift -= 8) bytes.push(((encoded.length * 8) >>> shift) & 255);
    const hash = start.slice();
    for (let at = 0; at < bytes.length; at += 64) block(hash, bytes, at);
    let digest = "";
    for (let n = 0; n < 32; n++) digest += String.fromCharCode((hash[n >> 2] >>> (24 - 8 * (n % 4))) & 255);
    return digest;
  };

  const base64url = (digest) => btoa(digest).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

  // Nobody is signed in where there is no such cookie.
  const browserState = () => {
    const name = (location.protocol === "https:" ? "__Host-" : "") + "wayhome_state=";
    const cookies = document.cookie.split("; ");
    for (let n = 0; n < cookies.length; n++) {
      if (cookies[n].indexOf(name) === 0) return cookies[n].slice(name.length);
    }
    return "";
  };

  const judge = (message, origin) => {
    if (typeof message !== "string" || message.length > 4096) return "error";
    const space = message.lastIndexOf(" ");
    const state = message.slice(space + 1);
    const dot = state.indexOf(".");
    if (space < 1 || dot < 1 || dot === state.length - 1) return "error";
    const salt = state.slice(dot + 1);
    const now = sha256(message.slice(0, space) + " " + origin + " " + browserState() + " " + salt);
    return base64url(now) + "." + salt === state ? "unchanged" : "changed";
  };

  addEventListener("message", (event) => {
    // A sandboxed frame has no origin to answer to.
    if (!event.source || event.origin === "null") return;
    event.source.postMessage(judge(event.data, event.origin), event.origin);
  });
})();
