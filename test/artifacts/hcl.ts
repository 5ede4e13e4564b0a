/** The policies in a text: path -> capabilities. Reads what policies may hold and nothing else of HCL. */
export function readPolicy(text: string): Readonly<Record<string, readonly string[]>> {
  const tokens = tokenize(text);
  const found: Record<string, readonly string[]> = {};
  let at = 0;
  const take = (kind: Token["kind"], value?: string): string => {
    const token = tokens[at++];
    if (token?.kind !== kind || (value !== undefined && token.value !== value))
      throw new Error(`expected ${value ?? kind} instead of ${token?.value ?? "the end"}`);
    return token.value;
  };
  while (at < tokens.length) {
    take("word", "path");
    const path = take("string");
    if (Object.hasOwn(found, path)) throw new Error(`the path ${path} stands twice`);
    take("sign", "{");
    take("word", "capabilities");
    take("sign", "=");
    take("sign", "[");
    const capabilities: string[] = [];
    while (tokens[at]?.value !== "]") {
      if (capabilities.length > 0) take("sign", ",");
      capabilities.push(take("string"));
    }
    take("sign", "]");
    take("sign", "}");
    found[path] = capabilities;
  }
  return found;
}

interface Token {
  readonly kind: "word" | "string" | "sign";
  readonly value: string;
}

function tokenize(text: string): readonly Token[] {
  // HCL 1: `#` comments, strings with the escapes of Go; `${` in one would be an interpolation.
  const token = /\s+|#[^\n]*|([a-z_]+)|"((?:[^"\\\n]|\\.)*)"|([{}[\],=])/y;
  const found: Token[] = [];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`no HCL at ${JSON.stringify(text.slice(at, at + 20))}`);
    const [, word, string, sign] = match;
    if (word !== undefined) found.push({ kind: "word", value: word });
    if (string !== undefined) found.push({ kind: "string", value: JSON.parse(`"${string}"`) as string });
    if (sign !== undefined) found.push({ kind: "sign", value: sign });
  }
  return found;
}
