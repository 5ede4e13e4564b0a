import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The part of a Dockerfile's language that ours uses: one instruction a line, comments, continued lines. */
export function parseDockerfile(text: string): readonly Instruction[] {
  return text
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, word = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { word, rest: rest.trim() };
    });
}

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Instruction[];
}

/** With `ARG` defaults put in. */
export function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const values = new Map<string, string>();
  const stages: { name: string; base: string; steps: Instruction[] }[] = [];
  for (const { word, rest } of instructions) {
    const filled = rest.replace(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "");
    const stage = stages.at(-1);
    if (word === "FROM") {
      const [, base = "", name = String(stages.length)] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(filled) ?? [];
      stages.push({ name, base, steps: [] });
    } else if (stage === undefined && word === "ARG") {
      values.set(rest.split("=")[0] ?? "", rest.split("=")[1] ?? "");
    } else {
      stage?.steps.push({ word, rest: filled });
    }
  }
  return stages;
}

/** The paths of the build context that `.dockerignore` lets in: ours refuses all and then names what it takes. */
export function contextOf(project: string): readonly string[] {
  const lines = readFileSync(join(project, ".dockerignore"), "utf8").split("\n");
  const [first, ...rest] = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (first !== "*" || rest.some((line) => !line.startsWith("!")))
    throw new Error(".dockerignore has another form");
  return rest.map((line) => line.slice(1));
}

/** One COPY into a folder that stands for the image's `/`. Throws where a source does not exist. */
export function copy(sources: readonly string[], target: string, isFolder: boolean): void {
  for (const source of sources) {
    if (!existsSync(source)) throw new Error(`COPY: ${source} does not exist`);
    const into = isFolder ? join(target, basename(source)) : target;
    mkdirSync(dirname(into), { recursive: true });
    cpSync(source, into, { recursive: true });
  }
}

export const childrenOf = (folder: string): readonly string[] =>
  readdirSync(folder).map((name) => join(folder, name));
