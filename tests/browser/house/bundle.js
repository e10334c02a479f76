// Bundles an application's script from its npm packages.
import { buildSync } from "esbuild";

export function bundle(file) {
  const result = buildSync({
    entryPoints: [new URL(`../applications/${file}`, import.meta.url).pathname],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "chrome120",
    write: false,
    logLevel: "error",
  });
  return result.outputFiles[0].text;
}
