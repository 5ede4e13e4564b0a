// The walls of the house. Rooms in the order the data flows; a room may import only rooms before it, through their doors.
// test/walls plants one violation per rule and expects each to be found.
const FLOW = [
  "diagnostics",
  "host",
  "manifest",
  "model",
  "access",
  "lint",
  "plan",
  "artifacts",
  "disk",
  "app",
  "cli",
];
const room = (name) => `^src/${name}/`;

const onlyIn = (library, rooms) => ({
  name: `${library}-only-in-${rooms.join("-and-")}`,
  severity: "error",
  comment: `${library} is a detail of ${rooms.join(" and ")}; other rooms get plain data.`,
  from: { path: "^src/", pathNot: rooms.map(room) },
  to: { path: `node_modules/${library}/` },
});

export default {
  forbidden: [
    {
      name: "no-circle",
      severity: "error",
      comment: "Two modules that need each other are one module, or one of them knows too much.",
      from: { path: "^src/" },
      to: { circular: true },
    },
    ...FLOW.slice(0, -1).map((name, index) => ({
      name: `${name}-looks-only-back`,
      severity: "error",
      comment: `Data flows ${FLOW.join(" -> ")}; ${name} must not know what happens after it.`,
      from: { path: room(name) },
      to: { path: FLOW.slice(index + 1).map(room) },
    })),
    {
      name: "through-the-door",
      severity: "error",
      comment: "Import another room through its index.ts, which says what it offers.",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/.+", pathNot: ["^src/$1/", "^src/[^/]+/index[.]ts$"] },
    },
    {
      name: "artifacts-see-the-plan-only",
      severity: "error",
      comment: "An emitter prints decisions; it makes none, so it gets neither manifest nor model.",
      from: { path: room("artifacts") },
      to: { path: ["^src/manifest/", "^src/model/", "^src/access/", "^src/lint/"] },
    },
    {
      name: "disk-knows-files-only",
      severity: "error",
      comment: "The disk room compares and writes texts; what is in them is not its business.",
      from: { path: room("disk") },
      to: { path: "^src/", pathNot: ["^src/(disk|artifacts|host|diagnostics)/"] },
    },
    {
      name: "commands-call-the-app",
      severity: "error",
      comment: "A command turns argv into a call of app/ and hands back an exit code.",
      from: { path: room("cli") },
      to: { path: "^src/", pathNot: ["^src/(cli|app|diagnostics|host)/"] },
    },
    {
      name: "main-is-wiring",
      severity: "error",
      comment: "main.ts connects the command line with the real machine and does nothing else.",
      from: { path: "^src/main[.]ts$" },
      to: { path: "^src/", pathNot: ["^src/cli/index[.]ts$", "^src/host/node[.]ts$"] },
    },
    {
      name: "machine-only-in-host",
      severity: "error",
      comment: "Files, processes, network and clock are reached through Host; add a method there.",
      from: { path: "^src/", pathNot: [room("host")] },
      to: {
        dependencyTypes: ["core"],
        path: "^(node:)?(fs|fs/promises|child_process|crypto|http|https|net|os|process|readline|tls|timers|timers/promises|worker_threads)$",
      },
    },
    onlyIn("@clack/prompts", ["host"]),
    onlyIn("commander", ["cli"]),
    onlyIn("handlebars", ["artifacts"]),
    onlyIn("yaml", ["manifest", "artifacts"]),
    onlyIn("zod", ["manifest"]),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "[.]hbs$|[.]sh$" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
