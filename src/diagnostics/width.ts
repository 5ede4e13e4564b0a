const NONE = /^(?:\p{Mark}|\u200d|\ufe0f)$/u;
/** East Asian wide and fullwidth characters, and what terminals draw as emoji. */
const TWO =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** Columns on a terminal: two for East Asian wide characters and emoji, none for combining marks. */
export function screenWidth(text: string): number {
  let width = 0;
  for (const character of text) width += NONE.test(character) ? 0 : TWO.test(character) ? 2 : 1;
  return width;
}
