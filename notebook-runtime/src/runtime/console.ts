import { consoleTable } from "./console-table.js";
import { inspect } from "./inspect.js";

type Write = (name: "stdout" | "stderr", text: string) => void;

/** Node 风格的 console：值的样子与 Node 里一样，写到给定的地方。浏览器的 worker 用它。 */
export function createConsole(write: Write): Console {
  let indent = "";
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const print = (name: "stdout" | "stderr", text: string): void => {
    const body = indent === "" ? text : indent + text.replaceAll("\n", `\n${indent}`);
    write(name, `${body}\n`);
  };
  const out = (...args: unknown[]): void => print("stdout", formatMessage(args));
  const err = (...args: unknown[]): void => print("stderr", formatMessage(args));
  const group = (...args: unknown[]): void => {
    if (args.length > 0) out(...args);
    indent += "  ";
  };
  const elapsed = (label: string): string => {
    const started = timers.get(label);
    return started === undefined ? "没有这个计时器" : `${(performance.now() - started).toFixed(3)}ms`;
  };
  const methods = {
    log: out,
    info: out,
    debug: out,
    warn: err,
    error: err,
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent.slice(2);
    },
    dir: (value: unknown, options?: { depth?: number }) => print("stdout", inspect(value, options)),
    dirxml: out,
    assert: (condition?: unknown, ...args: unknown[]) => {
      if (condition) return;
      const [first, ...rest] = args;
      if (typeof first === "string") err(`Assertion failed: ${first}`, ...rest);
      else err("Assertion failed", ...args);
    },
    count: (label = "default") => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = "default") => counts.delete(label),
    time: (label = "default") => timers.set(label, performance.now()),
    timeLog: (label = "default", ...args: unknown[]) => out(`${label}: ${elapsed(label)}`, ...args),
    timeEnd: (label = "default") => {
      out(`${label}: ${elapsed(label)}`);
      timers.delete(label);
    },
    trace: (...args: unknown[]) => {
      const message = formatMessage(args);
      err(`Trace${message === "" ? "" : `: ${message}`}${callers()}`);
    },
    table: (rows: unknown, columns?: readonly string[]) =>
      print("stdout", consoleTable(rows, columns) ?? formatMessage([rows])),
    clear: () => {},
  };
  return { ...globalThis.console, ...methods } as unknown as Console;
}

/** 调用 console.trace 的地方：栈里去掉消息与我们自己的两帧。 */
function callers(): string {
  const lines = (new Error("trace").stack ?? "").split("\n").filter((line) => /^\s*at /.test(line));
  const own = lines.findIndex((line) => /\btrace\b/.test(line));
  return lines
    .slice(own + 1)
    .map((line) => `\n${line}`)
    .join("");
}

/** console.log 的参数 → 文本；第一个是字符串时认 %s %d %i %f %j %o %O %c。 */
export function formatMessage(args: unknown[]): string {
  const rest = [...args];
  let text = "";
  if (typeof rest[0] === "string" && rest.length > 1) {
    const template = rest.shift() as string;
    text = template.replace(/%[sdifjoOc%]/g, (mark) => {
      if (mark === "%%") return "%";
      if (rest.length === 0) return mark;
      return placeholder(mark, rest.shift());
    });
    if (rest.length > 0) text += " ";
  }
  return text + rest.map((arg) => (typeof arg === "string" ? arg : inspect(arg))).join(" ");
}

function placeholder(mark: string, value: unknown): string {
  switch (mark) {
    case "%s":
      if (typeof value === "string") return value;
      if (typeof value === "object" && value !== null) return inspect(value, { depth: 0 });
      return typeof value === "bigint" ? `${value}n` : Object.is(value, -0) ? "-0" : String(value);
    case "%d":
      return typeof value === "bigint" ? `${value}n` : inspect(Number(value));
    case "%i":
      return typeof value === "bigint" ? `${value}n` : inspect(Number.parseInt(String(value), 10));
    case "%f":
      return inspect(Number.parseFloat(String(value)));
    case "%j":
      return JSON.stringify(value) ?? "undefined";
    case "%c":
      return "";
    default:
      return inspect(value, { depth: 4 });
  }
}
