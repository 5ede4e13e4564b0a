/** What `init` knows of a project that is about to get its first manifest. */
export interface NewProject {
  readonly template: Template;
  /** Path of the manifest from the repository's root. */
  readonly manifest: string;
  /** Last segment of the project's path; names things that need a short name. */
  readonly name: string;
  readonly gitlabUrl: Fact;
  readonly projectId: Fact;
  readonly projectPath: Fact;
  readonly defaultBranch: Fact;
  readonly vaultUrl: Fact;
  readonly environments: readonly NewEnvironment[];
  readonly secrets: readonly { readonly name: string; readonly reference: string }[];
  readonly mounts: readonly { readonly path: string; readonly engine: string }[];
  /** Folders of a monorepo's parts; empty for a project of one part. */
  readonly services: readonly string[];
  /** Who must approve a change of who may read what, as CODEOWNERS names them. */
  readonly owners: string;
  /** The JSON Schema of manifests; a copy goes beside the manifest. */
  readonly schema: string;
}

export const TEMPLATES = ["service", "library", "monorepo", "component"] as const;
export type Template = (typeof TEMPLATES)[number];

/** An answer. A placeholder stands for one that nobody gave: the file says so where it stands. */
export interface Fact {
  readonly value: string;
  readonly isPlaceholder: boolean;
}

export interface NewEnvironment {
  readonly name: string;
  readonly refs: readonly NewRef[];
  /** The GitLab environment that its jobs enter. */
  readonly gitlab: string;
  /** Of a monorepo: the folder of the part that it belongs to. */
  readonly service: string | undefined;
}

/** As the manifest's `refs` has them: a word, or a pattern with its kind. */
export type NewRef =
  | { readonly word: string }
  | { readonly kind: "branch" | "tag"; readonly pattern: string; readonly isProtected: boolean };

/** What already stands in the repository and changes what is worth writing. */
export interface Surroundings {
  /** A `.gitlab-ci.yml` that somebody wrote: its jobs are hers, so none of ours are added. */
  readonly hasPipeline: boolean;
  readonly hasComponents: boolean;
  /** Those of the project's `services` whose folders do not exist yet. */
  readonly missingServices: readonly string[];
  /** Where CODEOWNERS lies, or would be put. */
  readonly codeowners: string;
}
