// Ory's own clients of Kratos' administration, unmodified: each operation that exists here is called, and what is answered
// is read into their types. Both databases. Nobody opens a browser.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Configuration, CourierApi, FrontendApi, IdentityApi } from "@ory/kratos-client";
import { Wayhome } from "./house/wayhome.js";

const PYTHON = process.env.WAYHOME_TEST_PYTHON ?? fileURLToPath(new URL("../../target/python/bin/python", import.meta.url));
const SCRIPT = fileURLToPath(new URL("house/kratos_client.py", import.meta.url));
const BCRYPT = "$2b$04$8GyucX8XsZLj7wIH9nlh3.Gyu9rtWEp.zIeA5zM3n7OoomDBUwPZK";

const TOTP = "otpauth://totp/acme:ada?algorithm=SHA1&digits=6&issuer=acme&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// Signs in over HTTP, as a browser without scripts does; the cookies that it has then.
async function signIn(issuer, email, password) {
  const jar = new Map();
  const send = async (url, init = {}) => {
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(new URL(url, issuer), { redirect: "manual", ...init, headers: { ...init.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name, ...value] = line.split(";")[0].split("=");
      jar.set(name, value.join("="));
    }
    return answer;
  };
  const first = await send("/login");
  const page = first.status === 303 ? await send(first.headers.get("location")) : first;
  const html = await page.text();
  const form = /<form[^>]*method="post"[^>]*action="(\/login[^"]*)"[^>]*>([\s\S]*?)<\/form>/g;
  for (const [, target, fields] of html.matchAll(form)) {
    if (!fields.includes('name="password"')) continue;
    const token = /name="csrf_token" value="([^"]*)"/.exec(fields)[1];
    const body = new URLSearchParams({ csrf_token: token, identifier: email, password });
    const headers = { "sec-fetch-site": "same-origin", origin: issuer };
    const answer = await send(target.replaceAll("&amp;", "&"), { method: "POST", body, headers });
    assert.equal(answer.status, 303);
  }
  return [...jar].map((pair) => pair.join("=")).join("; ");
}

