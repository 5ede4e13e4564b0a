import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { exec } from "../support/exec.ts";
import { tempDir } from "../support/temp.ts";
import { missingTools } from "../support/tools.ts";
import { canary, startFake } from "./fake.ts";
import { clients, runJob } from "./job.ts";

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
        request.url === "/v1/kv/cut"
          ? response.writeHead(200, { "Content-Length": 99 }).write('{"data":', () => response.destroy())
          : response.end(JSON.stringify({ auth: { client_token: canary.token }, data: { x: "y" } })),
      );
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    addr = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  describe.each(clients)("by %s", (client) => {
    it("an unknown CA: nothing is sent, nothing is tried again, and the way out is named", async () => {
      bodies.length = 0;
      const job = await runJob(addr, { client, reads });
      expect(job.code).toBe(1);
      expect(job.stderr).toMatch(/no answer \(.*certificate.*\)\n {4}The certificate is .*see vault\.ca/);
      expect(job.slept()).toEqual([]);
      expect(bodies).toEqual([]);
    });

    it("a certificate for another name", async () => {
      bodies.length = 0;
      const named = addr.replace("127.0.0.1", "localhost");
      const job = await runJob(named, { client, reads, options: [`ca=${cert}`] });
      expect(job.code).toBe(1);
      expect(job.stderr).toMatch(/no answer \(.*\)\n {4}The certificate is for another name/);
      expect(bodies).toEqual([]);
    });

    it("a private CA, as a file or as a CI variable of type File", async () => {
      for (const ca of [cert, "VAULT_CA"]) {
        const job = await runJob(addr, { client, reads, options: [`ca=${ca}`], env: { VAULT_CA: cert } });
        expect(job.code, job.output).toBe(0);
        expect(job.stderr).toMatch(/read 1 secrets/);
      }
    });

    it("verify=off, the only way to go without", async () => {
      const job = await runJob(addr, { client, reads, options: ["verify=off"] });
      expect(job.code, job.output).toBe(0);
      expect(job.stderr).toContain(`warning: the TLS certificate of ${addr} is not verified`);
    });

    it("an answer that is cut short is asked for again", async () => {
      const job = await runJob(addr, {
        client,
        reads: ["ci_vault_read kv1 kv/cut X=x"],
        options: [`ca=${cert}`],
      });
      expect(job.code).toBe(1);
      expect(job.slept()).toHaveLength(2);
      expect(job.stderr).toMatch(/no answer \(.*\)\n {4}The connection was cut/);
    });

    it("an address that speaks no TLS", async () => {
      const vault = await startFake();
      const job = await runJob(vault.addr.replace("http", "https"), { client, reads });
      await vault.stop();
      expect(job.code).toBe(1);
      expect(job.stderr).toMatch(/no answer \(.*\)\n {4}No TLS handshake/);
      expect(vault.seen).toEqual([]);
    });
  });

  it("a CA file that is not there", async () => {
    const job = await runJob(addr, { reads, options: ["ca=/nonexistent/ca.pem"] });
    expect(job.code).toBe(1);
    expect(job.stderr).toMatch(/^vault: ca=\/nonexistent\/ca.pem: no such file/);
  });
});
