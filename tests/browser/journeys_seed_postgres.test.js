import { runJourneys } from "./house/run_journeys.js";

runJourneys({ kind: "seed", database: "postgres" });
