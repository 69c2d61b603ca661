import { isInterrupted } from "./failure.js";

type Method = () => unknown;

interface Resource {
  dispose: Method;
  /** 释放之后要等它的结果。 */
  wait: boolean;
}

export const dispose: symbol = Symbol.dispose ?? Symbol.for("Symbol.dispose");
export const asyncDispose: symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** using 声明的资源栈：编译出的代码登记资源，离开作用域时按相反的次序释放。 */
export class Disposal {
  readonly #resources: Resource[] = [];
  #failed = false;
  #error: unknown;

  add<T>(value: T): T {
    if (value !== null && value !== undefined) this.#push(value, method(value, dispose), false);
    return value;
  }

  addAsync<T>(value: T): T {
    if (value === null || value === undefined) {
      this.#resources.push({ dispose: () => undefined, wait: true });
      return value;
    }
    const own = method(value, asyncDispose);
    if (own) this.#push(value, own, true);
    else {
      // 只有同步的释放方法：调用它，但不等它的结果。
      const sync = method(value, dispose);
      this.#push(value, sync && (() => void sync.call(value)), true);
    }
    return value;
  }

  #push(value: unknown, found: Method | undefined, wait: boolean): void {
    if (!found) {
      const wanted = wait ? "[Symbol.asyncDispose] 或 [Symbol.dispose]" : "[Symbol.dispose]";
      throw new TypeError(
        `${wait ? "await using" : "using"} 的值没有 ${wanted} 方法（Object not disposable）`,
      );
    }
    this.#resources.push({ dispose: () => found.call(value), wait });
  }

  defer(dispose: Method, wait: boolean): void {
    this.#resources.push({ dispose, wait });
  }

  fail(error: unknown): void {
    // 中断必须原样传出去，不能被释放时的错误包住。
    if (this.#failed && isInterrupted(this.#error)) return;
    this.#error = this.#failed && !isInterrupted(error) ? suppressed(error, this.#error) : error;
    this.#failed = true;
  }

  end(): void {
    for (let next = this.#resources.pop(); next; next = this.#resources.pop()) {
      try {
        next.dispose();
      } catch (error) {
        this.fail(error);
      }
    }
    if (this.#failed) throw this.#error;
  }

  async endAsync(): Promise<void> {
    for (let next = this.#resources.pop(); next; next = this.#resources.pop()) {
      try {
        const done = next.dispose();
        if (next.wait) await done;
      } catch (error) {
        this.fail(error);
      }
    }
    if (this.#failed) throw this.#error;
  }
}

function method(value: unknown, key: symbol): Method | undefined {
  const found = (value as Record<symbol, unknown>)[key];
  if (found === undefined || found === null) return undefined;
  if (typeof found !== "function") throw new TypeError("资源的释放方法不是函数（Object not disposable）");
  return found as Method;
}

function suppressed(error: unknown, before: unknown): Error {
  const { SuppressedError: Native } = globalThis as unknown as { SuppressedError: typeof Suppressed };
  return new Native(error, before, "释放资源时又出了错（An error was suppressed during disposal）");
}

export class Suppressed extends Error {
  error: unknown;
  suppressed: unknown;

  constructor(error: unknown, before: unknown, message?: string) {
    super(message);
    this.name = "SuppressedError";
    for (const [key, value] of Object.entries({ error, suppressed: before }))
      Object.defineProperty(this, key, { value, writable: true, configurable: true, enumerable: false });
  }
}
