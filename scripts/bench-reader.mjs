// Times the reader in a job against other ways to read 20 fields of 5 paths from a real OpenBao: on loopback, and with
// a proxy that adds a delay of 50 ms to each round trip. Not a test: machines differ.
//   npm run bench:reader [-- --runs 11 --delay 50 --json]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { esbuildTemplates } from "./templates.mjs";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "11" },
    delay: { type: "string", default: "50" },
    json: { type: "boolean", default: false },
  },
});
const runs = Math.max(5, Number(options.runs));
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ci-vault-gen-bench-reader-"));

/** The tests' own helpers and the reader, bundled, since node runs no TypeScript with templates in it. */
async function load() {
  const contents = `
    export { READER } from "./src/artifacts/gitlab/reader.ts";
    export { furnish } from "./test/reader/real.ts";
    export { idTokenClaims } from "./test/support/gitlab/claims.ts";
    export { branch } from "./test/support/gitlab/context.ts";
    export { isolatedPath } from "./test/support/paths.ts";
    export { putV2 } from "./test/support/openbao/kv.ts";
    export { startServer } from "./test/support/openbao/server.ts";
  `;
  const outfile = join(folder, "helpers.mjs");
  const stdin = { contents, resolveDir: at(".") };
  const common = {
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
    plugins: [esbuildTemplates],
  };
  const alias = { "#templates-runtime": at("src/artifacts/text/runtime.ts") };
  // The helpers look for the tests' cached server beside their source, which the bundle is not.
  const define = {
    "import.meta.url": JSON.stringify(pathToFileURL(at("test/support/openbao/binary.ts")).href),
  };
  await build({ ...common, stdin, outfile, alias, define, external: ["vitest"] });
  return import(pathToFileURL(outfile).href);
}

/**
 * A TCP proxy in front of the server. A round trip takes `delay` longer, and so does the first one of a connection,
 * which stands for TCP's handshake. Counts requests by their first lines.
 */
