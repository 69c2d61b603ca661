import { Disposal } from "./disposal.js";

const DISPOSED = "资源栈已经释放过了（already disposed）";

/** 标准的 DisposableStack 与 AsyncDisposableStack，给还没有它们的引擎。 */
abstract class Stack {
  protected disposal = new Disposal();
  disposed = false;

  protected open(): Disposal {
    if (this.disposed) throw new ReferenceError(DISPOSED);
    return this.disposal;
  }

  protected moveTo<T extends Stack>(target: T): T {
    target.disposal = this.open();
    this.disposal = new Disposal();
    this.disposed = true;
    return target;
  }

  /** 释放一次；再次释放什么也不做。 */
  protected take(): Disposal | null {
    if (this.disposed) return null;
    this.disposed = true;
    return this.disposal;
  }
}

export class DisposableStack extends Stack {
  use<T>(value: T): T {
    return this.open().add(value);
  }

  adopt<T>(value: T, dispose: (value: T) => void): T {
    this.open().defer(() => dispose(value), false);
    return value;
  }

  defer(dispose: () => void): void {
    this.open().defer(dispose, false);
  }

  move(): DisposableStack {
    return this.moveTo(new DisposableStack());
  }

  dispose(): void {
    this.take()?.end();
  }

  get [Symbol.toStringTag](): string {
    return "DisposableStack";
  }
}

export class AsyncDisposableStack extends Stack {
  use<T>(value: T): T {
    return this.open().addAsync(value);
  }

  adopt<T>(value: T, dispose: (value: T) => unknown): T {
    this.open().defer(() => dispose(value), true);
    return value;
  }

  defer(dispose: () => unknown): void {
    this.open().defer(dispose, true);
  }

  move(): AsyncDisposableStack {
    return this.moveTo(new AsyncDisposableStack());
  }

  async disposeAsync(): Promise<void> {
    await this.take()?.endAsync();
  }

  get [Symbol.toStringTag](): string {
    return "AsyncDisposableStack";
  }
}
