import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../", import.meta.url));
export const readText = (path: string): string => readFileSync(`${repository}${path}`, "utf8");

/** The components that this project serves, by name. */
export const COMPONENTS = readdirSync(`${repository}catalog`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

export const templateOf = (name: string): string => readText(`templates/${name}/template.yml`);

/** Inputs that every component of the name takes: what a user would write. */
export const GOOD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "vault-secrets": {
    vault_url: "https://vault.example.com:8200",
    role: "mygroup--myproject--staging",
    secrets: "DB_PASSWORD=secret/myproject/staging/db#password",
  },
  "vault-doctor": {
    vault_url: "https://vault.example.com:8200",
    role: "mygroup--myproject--staging",
    secrets: "DB_PASSWORD=secret/myproject/staging/db#password",
  },
  "vault-check": {},
};
