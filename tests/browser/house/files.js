// A small server of files, for galleries and applications.
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

/// Serves `find(path, request)`, which gives `{ type, body, status?, headers? }` or nothing.
export async function serve(find, port = 0, host = "127.0.0.1") {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const file = await find(path, request);
    if (!file) {
      response.writeHead(404, { "content-type": "text/plain" }).end("There is nothing here.");
      return;
    }
    const compressed = file.compress ? gzipSync(file.body) : null;
    response.writeHead(file.status ?? 200, {
      "content-type": file.type,
      ...(compressed ? { "content-encoding": "gzip" } : {}),
      ...file.headers,
    });
    response.end(request.method === "HEAD" ? undefined : (compressed ?? file.body));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  return {
    port: server.address().port,
    origin: `http://localhost:${server.address().port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
