import { runJourneys } from "./house/run_journeys.js";

runJourneys({ kind: "plain", database: "postgres" });
