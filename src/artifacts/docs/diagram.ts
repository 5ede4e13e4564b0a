import type { EnvironmentPlan, Plan } from "../../plan/index.ts";
import { mermaid } from "../text/quote.ts";

export interface Diagram {
  /** Empty for the one diagram of everything. */
  readonly title: string;
  readonly refs: readonly Node[];
  readonly roles: readonly Node[];
  readonly paths: readonly Node[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

interface Node {
  readonly id: string;
  readonly label: string;
}

/** GitLab draws a page's diagrams at once up to so many characters, else behind a button (render_sandboxed_mermaid.js). */
const LIMIT = 2000;

/** Refs -> roles -> paths. One picture while GitLab draws it at once; else one per environment, drawn when opened. */
export function diagrams({ environments }: Plan): readonly Diagram[] {
  const whole = draw("", environments);
  if (environments.length === 1 || lengthOf(whole) <= LIMIT) return [whole];
  return environments.map((environment) => draw(environment.name, [environment]));
}

function draw(title: string, environments: readonly EnvironmentPlan[]): Diagram {
  const [refs, roles, paths] = [new Nodes("from"), new Nodes("role"), new Nodes("path")];
  const edges = new Map<string, { from: string; to: string }>();
  const join = (from: string, to: string) => edges.set(`${from} ${to}`, { from, to });
  for (const { roles: own, secrets } of environments) {
    for (const role of own) {
      join(refs.idOf(role.because), roles.idOf(role.name));
      for (const { path } of secrets) join(roles.idOf(role.name), paths.idOf(path));
    }
  }
  return { title, refs: refs.list(), roles: roles.list(), paths: paths.list(), edges: [...edges.values()] };
}

/** Things with a label, each once; the ids are ours, so that no label can be taken for a word of the language. */
class Nodes {
  readonly #ids = new Map<string, string>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  idOf(label: string): string {
    const id = this.#ids.get(label) ?? `${this.#prefix}${this.#ids.size + 1}`;
    this.#ids.set(label, id);
    return id;
  }

  list(): readonly Node[] {
    return [...this.#ids].map(([label, id]) => ({ id, label }));
  }
}

/** About: the words around labels and arrows are counted generously. */
function lengthOf({ refs, roles, paths, edges }: Diagram): number {
  const labels = [...refs, ...roles, ...paths].reduce(
    (sum, { label }) => sum + mermaid(label).length + 16,
    0,
  );
  return labels + edges.length * 20;
}
