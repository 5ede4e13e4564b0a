/**
 * The words of one simple command, split as a POSIX shell does. Throws at everything that a shell would expand or
 * take for more than a word: literals are all that the lines in question may hold.
 */
export function shellWords(line: string): readonly string[] {
  const part = /\s+|'([^']*)'|\\(.)|"([^"$`\\]*)"|([A-Za-z0-9_./:@%+,=?-]+)/y;
  const words: string[] = [];
  let word: string | undefined;
  while (part.lastIndex < line.length) {
    const at = part.lastIndex;
    const match = part.exec(line);
    if (match === null) throw new Error(`more than a word at ${JSON.stringify(line.slice(at, at + 20))}`);
    const piece = match[1] ?? match[2] ?? match[3] ?? match[4];
    if (piece !== undefined) word = (word ?? "") + piece;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
