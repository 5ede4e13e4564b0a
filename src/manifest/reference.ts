import { YAMLSeq } from "yaml";

/** GitLab's `!reference [.job, key]` in a job body: carried through as it is, printed with its tag again. */
export class Reference {
  readonly path: readonly string[];
  constructor(path: readonly string[]) {
    this.path = path;
  }
}

/** The node that becomes a `Reference` when the document is turned into data. */
export class ReferenceNode extends YAMLSeq {
  static readonly tag = "!reference";
  override toJSON(_?: unknown, context?: Parameters<YAMLSeq["toJSON"]>[1]): never {
    // The library types the result as an array; a `Reference` takes its place in the data on purpose.
    return new Reference(super.toJSON(_, context).map(String)) as never;
  }
}
