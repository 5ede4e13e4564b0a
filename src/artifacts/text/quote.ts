/** One word of a POSIX shell, whatever the text: single quotes, since nothing inside them has a meaning. */
export function sh(text: string): string {
  return /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/.test(text)
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A string of HCL 1, as Vault's policies are written in (github.com/hashicorp/hcl v1: escapes like Go's). */
export function hcl(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

/** Text inside a Markdown paragraph or table cell. */
export function md(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~$]/g, "\\$&").replace(/\s+/g, " ");
}

/** Text inside a one-line comment: it must not begin a second line. */
export function line(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, " ").trim();
}
