/**
 * Environments whose ref rules cannot share a role: `release` needs two, `review` three. One role for both rules of
 * `release` would also admit a branch `v1` and a tag `main`.
 */
export const SEVERAL = `version: 1
gitlab:
  url: https://gitlab.example.com
  project: { id: 22, path: mygroup/myproject }
vault:
  url: http://vault.example.com:8200
environments:
  release:
    refs: [{ branch: main }, { tag: "v*", protected: true }]
  review:
    refs: [merge-requests, { branch: main }, { tag: "v*", protected: true }]
secrets:
  DB_PASSWORD: secret/myproject/{environment}/db#password
jobs:
  read_secrets:
    script: ./deploy.sh
`;
