// Runs all journeys against one kind of application, database and browser.
import { after, afterEach, before, describe, test } from "node:test";
import { PageApplication, PlainApplication } from "./applications.js";
import { World } from "./world.js";
import detours from "../journeys/detours.js";
import late from "../journeys/late.js";
import prompts from "../journeys/prompts.js";
import recover from "../journeys/recover.js";
import register from "../journeys/register.js";
import signIn from "../journeys/sign_in.js";

const KINDS = {
  seed: (id, name, asks) => new PageApplication({ id, name, script: "seed.js", asks, scopes: ["openid", "offline_access"] }),
  oidc: (id, name, asks) => new PageApplication({ id, name, script: "oidc.js", asks }),
  plain: (id, name, asks) => new PlainApplication({ id, name, asks }),
};

/// `kind` is the client: `seed` (@badgateway/oauth2-client), `oidc` (oidc-client-ts), or `plain` (the test itself, for
/// browsers without scripts).
export function runJourneys({ kind, database, script = kind !== "plain", inspects = false }) {
  const make = KINDS[kind];
  const title = `${kind}, ${database}, ${script ? "with" : "without"} scripts`;
  const group = (name, journeys, options) =>
    describe(`${name} (${title})`, () => {
      const application = make("notes", "Acme Notes", false);
      const asking = make("mail", "Acme Mail", true);
      const other = make("tasks", "Acme Tasks", false);
      let world;
      before(async () => {
        world = await World.start({ database, script, inspects, applications: [application, asking, other], ...options });
      });
      afterEach(() => world?.close());
      after(async () => {
        try {
          await world?.assertNothingLeaked();
        } finally {
          await world?.stop();
        }
      });
      for (const [name, journey] of Object.entries(journeys)) {
        test(`${name} [${title}]`, { timeout: 180_000 }, () =>
          world.tells(() => journey({ world, application, asking, other })),
        );
      }
    });
  group("journeys", { ...signIn, ...register, ...recover, ...detours, ...prompts });
  group("late journeys", late, { clock: true });
}
