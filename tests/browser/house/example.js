// A program of examples/, started as a reader starts it: beside the packages that its first lines tell to install.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp } from "node:fs/promises";
import { basename, join } from "node:path";

const EXAMPLES = new URL("../../../examples/", import.meta.url).pathname;
const PACKAGES = new URL("../out/examples/", import.meta.url).pathname;

export class Example {
  /// `path` is below examples/. `python` runs it with that interpreter.
  static async start(path, { environment = {}, parameters = [], python } = {}) {
    await mkdir(PACKAGES, { recursive: true });
    const folder = await mkdtemp(join(PACKAGES, "run-"));
    const file = join(folder, basename(path));
    await cp(join(EXAMPLES, path), file);
    return new Example(python ?? process.execPath, [file, ...parameters], folder, environment);
  }

  said = "";
  #heard = [];

  constructor(program, parameters, folder, environment) {
    this.folder = folder;
    const { PATH, HOME } = process.env;
    this.process = spawn(program, parameters, {
      cwd: folder,
      env: { PATH, HOME, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.said += text;
        for (const look of this.#heard) look();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", resolve);
    });
  }

  /// Waits until it has printed this, and gives what was found.
  async says(pattern) {
    const found = new Promise((resolve) => {
      const look = () => pattern.test(this.said) && resolve(pattern.exec(this.said));
      this.#heard.push(look);
      look();
    });
    const first = await Promise.race([found, this.ended]);
    if (!Array.isArray(first)) throw new Error(`it ended without saying ${pattern}:\n${this.said}`);
    return first;
  }

  async stop() {
    if (this.process.exitCode === null) this.process.kill("SIGTERM");
    await this.ended;
  }
}

/// An application whose registration is all that there is of it, such as a program.
export const registered = (registration, origin = "http://localhost:9") => ({
  origin,
  registration: `\n${registration}\n`,
  start: async () => {},
  stop: async () => {},
});
