import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { exec } from "../support/exec.ts";
import { tempDir } from "../support/temp.ts";
import { missingTools } from "../support/tools.ts";
import { canary } from "./fake.ts";
import { runJob } from "./job.ts";

const reads = ["ci_vault_read kv1 kv/x X=x"];

describe.skipIf(missingTools("openssl").length > 0)("over https", () => {
  const dir = tempDir("tls");
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const bodies: string[] = [];
  let server: ReturnType<typeof createServer>;
  let addr = "";

  beforeAll(async () => {
    const made = ["-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=x"];
    const alt = ["-addext", "subjectAltName=IP:127.0.0.1"];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    const run = await exec("openssl", ["req", "-x509", ...kind, ...made, ...alt]);
    expect(run.code, run.stderr).toBe(0);
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      request.on("data", (chunk: Buffer) => void bodies.push(String(chunk)));
      request.on("end", () =>
        response.end(JSON.stringify({ auth: { client_token: canary.token }, data: { x: "y" } })),
      );
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    addr = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("an unknown CA: nothing is sent, nothing is tried again, and the way out is named", async () => {
    const job = await runJob(addr, { reads });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(/no answer \(curl: \(60\) SSL certificate problem.*\)\n {4}.*set vault\.ca/);
    expect(job.slept()).toEqual([]);
    expect(bodies).toEqual([]);
  });

  it("a private CA, as a file or as a CI variable of type File", async () => {
    for (const ca of [cert, "VAULT_CA"]) {
      const job = await runJob(addr, { reads, options: [`ca=${ca}`], env: { VAULT_CA: cert } });
      expect(job.code, job.output).toBe(0);
    }
  });

  it("verify=off, the only way to go without", async () => {
    const job = await runJob(addr, { reads, options: ["verify=off"] });
    expect(job.code, job.output).toBe(0);
    expect(job.stderr).toContain(`warning: the TLS certificate of ${addr} is not verified`);
  });

  it("a CA file that is not there", async () => {
    const job = await runJob(addr, { reads, options: ["ca=/nonexistent/ca.pem"] });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(/\(77\).*\n {4}The CA file/);
  });
});
