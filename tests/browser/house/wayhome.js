// The server under test: the real binary, one process, on free ports, with a fresh database.
import { execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const BINARY = process.env.WAYHOME_TEST_BINARY ?? new URL("../../../target/debug/wayhome", import.meta.url).pathname;

/// A port that nobody uses at the moment.
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/// Asks until there is an answer; fails after a while.
export async function until(what, ask, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/// A database of its own in the server that `WAYHOME_TEST_POSTGRES` names.
async function createDatabase() {
  const server = process.env.WAYHOME_TEST_POSTGRES;
  if (!server) throw new Error("WAYHOME_TEST_POSTGRES names no server");
  const name = `wayhome_browser_${randomBytes(6).toString("hex")}`;
  const psql = (sql) => promisify(execFile)("psql", ["--no-psqlrc", "--quiet", server, "--command", sql]);
  await psql(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => psql(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/// A server. `clients` is the text of clients.toml; with `clock` its time can be set forward.
export class Wayhome {
  static async start({ database = "sqlite", clients, environment = {}, clock = false, port }) {
    if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}; build it first`);
    const server = new Wayhome();
    server.folder = await mkdtemp(join(tmpdir(), "wayhome-server-"));
    await writeFile(join(server.folder, "clients.toml"), clients);
    const [publicPort, adminPort, demo, demoApi] = await Promise.all([port ?? freePort(), freePort(), freePort(), freePort()]);
    server.issuer = `http://localhost:${publicPort}`;
    server.demo = `http://localhost:${demo}`;
    server.admin = `http://127.0.0.1:${adminPort}`;
    server.demo = `http://localhost:${demo}`;
    const args = ["dev", "--clients", "clients.toml", "--data-dir", "data"];
    args.push("--public", `127.0.0.1:${publicPort}`, "--admin", `127.0.0.1:${adminPort}`);
    args.push("--demo", `127.0.0.1:${demo}`, "--demo-api", `127.0.0.1:${demoApi}`);
    if (database === "postgres") {
      server.database = await createDatabase();
      args.push("--postgres", server.database.url);
    }
    server.clockFile = join(server.folder, "clock");
    await writeFile(server.clockFile, "+0");
    const time = clock
      ? {
          LD_PRELOAD: process.env.WAYHOME_TEST_FAKETIME ?? "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
          FAKETIME_TIMESTAMP_FILE: server.clockFile,
          FAKETIME_NO_CACHE: "1",
          FAKETIME_DONT_FAKE_MONOTONIC: "1",
        }
      : {};
    server.process = spawn(BINARY, args, {
      cwd: server.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        WAYHOME__SERVER__ISSUER: server.issuer,
        WAYHOME__SERVER__NAME: "Acme Accounts",
        WAYHOME__SERVER__LOG_FORMAT: "json",
        WAYHOME__LIMITS__FLOWS_PER_MINUTE: "0",
        WAYHOME__LIMITS__REQUESTS_PER_MINUTE: "0",
        WAYHOME__LIMITS__SIGN_INS_PER_MINUTE: "0",
        WAYHOME__LIMITS__RECOVERIES_PER_HOUR: "0",
        WAYHOME__BRAND__SUPPORT_URL: "https://acme.example/help",
        WAYHOME__BRAND__PRIVACY_URL: "https://acme.example/privacy",
        WAYHOME__BRAND__TERMS_URL: "https://acme.example/terms",
        ...time,
        ...environment,
      },
    });
    server.logFile = join(server.folder, "log");
    const log = createWriteStream(server.logFile, { flags: "a" });
    server.process.stdout.pipe(log, { end: false });
    server.process.stderr.pipe(log, { end: false });
    let gone = null;
    server.process.once("exit", (code, signal) => (gone = `it ended with ${code ?? signal}`));
    try {
      await until("the server is ready", async () => {
        if (gone) throw new Error(`the server did not start: ${gone}`);
        const answer = await fetch(`${server.issuer}/health/ready`).catch(() => null);
        return answer?.ok;
      }, 30);
    } catch (error) {
      const said = await server.log();
      await server.stop();
      throw new Error(`${error.message}\n${said.slice(-3000)}`);
    }
    return server;
  }

  /// Everything that it has logged.
  async log() {
    return readFile(this.logFile, "utf8").catch(() => "");
  }

  /// The log lines that are requests.
  async requests() {
    const lines = (await this.log()).split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line)).filter((line) => line.route ?? line.fields?.route);
  }

  /// Sets its time forward by so many seconds from now on.
  async moveClock(seconds) {
    await writeFile(this.clockFile, `+${seconds}`);
  }

  /// The newest mail to this address that is none of `except`, as soon as it is there.
  async mail(to, except = []) {
    return until(`a mail to ${to}`, async () => {
      const answer = await fetch(`${this.issuer}/dev/inbox.json?to=${encodeURIComponent(to)}`);
      if (!answer.ok) throw new Error(`the inbox answers ${answer.status}: ${await answer.text()}`);
      const body = await answer.json();
      const all = Array.isArray(body) ? body : body.messages;
      return all.find((mail) => !except.includes(mail.id));
    });
  }

  async askAdmin(method, path, body) {
    const answer = await fetch(`${this.admin}${path}`, {
      method,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : undefined };
  }

  /// A new person whose address is proven.
  async person(name = "Ada Lovelace") {
    const email = `${name.split(" ")[0].toLowerCase()}.${randomUUID().slice(0, 8)}@example.org`;
    const password = `${randomBytes(3).toString("hex")} quiet harbour lantern`;
    const { status, body } = await this.askAdmin("POST", "/admin/identities", {
      schema_id: "default",
      traits: { email, name },
      credentials: { password: { config: { password } } },
      verifiable_addresses: [{ value: email, via: "email", verified: true, status: "completed" }],
    });
    if (status !== 201) throw new Error(`no person was made: ${status} ${JSON.stringify(body)}`);
    return { id: body.id, email, name, password };
  }

  /// Stops it as an operator does, and cleans up.
  async stop() {
    if (this.process && this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGTERM");
      const patience = setTimeout(() => this.process.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(patience);
    }
    await this.database?.drop().catch(() => {});
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
