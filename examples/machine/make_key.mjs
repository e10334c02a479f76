// Makes a key for a client, with what Node.js has: `node make_key.mjs robot-key.json`. The private key goes to the file,
// the public keys that `clients.toml` wants are printed.
import { createHash, generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { kty, crv, x, y, d } = privateKey.export({ format: "jwk" });
const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
const shared = { kty, crv, x, y, kid, alg: "ES256", use: "sig" };
writeFileSync(process.argv[2] ?? "robot-key.json", JSON.stringify({ ...shared, d }), { mode: 0o600, flag: "wx" });
console.log(JSON.stringify({ keys: [shared] }));
