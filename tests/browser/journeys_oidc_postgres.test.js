import { runJourneys } from "./house/run_journeys.js";

runJourneys({ kind: "oidc", database: "postgres" });
