/**
 * The tests' own evaluator of `rules: if:`, after GitLab's grammar (`lib/gitlab/ci/pipeline/expression`): `&&` binds
 * tighter than `||`; strings have no escapes; an unset variable is null; at most 100 tokens. Shares no code with the
 * product. Throws where GitLab would call the expression invalid.
 */
export function evaluate(text: string, variables: Readonly<Record<string, string | undefined>>): boolean {
  const tokens = tokenize(text);
  let at = 0;
  const take = () => tokens[at++];
  const either = (): boolean => {
    let value = both();
    while (tokens[at]?.type === "||") {
      at++;
      value = both() || value;
    }
    return value;
  };
  const both = (): boolean => {
    let value = comparison();
    while (tokens[at]?.type === "&&") {
      at++;
      value = comparison() && value;
    }
    return value;
  };
  const operand = (): string | null | RegExp => {
    const token = take();
    switch (token?.type) {
      case "variable":
        return variables[token.text] ?? null;
      case "string":
        return token.text;
      case "null":
        return null;
      case "regex":
        // RE2 and JavaScript agree on what is emitted: escaped punctuation, `.*`, groups, anchors.
        return new RegExp(token.text, "u");
      default:
        throw new Error(`an operand was expected in ${text}`);
    }
  };
  const comparison = (): boolean => {
    if (tokens[at]?.type === "(") {
      at++;
      const value = either();
      if (take()?.type !== ")") throw new Error(`unbalanced parentheses in ${text}`);
      return value;
    }
    const left = operand();
    const operator = tokens[at]?.type;
    switch (operator) {
      case "==":
      case "!=": {
        at++;
        const same = left === operand();
        return operator === "==" ? same : !same;
      }
      case "=~":
      case "!~": {
        at++;
        const right = operand();
        const found = right instanceof RegExp && typeof left === "string" && right.test(left);
        return operator === "=~" ? found : !found;
      }
      default:
        return typeof left === "string" && left.trim() !== "";
    }
  };
  const value = either();
  if (at < tokens.length) throw new Error(`something is left over in ${text}`);
  return value;
}

interface Token {
  readonly type: string;
  readonly text: string;
}

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const match =
      /^(?:\$(?<variable>\w+)|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<null>null\b)|\/(?<regex>(?:[^/]|\\\/)+[^\\])\/[ismU]*|(?<operator>==|!=|=~|!~|&&|\|\||\(|\)))/u.exec(
        rest,
      );
    const groups = match?.groups;
    if (match === null || groups === undefined) throw new Error(`invalid expression syntax at ${rest}`);
    const { variable, double, single, regex, operator } = groups;
    const string = double ?? single;
    if (variable !== undefined) tokens.push({ type: "variable", text: variable });
    else if (string !== undefined) tokens.push({ type: "string", text: string });
    else if (regex !== undefined) tokens.push({ type: "regex", text: regex });
    else tokens.push({ type: operator ?? "null", text: match[0] });
    rest = rest.slice(match[0].length).trimStart();
  }
  if (tokens.length > 100) throw new Error(`${tokens.length} tokens`);
  return tokens;
}
