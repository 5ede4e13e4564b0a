/**
 * Well-known shapes of tokens, keys and passwords inside an address. Whatever looks like one is masked even where the
 * schema allows a value to be shown: nobody's path, claim or name looks like this.
 */
const SHAPES: readonly string[] = [
  // GitLab (glpat-, gldt-, glrt-, …), GitHub, Vault and OpenBao, AWS, Slack, Google, Stripe and OpenAI.
  String.raw`\bgl[a-z]{2,5}-[\w.-]{8,}`,
  String.raw`\b(?:gh[pousr]_|github_pat_)\w{8,}`,
  String.raw`\bhv[sbr]\.[\w-]{8,}`,
  String.raw`\b[sbr]\.[A-Za-z0-9]{24}\b`,
  String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{12,}`,
  String.raw`\bxox[abeoprs]-[\w-]{8,}`,
  String.raw`\bAIza[\w-]{20,}`,
  String.raw`\b[rs]k[-_](?:live_|test_|proj-)?\w{16,}`,
  // A JSON web token.
  String.raw`\beyJ[\w-]{8,}\.[\w.-]*`,
  String.raw`-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^]*`,
  // What stands between the scheme and the host of an address.
  String.raw`(?<=\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+(?=@)`,
];
const SHAPE = new RegExp(SHAPES.join("|"), "i");
const EVERY_SHAPE = new RegExp(SHAPES.join("|"), "gi");

export function looksSecret(text: string): boolean {
  return SHAPE.test(text);
}

/** The text with everything that looks like a secret replaced: the last line of defence for messages. */
export function scrub(text: string): string {
  return text.replace(EVERY_SHAPE, "***");
}