async function startProxy(target, delay) {
  const { hostname, port } = new URL(target);
  const counts = { requests: 0, connections: 0 };
  const later = (ms, action) => (ms > 0 ? setTimeout(action, ms) : action());
  const server = createServer({ noDelay: true }, (client) => {
    counts.connections++;
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    let handshake = delay;
    const opened = Date.now();
    client.on("data", (chunk) => {
      counts.requests += chunk.toString("latin1").match(/^(GET|POST|PUT|LIST) \S+ HTTP\/1/gm)?.length ?? 0;
      const rest = Math.max(0, handshake - (Date.now() - opened));
      later(rest + delay / 2, () => upstream.write(chunk));
    });
    upstream.on("data", (chunk) => later(delay / 2, () => client.write(chunk)));
    client.on("end", () => later(delay, () => upstream.end()));
    upstream.on("end", () => later(delay, () => client.end()));
    for (const socket of [client, upstream]) socket.on("error", () => (client.destroy(), upstream.destroy()));
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  return { addr: `http://127.0.0.1:${server.address().port}`, counts, stop: () => server.close() };
}

const PATHS = 5;
const FIELDS = 4;
const count = (length) => Array.from({ length }, (_, index) => index);
const each = (make) => count(PATHS).map((p) => count(FIELDS).map((f) => make(p, f)));

/** What each way runs in the job, as text of a script; all leave the values in V<path><field>. */
const ways = {
  "this reader": (addr, { READER }) =>
    [
      READER,
      `ci_vault_begin '${addr}' jwt the-role`,
      ...each((p, f) => `V${p}${f}=f${f}`).map(
        (specs, p) => `ci_vault_read kv2 secret/data/staging/p${p} ${specs.join(" ")}`,
      ),
      "ci_vault_end",
    ].join("\n"),
  "this reader, client=cli": (addr, helpers) =>
    ways["this reader"](addr, helpers).replace(" jwt the-role\n", " jwt the-role client=cli\n"),
  "hand-written, curl and jq": (addr) => `
    set +x
    VAULT_TOKEN=$(printf 'url = "${addr}/v1/auth/jwt/login"\\ndata-raw = "{\\\\"role\\\\":\\\\"the-role\\\\",\\\\"jwt\\\\":\\\\"%s\\\\"}"\\n' "$CI_JOB_JWT" |
      curl -sS --fail -K - | jq -er .auth.client_token)
    config() {
      printf 'header = "X-Vault-Token: %s"\\n' "$VAULT_TOKEN"
      printf 'url = "${addr}/v1/secret/data/staging/p%s"\\n' 0 1 2 3 4
      printf 'next\\nheader = "X-Vault-Token: %s"\\nrequest = POST\\nurl = "${addr}/v1/auth/token/revoke-self"\\n' "$VAULT_TOKEN"
    }
    eval "$(config | curl -sS --fail-with-body -K - | jq -rs 'to_entries[] | .key as $p | .value.data.data | to_entries[] |
      "export V\\($p)\\(.key[1:])=\\(.value | @sh)"')"`,
  "documented, bao write and bao kv get": (addr) =>
    [
      `export VAULT_ADDR='${addr}'`,
      'export VAULT_TOKEN="$(bao write -field=token auth/jwt/login role=the-role jwt=$CI_JOB_JWT)"',
      ...each((p, f) => `export V${p}${f}="$(bao kv get -field=f${f} secret/staging/p${p})"`).flat(),
    ].join("\n"),
  "the pattern of GitLab's secrets:, curl": (addr) =>
    [
      "one() {",
      `  token=$(printf 'url = "${addr}/v1/auth/jwt/login"\\ndata-raw = "{\\\\"role\\\\":\\\\"the-role\\\\",\\\\"jwt\\\\":\\\\"%s\\\\"}"\\n' "$CI_JOB_JWT" |`,
      '    curl -sS -K - | sed -n \'s/.*"client_token":"\\([^"]*\\)".*/\\1/p\')',
      `  printf 'header = "X-Vault-Token: %s"\\nurl = "${addr}/v1/secret/data/staging/p%s"\\n' "$token" "$1" |`,
      '    curl -sS -K - | sed -n "s/.*\\"f$2\\":\\"\\([^\\"]*\\)\\".*/\\1/p"',
      "}",
      ...each((p, f) => `export V${p}${f}="$(one ${p} ${f})"`).flat(),
    ].join("\n"),
};

/** Not offered: what would be gained if values went through files, or if OpenBao's inline authentication were used. */
const studies = {
  "study: curl --parallel, values in files": (addr) =>
    ways["hand-written, curl and jq"](addr).replace(
      /eval "[^]*$/,
      `dir=$(mktemp -d)
    { printf 'header = "X-Vault-Token: %s"\\nparallel\\nparallel-immediate\\n' "$VAULT_TOKEN"
      for p in 0 1 2 3 4; do printf 'url = "${addr}/v1/secret/data/staging/p%s"\\noutput = "%s"\\n' "$p" "$dir/$p"; done
    } | curl -sS -K -
    printf 'header = "X-Vault-Token: %s"\\nrequest = POST\\nurl = "${addr}/v1/auth/token/revoke-self"\\n' "$VAULT_TOKEN" | curl -sS -K -
    eval "$(cat "$dir"/? | jq -rs 'to_entries[] | .key as $p | .value.data.data | to_entries[] |
      "export V\\($p)\\(.key[1:])=\\(.value | @sh)"')"
    rm -rf "$dir"`,
    ),
  "study: OpenBao inline authentication": (addr) => `
    encoded() { printf %s "$1" | base64 | tr '+/' '-_' | tr -d '\\n='; }
    eval "$({
      printf 'header = "X-Vault-Inline-Auth-Path: auth/jwt/login"\\n'
      printf 'header = "X-Vault-Inline-Auth-Parameter-role: %s"\\n' "$(encoded '{"key":"role","value":"the-role"}')"
      printf 'header = "X-Vault-Inline-Auth-Parameter-jwt: %s"\\n' "$(encoded '{"key":"jwt","value":"'"$CI_JOB_JWT"'"}')"
      printf 'url = "${addr}/v1/secret/data/staging/p%s"\\n' 0 1 2 3 4
    } | curl -sS --fail-with-body -K - | jq -rs 'to_entries[] | .key as $p | .value.data.data | to_entries[] |
      "export V\\($p)\\(.key[1:])=\\(.value | @sh)"')"`,
};

/** In images that lack curl. */
const others = {
  "this reader, by GNU wget": ["wget"],
  "this reader, by busybox": ["busybox"],
};

const TOOLS = ["awk=mawk", "jq", "sed", "mktemp", "rm", "cat", "wc", "sleep", "base64", "tr"];

function run(file, env) {
  const start = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-e", file], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`${file}: ${code}: ${output}`));
      else resolve({ ms: Number(process.hrtime.bigint() - start) / 1e6, output });
    });
  });
}

