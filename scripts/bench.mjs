// Times whole processes, medians of several runs, each beside what it is compared with. Not a test: machines differ.
//   npm run bench [-- --runs 15]
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { runs: { type: "string", default: "15" } } });
const runs = Math.max(10, Number(values.runs));
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ci-vault-gen-bench-"));

/** Secrets spread over environments of 50 each: one line a secret, each with a path of its own. */
function manifest(secrets) {
  const lines = [
    "version: 1",
    "gitlab:",
    "  url: https://gitlab.example.com",
    "  project: { id: 22, path: mygroup/myproject }",
    "vault: { url: https://vault.example.com:8200 }",
    "environments:",
  ];
  for (let environment = 0; environment < secrets / 50; environment++) {
    lines.push(
      `  env${environment}:`,
      `    refs: { branch: env${environment}/*, protected: true }`,
      "    secrets:",
    );
    for (let secret = 0; secret < 50; secret++) {
      lines.push(`      SECRET_${secret}: secret/myproject/env${environment}/service-${secret}#password`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const yamlOnly = `
  const { readFileSync, writeFileSync } = require("fs");
  const { parse, stringify } = require(${JSON.stringify(at("node_modules/yaml"))});
  writeFileSync(process.argv[2], stringify(parse(readFileSync(process.argv[1], "utf8"))));
`;

function milliseconds(words, env = process.env) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"], env });
  if (status !== 0) throw new Error(`node ${words.join(" ")}: ${stderr}`);
  said = String(stderr);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** What the last process said on stderr. */
let said = "";

/** The server that the tests fetched, or one on the PATH. */
function serverPath() {
  const cache = at(".cache/openbao");
  const fetched = existsSync(cache) ? readdirSync(cache).map((version) => join(cache, version)) : [];
  return [...fetched.filter((one) => existsSync(join(one, "bao"))), process.env.PATH].join(":");
}

/** `prove` on a throw-away server: as many contexts as a manifest with twenty branch patterns has. */
function benchProve() {
  const refs = Array.from({ length: 20 }, (_, index) => `{ branch: "team-${index}/*", protected: true }`);
  const text = readFileSync(example, "utf8").replace("default-branch", `[${refs.join(", ")}]`);
  writeFileSync(out("prove.yml"), text);
  const env = { ...process.env, PATH: serverPath() };
  const times = Array.from({ length: 5 }, () => milliseconds([main, "prove", out("prove.yml")], env)).sort(
    (a, b) => a - b,
  );
  const contexts = Number(/(\d+) contexts/.exec(said)?.[1]);
  console.log(
    `prove, ${contexts} contexts, median of 5: ${times[2].toFixed(0)} ms, ${((times[2] * 200) / contexts).toFixed(0)} ms for 200 (goal <= 5000)`,
  );
}

/** Runs all in turn, so that a slow moment of the machine hits them alike. */
function medians(cases) {
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let run = -1; run < runs; run++) {
    for (const [name, { words, before }] of Object.entries(cases)) {
      before?.();
      const time = milliseconds(words);
      if (run >= 0) times[name].push(time);
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, list.sort((a, b) => a - b)[list.length >> 1]]),
  );
}

const main = at("dist/main.js");
const out = (name) => join(folder, name);
for (const count of [1_000, 10_000]) writeFileSync(out(`${count}.yml`), manifest(count));
mkdirSync(out("example"));
const fresh = (name) => () => rmSync(out(name), { recursive: true, force: true });
const generate = (file, name) => ({ words: [main, file, "--out", out(name)], before: fresh(name) });
const example = at("examples/myproject/manifest.yml");

try {
  const small = medians({
    bare: { words: ["-e", "0"] },
    version: { words: [main, "--version"] },
    example: { words: [main, example] },
  });
  const large = medians({
    yaml: { words: ["-e", yamlOnly, out("10000.yml"), out("printed.yml")] },
    tenThousand: generate(out("10000.yml"), "ten-thousand"),
    thousand: generate(out("1000.yml"), "thousand"),
  });
  const row = (what, time, against, base, goal) =>
    console.log(
      `${what.padEnd(44)} ${time.toFixed(1).padStart(8)} ms  ${(time / base).toFixed(2).padStart(5)} x ${against}  (goal ${goal})`,
    );
  console.log(`medians of ${runs} runs, whole processes, node ${process.version}\n`);
  console.log(`${"node -e 0".padEnd(44)} ${small.bare.toFixed(1).padStart(8)} ms`);
  row("ci-vault-gen --version", small.version, "bare node", small.bare, "<= 1.3");
  row("the example, whole run", small.example, "bare node", small.bare, "<= 2");
  console.log(
    `${"yaml alone: parse + print, 10,000 secrets".padEnd(44)} ${large.yaml.toFixed(1).padStart(8)} ms`,
  );
  row("10,000 secrets in 200 environments", large.tenThousand, "yaml alone", large.yaml, "<= 1.5");
  console.log(`${"1,000 secrets in 20 environments".padEnd(44)} ${large.thousand.toFixed(1).padStart(8)} ms`);
  row("ten times the input", large.tenThousand, "1,000 secrets", large.thousand, "<= 11");
  try {
    benchProve();
  } catch (error) {
    console.log(
      `prove: not measured (${String(error).split("\n")[0]}); run the tests once, they fetch a server`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
