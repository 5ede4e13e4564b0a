import type { Readable, Writable } from "node:stream";
import { isCancel, select, text } from "@clack/prompts";
import type { Prompts } from "./questions.ts";

/** Questions on a terminal. The only file that loads the prompt library, and a bundle of its own (scripts/build.mjs). */
export function openPrompts(input: Readable, output: Writable): Prompts {
  return {
    text: async ({ message, initial, check }) => {
      const answer = await text({
        message,
        ...(initial === undefined ? {} : { initialValue: initial }),
        validate: (value) => check((value ?? "").trim()),
        input,
        output,
      });
      return isCancel(answer) ? undefined : answer.trim();
    },
    choose: async ({ message, options, initial }) => {
      const answer = await select({
        message,
        options: options.map(({ value, hint }) => ({ value, label: value, hint })),
        initialValue: initial,
        input,
        output,
      });
      return isCancel(answer) ? undefined : answer;
    },
  };
}
