import { example } from "../e2e/generate.ts";
import { SEVERAL } from "../e2e/several.ts";

/** Names and values that one of the readers of our files could take for something else than text. */
const NASTY = `version: 1
name: Odd.Name_1
gitlab:
  url: https://gitlab.example.com/
  projects: [{ id: 22, path: my.group/my_project }, { id: "23", path: g2/p-2 }]
vault:
  url: https://vault.example.com:8200/
  namespace: team/a
  ca: certs/ca.pem
  auth: { mount: ci/jwt, audience: "it's \\"quoted\\"", keys: discovery, token_variable: _ID }
  token: { ttl: 1h30m, type: batch, policies: [Extra, team/shared], bound_cidrs: [10.0.0.0/8, "::1/128"] }
  mounts: { secret: kv-v2, team/kv: kv-v1, team/kv/deep: kv-v2, cubby: generic }
environments:
  "on":
    refs: [{ branch: "it's" }, { branch: 'say"so' }, { branch: "100%/$1" }, { tag: "*" }]
    claims: { user_login: [alice, "o'brien"], project_path: "my.group/*" }
  "no":
    refs: [{ branch: "a.b+c(d)|e{f}" }, { branch: "release/*/x", protected: false }]
    sources: [push]
    gitlab_environment: { name: "prod/a b.c", action: start, protected: true, tier: production }
  "1.0":
    refs: protected-branches
secrets:
  YES: "secret/it's/{environment}/a b#no"
  PAIR: { path: "team/kv/deep/x$y/{environment}", fields: { Y: "true", _N: "a'b\\"c\\\\d" } }
  OLD: { path: team/kv/v1, field: "0x1F", decode: base64, as: file, optional: true }
  WHOLE: { path: "cubby/ünï/no", as: json }
jobs:
  "1":
    script: ["echo: 'yes'", "- no", "#x", "012", "1:30", "~", "a: b", "multi\\nline\\n", " lead", "tail ", "tab\\tx", "é \\u2028 \\u0085"]
    variables: { ON: "yes", N: 012, D: "2024-01-01", S: ":sym", E: "", F: 1.50, B: true }
    tags: [yes, "on", "1_000", "=", "<<"]
    needs: []
    artifacts: { paths: ["*.txt", "&a", "!b", "%c", "@d", "\`e"] }
`;

const LEGACY = example("myproject").replace(/^gitlab:\n/m, '$&  version: "15.0"\n');

const LEGACY_V2 = LEGACY.replace(/^vault:\n/m, "$&  auth: { token_variable: CI_JOB_JWT_V2 }\n");

/** The further targets, and what only they print: descriptions, versions, ids and texts with signs of other languages. */
export const OTHER_TARGETS = `version: 1
name: 0dd.name_1
gitlab:
  url: https://gitlab.example.com
  projects: [{ id: 22, path: mygroup/myproject }, { id: 23, path: mygroup/other }]
  version: "18.4"
vault:
  url: https://vault.example.com:8200
  namespace: team/a
  token: { policies: [Extra], bound_cidrs: [10.0.0.1/32, 10.1.0.0/16, "::1/128"] }
  mounts: { secret: kv-v2, old: kv-v1 }
environments:
  staging: { refs: [{ branch: 'a"<b>&\`$\${x}%{y}' }, { tag: "v*" }, merge-requests] }
  "1.0":
    refs: { branch: "release/*", protected: true }
    gitlab_environment: { name: "prod/a b", protected: true, tier: production }
    claims: { user_login: [alice, "o'brien"], groups_direct: [mygroup/ops] }
secrets:
  A: { path: "secret/it's/{environment}/a|\`b\`<c>", field: "x|y", version: 3, description: "a | b </script><!-- $x$ &lt; *c*\\n# d \\u2028" }
  B: { path: "old/{environment}/b", fields: { B_USER: user, B_PASSWORD: password } }
  C: { path: "secret/shared/c", as: json, optional: true }
  D: { path: "secret/shared/d", field: key, as: file, decode: base64 }
jobs:
  deploy: { script: ./deploy.sh }
outputs: { targets: [gitlab, vault, terraform, openbao, docs] }
`;

/** As many environments as a large project has, in a namespace. */
const MANY = `version: 1
gitlab:
  url: https://gitlab.example.com
  group: { id: 7, path: mygroup }
vault:
  url: https://vault.example.com:8200
  namespace: admin/team
  token: { type: batch }
environments:
${Array.from({ length: 40 }, (_, at) => `  env-${at}: { refs: [{ branch: "b${at}" }, { tag: "t${at}-*" }] }\n`).join("")}secrets:
  A: secret/{group}/{environment}/a#a
  B: { path: "secret/{group}/{environment}/a", as: json }
`;

/**
 * In a group each project has paths of its own. Not among the others: what stands in the files is not what the plan says,
 * but what makes it so in a job and on the server (test/e2e/group.test.ts), and Terraform cannot write it.
 */
export const PER_PROJECT = `version: 1
name: platform
gitlab:
  url: https://gitlab.example.com
  group: { id: 7, path: mygroup }
vault:
  url: https://vault.example.com:8200
environments:
  staging: { refs: default-branch }
secrets:
  A: "secret/{group}/it's $y/{project_id}/{environment}/a#a"
  B: secret/shared/b#b
outputs: { targets: [gitlab, vault, openbao, docs] }
`;

/** Manifests that together reach every branch of the emitters. */
export const MANIFESTS: readonly (readonly [string, string])[] = [
  ["the first example", example("myproject")],
  ["the second example", example("auto-deploy")],
  ["several roles", SEVERAL],
  ["odd names and values", NASTY],
  ["CI_JOB_JWT", LEGACY],
  ["CI_JOB_JWT_V2", LEGACY_V2],
  ["forty environments in a namespace", MANY],
  [
    "only the GitLab half",
    `${example("myproject")}outputs: { targets: [gitlab], directory: deploy/vault }\n`,
  ],
  ["only the Vault half", `${example("myproject")}outputs: { targets: [vault] }\n`],
  ["every other target", OTHER_TARGETS],
  ["a component", `${SEVERAL}outputs: { targets: [component] }\n`],
  ["forty environments for people", `${MANY}outputs: { targets: [docs, terraform] }\n`],
];
