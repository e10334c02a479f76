// A device that cannot show a sign-in page (RFC 8628), in Node.js 20 or later and without a dependency. It shows a code,
// and waits until somebody has typed it elsewhere:
//
//     CLIENT_ID=acme-tv node examples/device/tv.mjs
const issuer = process.env.ISSUER ?? "http://localhost:4444";
const client = process.env.CLIENT_ID ?? "acme-tv";

async function post(url, fields) {
  const body = new URLSearchParams({ client_id: client, ...fields });
  const response = await fetch(url, { method: "POST", body });
  return { ok: response.ok, body: await response.json() };
}

const seconds = (n) => new Promise((resume) => setTimeout(resume, n * 1000));
const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

const asked = await post(metadata.device_authorization_endpoint, { scope: "openid profile offline_access" });
if (!asked.ok) throw new Error(`${asked.body.error}: ${asked.body.error_description}`);
const codes = asked.body;
console.log(`Open ${codes.verification_uri} on your phone or computer, and enter ${codes.user_code}`);
console.log(`Or open ${codes.verification_uri_complete}`);

let interval = codes.interval ?? 5;
for (;;) {
  await seconds(interval);
  const fields = {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: codes.device_code,
  };
  let answer;
  try {
    answer = await post(metadata.token_endpoint, fields);
  } catch {
    interval *= 2; // Nobody answered at all: do not make it worse (RFC 8628 3.5).
    continue;
  }
  if (answer.ok) {
    const headers = { authorization: `Bearer ${answer.body.access_token}` };
    const person = await (await fetch(metadata.userinfo_endpoint, { headers })).json();
    console.log(`Connected. Hello, ${person.name ?? person.sub}!`);
    break;
  }
  const { error } = answer.body;
  if (error === "slow_down") interval += 5;
  else if (error !== "authorization_pending") {
    console.log(error === "access_denied" ? "Nothing was connected." : "The code has run out.");
    process.exitCode = 1;
    break;
  }
}
