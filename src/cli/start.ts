import type { Host } from "../host/index.ts";

/** Everything behind `--version`: the part of the tool that a build can keep compiled. */
export async function start(words: readonly string[], host: Host): Promise<number> {
  const [only, ...more] = words;
  if (only !== undefined && more.length === 0 && /^[^-].*\.ya?ml$/.test(only)) {
    // The everyday call has nothing to parse: it need not wait for the library that parses.
    const { generate } = await import("../app/index.ts");
    return generate(host, only);
  }
  const { runProgram } = await import("./program.ts");
  return runProgram(words, host);
}
