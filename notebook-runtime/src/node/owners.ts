import type { Owners } from "../runtime/owners.js";
import { asyncStorage } from "./async-storage.js";

/** 回调与 Promise 属于哪个单元格。 */
export function createOwners<T extends object>(): Owners<T> {
  const storage = asyncStorage<T>();
  return storage
    ? { run: (owner, body) => storage.run(owner, body), current: () => storage.getStore() }
    : new TaskOwners<T>();
}

type Callback = (this: unknown, ...args: unknown[]) => unknown;
type Schedule = (callback: unknown, ...rest: unknown[]) => unknown;

/** 只跟着定时器、微任务与 nextTick 的回调走；文件与网络的回调里不知道是谁。 */
class TaskOwners<T extends object> implements Owners<T> {
  #started: T | undefined;
  #task: T | undefined;
  #clearing = false;
  readonly #later = setTimeout;

  constructor() {
    const scope = globalThis as unknown as Record<string, Schedule>;
    for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) {
      scope[name] = this.#wrap(scope[name]!);
    }
    process.nextTick = this.#wrap(process.nextTick as Schedule) as typeof process.nextTick;
  }

  run<R>(owner: T, body: () => R): R {
    this.#started = owner;
    this.#task = undefined;
    // 清记号的定时器也许随被终止的代码一起没了。
    this.#clearing = false;
    return body();
  }

  current(): T | undefined {
    return this.#task;
  }

  #wrap(schedule: Schedule): Schedule {
    const wrapped: Schedule = (callback, ...rest) => {
      const owner = this.#task ?? this.#started;
      if (typeof callback !== "function" || !owner) return schedule(callback, ...rest);
      const enter = () => this.#enter(owner);
      const owned: Callback = function (...args) {
        enter();
        return Reflect.apply(callback as Callback, this, args);
      };
      return schedule(owned, ...rest);
    };
    // util.promisify(setTimeout) 等靠这些属性。
    return Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(schedule));
  }

  /** 回调里与它之后的微任务都算 owner 的，到下一轮定时器为止。 */
  #enter(owner: T): void {
    this.#task = owner;
    if (this.#clearing) return;
    this.#clearing = true;
    this.#later(() => {
      this.#clearing = false;
      this.#task = undefined;
    }, 0).unref();
  }
}
