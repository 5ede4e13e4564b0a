const text = { type: "string", minLength: 1 };
const count = { type: "integer", minimum: 1 };

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format, as strict as it can be read. */
export const CODE_QUALITY = {
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["description", "check_name", "fingerprint", "severity", "location"],
    properties: {
      description: text,
      check_name: text,
      fingerprint: { type: "string", pattern: "^[0-9a-f]{64}$" },
      severity: { enum: ["info", "minor", "major", "critical", "blocker"] },
      location: {
        type: "object",
        additionalProperties: false,
        required: ["path", "lines"],
        properties: {
          // Relative to the repository, without `./`.
          path: { type: "string", pattern: "^(?![./]*/)." },
          lines: {
            type: "object",
            additionalProperties: false,
            required: ["begin"],
            properties: { begin: count },
          },
        },
      },
    },
  },
};

const message = { type: "object", required: ["text"], properties: { text } };
const region = {
  type: "object",
  additionalProperties: false,
  properties: { startLine: count, startColumn: count, endLine: count, endColumn: count },
};

/** The part of SARIF 2.1.0 that we write (sections 3.13, 3.14, 3.19, 3.27, 3.29, 3.30, 3.49), closed. */
export const SARIF = {
  type: "object",
  additionalProperties: false,
  required: ["version", "runs"],
  properties: {
    $schema: { type: "string", format: "uri" },
    version: { const: "2.1.0" },
    runs: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["tool", "results"],
        properties: {
          columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
          tool: {
            type: "object",
            required: ["driver"],
            properties: {
              driver: {
                type: "object",
                required: ["name", "rules"],
                properties: {
                  name: text,
                  rules: {
                    type: "array",
                    uniqueItems: true,
                    items: {
                      type: "object",
                      required: ["id"],
                      properties: { id: text, shortDescription: message, help: message },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: "array",
            items: {
              type: "object",
              additionalProperties: false,
              required: ["message"],
              properties: {
                ruleId: text,
                ruleIndex: { type: "integer", minimum: 0 },
                level: { enum: ["none", "note", "warning", "error"] },
                message,
                partialFingerprints: { type: "object", additionalProperties: text },
                locations: {
                  type: "array",
                  items: {
                    type: "object",
                    properties: {
                      physicalLocation: {
                        type: "object",
                        required: ["artifactLocation"],
                        properties: {
                          artifactLocation: {
                            type: "object",
                            required: ["uri"],
                            properties: { uri: { type: "string", format: "uri-reference" } },
                          },
                          region,
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