for (const database of ["sqlite", "postgres"]) {
  describe(`the administration as Ory's clients know it, on ${database}`, () => {
    let server;
    before(async () => {
      server = await Wayhome.start({ database, clients: "" });
    });
    after(() => server?.stop());

    const refused = (call, status, id) =>
      assert.rejects(call, (error) => {
        assert.deepEqual([error.response?.status, error.response?.data?.error?.id], [status, id]);
        return true;
      });

    test("seed_s17_s18_s19_ory_kratos_client_calls_every_operation", { timeout: 120_000 }, async () => {
      const identities = new IdentityApi(new Configuration({ basePath: server.admin }));
      const schemas = new IdentityApi(new Configuration({ basePath: server.issuer }));
      const courier = new CourierApi(new Configuration({ basePath: server.admin }));

      const { data: ada, status } = await identities.createIdentity({
        createIdentityBody: {
          schema_id: "default",
          traits: { email: "ada.js@example.org", name: "Ada" },
          credentials: { password: { config: { hashed_password: BCRYPT } } },
          verifiable_addresses: [{ value: "ada.js@example.org", via: "email", verified: true, status: "completed" }],
          metadata_admin: { crm: 1 },
        },
      });
      assert.equal(status, 201);
      const id = ada.id;
      const { data: read } = await identities.getIdentity({ id, includeCredential: ["password"] });
      assert.deepEqual(read.credentials.password.identifiers, ["ada.js@example.org"]);
      const { data: patched } = await identities.patchIdentity({
        id,
        jsonPatch: [{ op: "replace", path: "/traits/name", value: "Ada Lovelace" }],
      });
      assert.equal(patched.traits.name, "Ada Lovelace");
      await refused(identities.patchIdentity({ id, jsonPatch: [{ op: "remove", path: "/id" }] }), 400, "invalid_patch");
      const { data: updated } = await identities.updateIdentity({
        id,
        updateIdentityBody: { schema_id: "default", traits: patched.traits, state: "active", metadata_admin: null },
      });
      assert.equal(updated.metadata_admin, null);

      const list = async (query) => (await identities.listIdentities(query)).data.map((person) => person.id);
      assert.deepEqual(await list({ ids: [id] }), [id]);
      assert.deepEqual(await list({ credentialsIdentifier: "ADA.JS@example.org" }), [id]);
      assert.deepEqual(await list({ previewCredentialsIdentifierSimilar: "ada.js" }), [id]);
      const first = await identities.listIdentities({ pageSize: 1 });
      assert.match(first.headers.link, /rel="first"/);

      const patchId = "5f1d9f0e-7a1c-4b57-a8d4-6a4b1c1b7c55";
      const { data: batch } = await identities.batchPatchIdentities({
        patchIdentitiesBody: {
          identities: [
            { create: { schema_id: "default", traits: { email: "batch.js@example.org" } }, patch_id: patchId },
            { create: { schema_id: "default", traits: { email: "nobody" } } },
          ],
        },
      });
      assert.deepEqual(batch.identities.map((one) => [one.action, one.patch_id]), [["create", patchId], ["error", undefined]]);

      const { data: code } = await identities.createRecoveryCodeForIdentity({
        createRecoveryCodeForIdentityBody: { identity_id: id, expires_in: "1h" },
      });
      assert.match(code.recovery_code, /^\d{8}$/);
      const { data: link } = await identities.createRecoveryLinkForIdentity({
        createRecoveryLinkForIdentityBody: { identity_id: id },
      });
      assert.equal((await fetch(link.recovery_link, { redirect: "manual" })).status, 303);

      assert.deepEqual((await identities.listSessions({ active: true, expand: ["identity", "devices"] })).data, []);
      assert.deepEqual((await identities.listIdentitySessions({ id })).data, []);
      await refused(identities.getSession({ id: patchId }), 404, "not_found");
      await refused(identities.extendSession({ id: patchId }), 404, "not_found");
      await refused(identities.disableSession({ id: patchId }), 404, "not_found");
      assert.equal((await identities.deleteIdentitySessions({ id })).status, 204);

      const { data: all } = await schemas.listIdentitySchemas();
      assert.deepEqual(all.map((one) => one.id), ["default"]);
      assert.equal((await schemas.getIdentitySchema({ id: "default" })).data.properties.email.type, "string");

      const { data: messages } = await courier.listCourierMessages({ pageSize: 10 });
      assert.ok(Array.isArray(messages));
      await refused(courier.getCourierMessage({ id: patchId }), 404, "not_found");

      const frontend = new FrontendApi(new Configuration({ basePath: server.issuer }));
      await refused(frontend.toSession(), 401, "session_inactive");
      const cookie = await signIn(server.issuer, "anna@example.com", "river lantern cobalt orchard");
      const { data: session } = await frontend.toSession({ cookie });
      assert.equal(session.identity.traits.email, "anna@example.com");
      assert.deepEqual(session.authentication_methods.map((how) => how.method), ["password"]);

      const { data: factors } = await identities.createIdentity({
        createIdentityBody: {
          schema_id: "default",
          external_id: "crm.js",
          traits: { email: "factors.js@example.org" },
          credentials: {
            totp: { config: { totp_url: TOTP } },
            lookup_secret: { config: { codes: [{ code: "k3w9x0ab" }] } },
          },
        },
      });
      const { data: named } = await identities.getIdentityByExternalID({ externalID: "crm.js" });
      assert.equal(named.id, factors.id);
      assert.deepEqual(Object.keys(named.credentials).sort(), ["lookup_secret", "totp"]);
      for (const type of ["lookup_secret", "totp"]) {
        assert.equal((await identities.deleteIdentityCredentials({ id: factors.id, type })).status, 204);
        await refused(identities.deleteIdentityCredentials({ id: factors.id, type }), 404, "not_found");
      }

      assert.equal((await identities.deleteIdentityCredentials({ id, type: "password" })).status, 204);
      assert.equal((await identities.deleteIdentity({ id })).status, 204);
      await refused(identities.getIdentity({ id }), 404, "not_found");
    });

    test("seed_s17_s18_s19_the_client_for_python_calls_every_operation", { timeout: 120_000 }, async () => {
      const cookies = await signIn(server.issuer, "anna@example.com", "river lantern cobalt orchard");
      const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT, server.admin, server.issuer, cookies]);
      assert.equal(stdout.trim(), "every operation answered");
    });
  });
}
