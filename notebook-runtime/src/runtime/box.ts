import type { BindingKind } from "../compiler/types.js";

const ABSENT = 0;
const WAITING = 1;
const LIVE = 2;

/**
 * 一个跨单元格共享的变量。重新声明换的是值，不是盒子，所以旧单元格里的闭包看得见新值。
 * 属性名短，因为它们出现在编译出的代码里：v 直接读写，c 检查后读写，k 常量，t 供 typeof，d 定义。
 */
export class Box {
  readonly name: string;
  kind: BindingKind = "let";
  v: unknown = undefined;
  #state = ABSENT;
  /** 导入时发现模块没有这个名字；只是类型的话永远不会读到。 */
  missing: string | null = null;
  #previous: { v: unknown; kind: BindingKind; state: number } | null = null;

  constructor(name: string) {
    this.name = name;
  }

  get live(): boolean {
    return this.#state === LIVE;
  }

  get c(): unknown {
    return this.#state === LIVE ? this.v : this.#absent();
  }

  set c(value: unknown) {
    if (this.#state === LIVE) {
      if (this.kind === "const" || this.kind === "import") this.k = value;
      else this.v = value;
    } else if (this.#state === ABSENT && this.name in globalThis) Reflect.set(globalThis, this.name, value);
    else this.#absent();
  }

  get k(): unknown {
    return this.c;
  }

  set k(_value: unknown) {
    throw new TypeError(
      `不能给${this.kind === "import" ? "导入的名字" : "常量"} ${this.name} 赋值（Assignment to constant variable）`,
    );
  }

  get t(): unknown {
    if (this.#state === ABSENT && this.missing === null) return Reflect.get(globalThis, this.name);
    return this.c;
  }

  set d(value: unknown) {
    this.v = value;
    this.missing = null;
    this.#state = LIVE;
  }

  /** 导入的模块没有这个名字：读到时才报错。 */
  lack(message: string): void {
    this.missing = message;
    this.#state = ABSENT;
    this.#previous = null;
  }

  /** 不再使用：还留着它的旧闭包读到它就出错，不会悄悄得到 undefined。 */
  forget(): void {
    const cleared = (): never => {
      throw new ReferenceError(`${this.name} 已被 %reset 清除（${this.name} is not defined）`);
    };
    this.v = undefined;
    this.#state = ABSENT;
    Object.defineProperty(this, "v", { get: cleared, set: cleared });
  }

  /** 单元格开始：let、const、class 在声明执行之前不可读。 */
  begin(kind: BindingKind): void {
    this.#previous = { v: this.v, kind: this.kind, state: this.#state };
    this.kind = kind;
    if (kind === "var" || kind === "function") {
      if (this.#state !== LIVE) this.d = undefined;
    } else this.#state = WAITING;
  }

  /** 单元格结束：声明没有执行到的，恢复原来的值，返回真。 */
  end(): boolean {
    const waiting = this.#state === WAITING && this.#previous !== null;
    if (waiting && this.#previous) {
      const { v, kind, state } = this.#previous;
      this.v = v;
      this.kind = kind;
      this.#state = state;
    }
    this.#previous = null;
    return waiting;
  }

  #absent(): unknown {
    if (this.missing !== null) throw new SyntaxError(this.missing);
    if (this.#state === WAITING) {
      throw new ReferenceError(
        `${this.name} 在声明之前被使用（Cannot access '${this.name}' before initialization）`,
      );
    }
    if (this.name in globalThis) return Reflect.get(globalThis, this.name);
    throw new ReferenceError(`${this.name} 没有定义（${this.name} is not defined）`);
  }
}

/** 会话的全部变量。 */
export class Variables {
  readonly #boxes = new Map<string, Box>();
  readonly #provided = new Map<string, unknown>();

  box(name: string): Box {
    let box = this.#boxes.get(name);
    if (!box) {
      box = new Box(name);
      this.#boxes.set(name, box);
    }
    return box;
  }

  /** 有这个变量，它有值，而且值合得上。 */
  holds(name: string, fits: (value: unknown) => boolean): boolean {
    const box = this.#boxes.get(name);
    return box?.live === true && fits(box.v);
  }

  /** 会话自带的变量（require 等）：不列出，也不清除。 */
  define(name: string, value: unknown): void {
    this.box(name).d = value;
    this.#provided.set(name, value);
  }

  /** 学习者的变量中有值的。 */
  *own(): Generator<Box> {
    for (const [name, box] of this.#boxes)
      if (box.live && !(this.#provided.has(name) && this.#provided.get(name) === box.v)) yield box;
  }

  /** 清除学习者的变量，返回清了几个。 */
  reset(): number {
    const boxes = [...this.own()];
    for (const box of boxes) {
      box.forget();
      this.#boxes.delete(box.name);
    }
    for (const [name, value] of this.#provided) this.box(name).d = value;
    return boxes.length;
  }

  /** 已有值的名字，供编译器选择直接访问。 */
  known(): Map<string, BindingKind> {
    const names = new Map<string, BindingKind>();
    for (const [name, box] of this.#boxes) if (box.live) names.set(name, box.kind);
    return names;
  }
}
