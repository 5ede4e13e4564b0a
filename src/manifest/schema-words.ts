import * as z from "zod";

// What the tool reads from a schema's `meta` besides `description`, `examples` and `default`:
// `public`     shown as it is in error frames; everything without it is `***`, since it may be a pasted secret
// `hint`       what to do about a wrong value
// `otherwise`  the default in words, where it is no fixed value

/** The mark of values that may be shown. */
export const open = { public: true } as const;

/** What `{environment}` and its like may stand for in paths and names. */
export const PLACEHOLDERS = ["environment", "project", "project_id", "group"] as const;

/** A text that may be shown. */
export function text(description: string, more: Record<string, unknown> = {}) {
  return z.string().meta({ description, ...open, ...more });
}

/** A list of texts that may be shown. */
export function texts() {
  return z.array(z.string().meta(open));
}
