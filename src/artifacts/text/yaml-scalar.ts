/** Words that one of the two YAML versions takes for something else than text. */
const NOT_TEXT = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/**
 * A YAML scalar for a template: plain where YAML 1.1 and 1.2 agree that it is this text, in a block mapping as well as
 * between flow brackets; else in double quotes, whose escapes both know.
 */
export function yaml(text: string): string {
  const isPlain = /^(?:\.?\/)?[A-Za-z.][\w./:@=+#-]*(?: [\w./@=+-]+)*$/.test(text);
  if (isPlain && !text.endsWith(":") && !NOT_TEXT.test(text) && !/^\.(?:nan|inf)?$/i.test(text)) return text;
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
