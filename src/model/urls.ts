import { atValue, type Diagnostic, report, type Route } from "../diagnostics/index.ts";

/** An http(s) address without credentials, query and slash at its end: it is compared byte by byte on the other side. */
export function readUrl(text: string, route: Route, found: Diagnostic[]): string {
  const complain = (message: string, help: string) =>
    found.push(report("model/bad-url", atValue(route), message, { help }));
  const example = route[0] === "gitlab" ? "https://gitlab.example.com" : "https://vault.example.com:8200";
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Reported below: no URL at all.
  }
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.hostname === "" ||
    /[\s"'`$\\<>{}%]/.test(text)
  ) {
    complain("this is not an http or https address", `for example \`${example}\``);
  } else if (url.username !== "" || url.password !== "") {
    complain(
      "an address must not carry credentials",
      "remove everything up to the `@`; jobs log in with their JWT",
    );
  } else if (url.search !== "" || url.hash !== "") {
    complain("an address must not carry a query or fragment", "remove everything from the `?` or `#` on");
  }
  return text.replace(/\/+$/, "");
}
