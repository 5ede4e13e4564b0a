import { describe, expect, it } from "vitest";

import { idTokenClaims, legacyClaims, legacyV2Claims } from "./claims.ts";
import { branch, mergeRequest, project, tag } from "./context.ts";

describe("claims of an id token", () => {
  it("have GitLab's types", () => {
    const claims = idTokenClaims(branch("main", { environment: { name: "production", tier: "production" } }));
    const numbers = Object.keys(claims).filter((name) => typeof claims[name] === "number");
    expect(numbers.toSorted()).toEqual(["exp", "iat", "nbf", "runner_id"]);
    expect(
      Object.keys(claims).filter((name) => !numbers.includes(name) && typeof claims[name] !== "string"),
    ).toEqual([]);
    expect(claims).toMatchObject({
      iss: "https://gitlab.example.com",
      sub: "project_path:mygroup/myproject:ref_type:branch:ref:main",
      aud: "http://vault.example.com:8200",
      project_id: "22",
      ref_protected: "true",
      environment_protected: "false",
      deployment_tier: "production",
      environment_action: "start",
    });
  });

  it("name the ref without its prefix, and its kind", () => {
    expect(idTokenClaims(tag("v1"))).toMatchObject({ ref: "v1", ref_type: "tag", ref_path: "refs/tags/v1" });
  });

  it("lack what the GitLab of that time had not", () => {
    const claims = idTokenClaims(branch("main", { gitlab: "15.7.0" }));
    for (const name of ["ref_path", "runner_id", "job_project_id", "job_source", "environment"]) {
      expect(claims).not.toHaveProperty(name);
    }
  });

  it("describe the fork since 18.2.2, the parent before", () => {
    const request = mergeRequest("main", { fromFork: project(99, "mallory/myproject", 98) });
    expect(idTokenClaims(request)).toMatchObject({
      project_id: "99",
      namespace_path: "mallory",
      job_project_id: "22",
      ref_protected: "false",
    });
    expect(idTokenClaims({ ...request, gitlab: "18.2.1" })).toMatchObject({ project_id: "22" });
  });
});

describe("claims of the predefined tokens", () => {
  it("V1 has a bare host, a job as subject and no audience", () => {
    const claims = legacyClaims(branch("main"));
    expect(claims).toMatchObject({ iss: "gitlab.example.com", sub: "job_302", project_id: "22" });
    expect(claims).not.toHaveProperty("aud");
    expect(claims).not.toHaveProperty("ref_path");
  });

  it("V2 is meant for the instance itself", () => {
    const url = "https://gitlab.example.com";
    expect(legacyV2Claims(branch("main"))).toMatchObject({ iss: url, aud: url });
  });
});
