import { spawn, type ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";

import { tempDir } from "../support/temp.ts";
import { onPath } from "../support/tools.ts";

/** Debian's, and what others call theirs. */
export const chromium = onPath("chromium") ?? onPath("chromium-browser") ?? onPath("google-chrome");

export interface Viewport {
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** One page of a headless browser that is reached over a pipe: no port, no library. */
export interface Page {
  /** Addresses of everything that the page asked for, itself included. */
  readonly requests: readonly string[];
  /** What the page wrote to its console, errors and refusals of its policy included. */
  readonly complaints: readonly string[];
  open(url: string): Promise<void>;
  show(viewport: Viewport): Promise<void>;
  /** The value of an expression, as JSON carries it. */
  evaluate<T>(expression: string): Promise<T>;
  /** A key as a person presses it: `Tab`, `ArrowDown`, `Enter`, or one character. */
  press(key: string): Promise<void>;
  /** A PNG of the whole page. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

type Message = { id?: number; method?: string; params?: any; result?: any; error?: { message: string } };

/** Starts a browser of its own with an empty profile. */
export async function openBrowser(): Promise<Page> {
  if (chromium === undefined) throw new Error("no Chromium on the PATH (Debian package chromium)");
  const profile = tempDir("chromium");
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    `--user-data-dir=${profile}`,
    "--remote-debugging-pipe",
    "about:blank",
  ];
  const browser = spawn(chromium, flags, {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const send = connect(browser);
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call = (method: string, params: object = {}) => send(method, params, sessionId as string);
  const requests: string[] = [];
  const complaints: string[] = [];
  const loaded: (() => void)[] = [];
  send.listen((method, params) => {
    if (method === "Network.requestWillBeSent") requests.push(params.request.url as string);
    if (method === "Page.loadEventFired") loaded.shift()?.();
    if (method === "Log.entryAdded") complaints.push(params.entry.text as string);
    if (method === "Runtime.exceptionThrown")
      complaints.push(String(params.exceptionDetails.exception?.description));
  });
  for (const domain of ["Network", "Page", "Log", "Runtime"]) await call(`${domain}.enable`);

  return {
    requests,
    complaints,
    async open(url) {
      const done = new Promise<void>((resolve) => void loaded.push(resolve));
      await call("Page.navigate", { url });
      await done;
    },
    async show({ width, height = 900, dark = false }) {
      await call("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await call("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }],
      });
    },
    async evaluate(expression) {
      const answer = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
      if (answer.exceptionDetails !== undefined)
        throw new Error(answer.exceptionDetails.exception?.description);
      return answer.result.value;
    },
    async press(key) {
      const code = { Tab: 9, Enter: 13, ArrowDown: 40, ArrowUp: 38 }[key] ?? key.toUpperCase().charCodeAt(0);
      const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
      const event = { key, code: key, windowsVirtualKeyCode: code, ...(text === undefined ? {} : { text }) };
      await call("Input.dispatchKeyEvent", { type: text === undefined ? "rawKeyDown" : "keyDown", ...event });
      await call("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    },
    async picture() {
      const { data } = await call("Page.captureScreenshot", { format: "png", captureBeyondViewport: true });
      return Buffer.from(data as string, "base64");
    },
    async close() {
      const gone = new Promise((resolve) => browser.once("exit", resolve));
      void send("Browser.close").catch(() => {});
      const timer = setTimeout(() => process.kill(-(browser.pid ?? 0), "SIGKILL"), 5000);
      await gone;
      clearTimeout(timer);
    },
  };
}

interface Send {
  (method: string, params?: object, sessionId?: string): Promise<any>;
  listen(listener: (method: string, params: any) => void): void;
}

/** The DevTools protocol over file descriptors 3 and 4: JSON, a NUL after each message. */
function connect(browser: ChildProcess): Send {
  const [, , , input, output] = browser.stdio as unknown as [null, null, null, Writable, Readable];
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners: ((method: string, params: any) => void)[] = [];
  let id = 0;
  let rest = "";
  output.setEncoding("utf8").on("data", (chunk: string) => {
    const messages = (rest + chunk).split("\0");
    rest = messages.pop() ?? "";
    for (const text of messages) {
      const message = JSON.parse(text) as Message;
      const asked = message.id === undefined ? undefined : waiting.get(message.id);
      if (asked === undefined) for (const listen of listeners) listen(message.method ?? "", message.params);
      else if (message.error !== undefined) asked.reject(new Error(message.error.message));
      else asked.resolve(message.result);
    }
  });
  browser.once("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("the browser ended"));
  });
  const send = (method: string, params: object = {}, sessionId?: string) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      input.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    });
  return Object.assign(send, {
    listen: (listener: (method: string, params: any) => void) => void listeners.push(listener),
  });
}
