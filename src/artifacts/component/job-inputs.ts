import type { Inputs } from "./input.ts";

/** curl and any awk is what the reader needs. Pinned by version; whoever wants more gives the digest. */
export const CURL_IMAGE = "curlimages/curl:8.11.1";

/** Inputs of every component: whose names a job must not share, and what it must not decide for its project. */
export const JOB_INPUTS: Inputs = {
  job_prefix: {
    description:
      "Begins the job's name. Give each include another one, for two jobs of one name would be merged into one.",
    default: "",
    regex: "^(?:[A-Za-z0-9][A-Za-z0-9_:-]{0,62})?$",
  },
  stage: {
    description: "Stage of the job.",
    default: "test",
    regex: "^[A-Za-z0-9_.][A-Za-z0-9_. -]{0,62}$",
  },
  image: {
    description:
      "Image of the job, with an exact version; it needs any awk, and curl (7.55 or later) or GNU wget. A job that extends this one may have another.",
    default: CURL_IMAGE,
    // Some digit in the tag: `latest` and `stable` are no versions.
    regex:
      "^[A-Za-z0-9][A-Za-z0-9._-]*(?::[0-9]{1,5})?(?:/[A-Za-z0-9._-]+)*:[A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]*$",
  },
  image_digest: {
    description: "Digest of the image, beginning with `@sha256:`; empty to trust the tag.",
    default: "",
    regex: "^(?:@sha256:[0-9a-f]{64})?$",
  },
};
