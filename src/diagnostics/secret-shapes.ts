/**
 * Well-known shapes of tokens, keys and passwords inside an address. Whatever looks like one is masked even where the
 * schema allows a value to be shown: nobody's path, claim or name looks like this.
 */
const SHAPES: readonly string[] = [
  // GitLab, GitHub, Vault and OpenBao.
  String.raw`\bgl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|oas|wt)-[\w.-]{8,}`,
  String.raw`\b(?:gh[pousr]_|github_pat_)\w{8,}`,
  String.raw`\bhv[sbr]\.[\w-]{8,}`,
  String.raw`\b[sbr]\.[A-Za-z0-9]{24}\b`,
  // AWS, Slack, Google, Stripe, OpenAI.
  String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{12,}`,
  String.raw`\bxox[abeoprs]-[\w-]{8,}`,
  String.raw`\bAIza[\w-]{20,}`,
  String.raw`\b[rs]k_(?:live|test)_\w{8,}`,
  String.raw`\bsk-(?:proj-[\w-]{16,}|[A-Za-z0-9]{32,})`,
  // A JSON web token, a private key.
  String.raw`\beyJ[\w-]{8,}\.[\w.-]*`,
  String.raw`-----BEGIN [A-Z0-9 ]*PRIVATE KEY[^]*`,
  // What stands between the scheme and the host of an address.
  String.raw`(?<=\b[A-Za-z][A-Za-z0-9+.-]*:\/\/)[^\s@]+(?=@)`,
];
const SHAPE = new RegExp(SHAPES.join("|"));
const EVERY_SHAPE = new RegExp(SHAPES.join("|"), "g");

export function looksSecret(text: string): boolean {
  return SHAPE.test(text);
}

/** The text with everything that looks like a secret replaced: the last line of defence for messages. */
export function scrub(text: string): string {
  return text.replace(EVERY_SHAPE, "***");
}
