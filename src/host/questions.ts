/** Questions to a person. `undefined`: she gave up (Ctrl-C or Escape), and nothing more should be asked. */
export interface Prompts {
  /** One line of text. `check` says what is wrong with an answer, as a sentence; the question is then asked again. */
  text(question: TextQuestion): Promise<string | undefined>;
  /** One of several. */
  choose(question: ChoiceQuestion): Promise<string | undefined>;
}

export interface TextQuestion {
  readonly message: string;
  /** Stands there to be edited or taken as it is. */
  readonly initial?: string | undefined;
  check(answer: string): string | undefined;
}

export interface ChoiceQuestion {
  readonly message: string;
  readonly options: readonly { readonly value: string; readonly hint: string }[];
  readonly initial: string;
}
