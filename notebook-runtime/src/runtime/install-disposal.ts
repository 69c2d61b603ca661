import { AsyncDisposableStack, DisposableStack } from "./disposable-stack.js";
import { asyncDispose, Disposal, dispose, Suppressed } from "./disposal.js";

/** 较旧的引擎里补上 Symbol.dispose、SuppressedError、资源栈；.ts 模块里的 using 也从这里取资源栈。 */
export function installDisposal(): void {
  const define = (target: object, name: string | symbol, value: unknown) => {
    if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
  };
  define(Symbol, "dispose", dispose);
  define(Symbol, "asyncDispose", asyncDispose);
  define(globalThis, "SuppressedError", Suppressed);
  define(DisposableStack.prototype, dispose, DisposableStack.prototype.dispose);
  define(AsyncDisposableStack.prototype, asyncDispose, AsyncDisposableStack.prototype.disposeAsync);
  define(globalThis, "DisposableStack", DisposableStack);
  define(globalThis, "AsyncDisposableStack", AsyncDisposableStack);
  define(globalThis, Symbol.for("tidu.using"), () => new Disposal());
}