const helpers = await load();
const server = await helpers.startServer();
let real;
try {
  real = await helpers.furnish(server);
  for (let p = 0; p < PATHS; p++) {
    const fields = Object.fromEntries(
      Array.from({ length: FIELDS }, (_, f) => [`f${f}`, `value of ${p} ${f}`]),
    );
    await helpers.putV2(server.api, "secret", `staging/p${p}`, fields);
  }
  const toolsOf = (name) => [...TOOLS, `bao=${server.binary}`, ...(others[name] ?? ["curl"])];
  const env = (more) => ({
    HOME: folder,
    TMPDIR: folder,
    CI_JOB_JWT: real.issuer.mint(helpers.idTokenClaims(helpers.branch("main"))),
    ...more,
  });
  const proof = `\n[ "$V00$V43" = "value of 0 0value of 4 3" ] || { echo "the values are not there" >&2; exit 9; }\n`;
  const reader = ways["this reader"];
  const all = {
    ...ways,
    ...Object.fromEntries(Object.keys(others).map((name) => [name, reader])),
    ...studies,
  };
  const results = [];
  for (const delay of [0, Number(options.delay)]) {
    const proxy = await startProxy(server.addr, delay);
    const rows = [];
    for (const [name, script] of Object.entries(all)) {
      const file = join(folder, `${rows.length}.sh`);
      writeFileSync(file, script(proxy.addr, helpers) + proof);
      const recording = helpers.isolatedPath(toolsOf(name), { record: true });
      Object.assign(proxy.counts, { requests: 0, connections: 0 });
      await run(file, env({ PATH: recording.path }));
      const { path } = helpers.isolatedPath(toolsOf(name));
      rows.push({ name, file, path, delay, ...proxy.counts, processes: recording.calls().length, times: [] });
    }
    // In turn, so that a slow moment of the machine hits all alike. The slow ways run less often.
    for (let round = 0; round < runs; round++) {
      for (const row of rows) {
        if (round >= 5 && row.times[0] > 1_500) continue;
        row.times.push((await run(row.file, env({ PATH: row.path }))).ms);
      }
    }
    proxy.stop();
    for (const row of rows) row.ms = row.times.toSorted((a, b) => a - b)[row.times.length >> 1];
    results.push(...rows);
  }
  report(results);
} finally {
  await real?.issuer.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

function report(results) {
  if (options.json) {
    const facts = ["name", "delay", "requests", "connections", "processes", "ms"];
    console.log(
      JSON.stringify(
        results,
        (key, value) => (key === "" || facts.includes(key) || /^\d+$/.test(key) ? value : undefined),
        2,
      ),
    );
    return;
  }
  console.log(`medians of up to ${runs} runs; /bin/sh, 20 fields of 5 paths, whole scripts`);
  for (const delay of new Set(results.map((row) => row.delay))) {
    const rows = results.filter((row) => row.delay === delay);
    const ours = rows[0].ms;
    console.log(
      `\n${delay === 0 ? "loopback" : `${delay} ms added to each round trip`}`.padEnd(43) +
        "requests  connections  processes       median   reader is",
    );
    for (const row of rows) {
      const numbers = [
        row.requests.toString().padStart(7),
        row.connections.toString().padStart(12),
        row.processes.toString().padStart(10),
      ];
      const ratio = row === rows[0] ? "" : `${(ours / row.ms).toFixed(2)} of it`;
      console.log(
        `${row.name.padEnd(42)}${numbers.join(" ")}  ${row.ms.toFixed(0).padStart(8)} ms   ${ratio}`,
      );
    }
  }
  console.log("\ngoals: <= 0.10 of the documented way, <= 1.30 of the hand-written one");
}
