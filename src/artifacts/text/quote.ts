/** One word of a POSIX shell, whatever the text: single quotes, since nothing inside them has a meaning. */
export function sh(text: string): string {
  return /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A string or a list of strings of HCL 1, as Vault's policies are written in (hashicorp/hcl v1: escapes like Go's). */
export function hcl(value: string | readonly string[]): string {
  if (typeof value !== "string") return `[${value.map(hcl).join(", ")}]`;
  return /[\\"\n]/.test(value)
    ? `"${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`
    : `"${value}"`;
}

/** Text inside a Markdown paragraph or table cell. */
export function md(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~$&]/g, "\\$&").replace(/\s+/g, " ");
}

/** A code span inside a cell of a Markdown table (GFM: there, and nowhere else, `\|` is a bar inside of one as well). */
export function code(text: string): string {
  const runs = (text.match(/`+/g) ?? []).map(({ length }) => length);
  let fence = "`";
  while (runs.includes(fence.length)) fence += "`";
  const inner = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  return /^[` ]|[` ]$/.test(inner) ? `${fence} ${inner} ${fence}` : `${fence}${inner}${fence}`;
}

/** A label of a Mermaid diagram: in quotes, and with entities for all that Mermaid or its Markdown could give a meaning. */
export function mermaid(text: string): string {
  return `"${text.replace(/\s+/g, " ").replace(/[^\p{L}\p{M}\p{N} ./:,-]|^(?:-|\d+(?=\.))/gu, (found) => [...found].map((one) => `#${one.codePointAt(0)};`).join(""))}"`;
}

/** Text of an HTML element, or of an attribute in quotes. */
export function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Data inside `<script type="application/json">`: no `<` or `&` that HTML could act on, no line break of old JavaScript. */
export function json(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text inside a one-line comment: it must not begin a second line. */
export function line(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, " ").trim();
}
