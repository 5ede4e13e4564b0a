"use strict";

/** `*` is any run of characters, the empty one included; everything else stands for itself (ryanuber/go-glob). */
function matches(pattern, text) {
  const parts = pattern.split("*");
  const first = parts.shift();
  const last = parts.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** The bound claims that a token fails, as Vault compares them: AND over claims, OR over values (plugin claims.go). */
function failures(role, claims) {
  const equal = role.bound_claims_type === "glob" ? matches : (want, have) => want === have;
  return Object.entries(role.bound_claims).flatMap(([claim, value]) => {
    const wanted = [value].flat();
    const actual = Object.hasOwn(claims, claim) ? [claims[claim]].flat() : undefined;
    if (actual !== undefined && wanted.some((want) => actual.some((have) => equal(want, have)))) return [];
    return [{ claim, wanted, actual }];
  });
}

/** Every role whose tokens may read what is in the environment: its own, and others that give its policy. */
function rolesThatRead(environment, data) {
  return data.environments
    .flatMap(({ roles }) => roles)
    .filter((role) => role.token_policies.includes(environment.policy));
}

/** What the manifest's environments give to a job with these claims. */
function judge(data, claims) {
  return data.environments.map((environment) => {
    const roles = rolesThatRead(environment, data).map((role) => ({ role, failed: failures(role, claims) }));
    return {
      environment,
      roles,
      by: roles.filter(({ failed }) => failed.length === 0).map(({ role }) => role),
    };
  });
}

/** An element with attributes and children; texts become text and nothing else. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function listOf(texts, word) {
  return texts.flatMap((text, at) => [...(at === 0 ? [] : [word]), make("code", {}, text)]);
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function start(data) {
  const at = (id) => document.getElementById(id);
  const labels = new Map(data.facts.map(({ claim, label }) => [claim, label]));
  const options = new Map(
    data.facts.flatMap((fact) => fact.options.map(({ value, label }) => [`${fact.claim} ${value}`, label])),
  );
  const named = (claim, value) => options.get(`${claim} ${value}`) ?? value;

  const inputs = new Map(
    data.facts.map((fact) => {
      const id = `fact-${fact.claim}`;
      const choices = fact.options.map(({ value, label }) => make("option", { value }, label));
      const input =
        fact.kind === "choice"
          ? make("select", { id }, ...choices)
          : make("input", { id, list: `${id}-list`, spellcheck: "false", autocapitalize: "none" });
      const hint = fact.hint === "" ? [] : [make("span", { class: "soft hint" }, ` (${fact.hint})`)];
      at("facts").append(make("p", {}, make("label", { for: id }, fact.label, ...hint), input));
      if (fact.kind !== "choice") at("facts").append(make("datalist", { id: `${id}-list` }, ...choices));
      return [fact, input];
    }),
  );

  /** What the form says; an empty answer is a claim that the token lacks. */
  const claimsOf = () =>
    Object.fromEntries(
      [...inputs].flatMap(([{ claim, kind }, { value }]) => {
        if (value === "") return [];
        return [[claim, kind === "list" ? value.split(",").map((one) => one.trim()) : value]];
      }),
    );

  const fill = (claims) => {
    for (const [
      {
        claim,
        options: [first],
      },
      input,
    ] of inputs) {
      if (Object.hasOwn(claims, claim)) input.value = claims[claim];
      else
        input.value =
          claim === "ref" ? "feature" : claim === "ref_protected" ? "false" : (first?.value ?? "");
    }
  };

  const explain = ({ claim, wanted, actual }) =>
    make(
      "li",
      {},
      `${labels.get(claim) ?? claim}: `,
      ...(actual === undefined
        ? ["the token lacks it"]
        : listOf(
            actual.map((value) => named(claim, value)),
            ", ",
          )),
      "; must be ",
      ...listOf(
        wanted.map((value) => named(claim, value)),
        " or ",
      ),
      make("span", { class: "soft" }, " (claim ", make("code", {}, claim), ")"),
    );

  const secretsOf = ({ secrets }) =>
    make(
      "ul",
      {},
      ...secrets.map(({ path, variables, description }) =>
        make(
          "li",
          {},
          ...listOf(variables, ", "),
          " from ",
          make("code", {}, path),
          ...(description === "" ? [] : [make("span", { class: "soft" }, `: ${description}`)]),
        ),
      ),
    );

  const card = ({ environment, roles, by }) => {
    const title = make("h3", {}, environment.name);
    if (by.length > 0) {
      const verdict = make("p", { class: "verdict" }, "✓ can read");
      const role = make(
        "p",
        { class: "soft" },
        "by the role ",
        ...listOf(
          by.map(({ name }) => name),
          " or ",
        ),
      );
      return make("article", { class: "card yes" }, title, verdict, role, secretsOf(environment));
    }
    const why = roles.flatMap(({ role, failed }) => [
      make("p", {}, "Role ", make("code", {}, role.name), ` (${role.because}) does not admit it:`),
      make("ul", {}, ...failed.map(explain)),
    ]);
    return make(
      "article",
      { class: "card no" },
      title,
      make("p", { class: "verdict" }, "✗ cannot read"),
      ...why,
    );
  };

  const showJob = () => {
    const verdicts = judge(data, claimsOf());
    const open = verdicts.filter(({ by }) => by.length > 0);
    const paths = new Set(open.flatMap(({ environment }) => environment.secrets.map(({ path }) => path)));
    at("summary").textContent =
      open.length === 0
        ? "This job can read nothing."
        : `This job can read ${plural(paths.size, "path")}, of ${open.map(({ environment }) => environment.name).join(", ")}.`;
    at("verdicts").replaceChildren(...[...open, ...verdicts.filter(({ by }) => by.length === 0)].map(card));
  };

  const showPath = () => {
    const { value } = at("path");
    const owners = data.environments.filter(({ secrets }) => secrets.some(({ path }) => path === value));
    const readers = new Map(
      owners.flatMap((owner) => rolesThatRead(owner, data).map((role) => [role.name, role])),
    );
    const names = owners.map(({ name }) => name).join(", ");
    at("readers-summary").textContent =
      `${plural(readers.size, "role")} can read it, for ${names}; by this manifest, no other job can.`;
    at("readers").replaceChildren(
      ...[...readers.values()].map((role) => {
        const terms = Object.entries(role.bound_claims).flatMap(([claim, wanted]) => [
          make("dt", {}, labels.get(claim) ?? claim),
          make(
            "dd",
            {},
            ...listOf(
              [wanted].flat().map((one) => named(claim, one)),
              " or ",
            ),
          ),
        ]);
        const show = make("button", { type: "button" }, "Show such a job");
        show.addEventListener("click", () => {
          const index = data.starts.findIndex(({ role: name }) => name === role.name);
          at("start").value = String(index);
          fill(data.starts[index].claims);
          showJob();
          at("start").focus();
        });
        return make(
          "article",
          { class: "card" },
          make("h3", {}, role.because),
          make("p", { class: "soft" }, "by the role ", make("code", {}, role.name)),
          make("dl", {}, ...terms),
          show,
        );
      }),
    );
  };

  at("start").append(
    ...data.starts.map(({ label }, index) => make("option", { value: String(index) }, label)),
  );
  at("start").addEventListener("change", () => {
    fill(data.starts[Number(at("start").value)].claims);
    showJob();
  });
  at("facts").addEventListener("input", showJob);
  at("job").addEventListener("submit", (event) => event.preventDefault());
  const paths = new Set(data.environments.flatMap(({ secrets }) => secrets.map(({ path }) => path)));
  at("path").append(...[...paths].map((path) => make("option", { value: path }, path)));
  at("path").addEventListener("change", showPath);
  fill(data.starts[0].claims);
  showJob();
  showPath();
}

if (typeof document !== "undefined") start(JSON.parse(document.getElementById("data").textContent));
