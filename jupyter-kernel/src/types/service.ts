/**
 * 类型服务的唯一接口。实现（native.ts）用的是 TypeScript 7 的不稳定 API，换版本只应改那里。
 * 位置一律是单元格源码里的 UTF-16 下标。
 */
export interface TypeService {
  /** 提前做好第一次检查要的准备；不叫也行，只是第一次慢。 */
  open(): void;
  /** 严格检查一个将要运行的单元格；没有问题时返回空数组。 */
  check(code: string): Diagnostic[];
  /** 攒下的提示（没有类型的包、读不了的 tsconfig.json），每件只说一次；取走就清空。 */
  notes(): string[];
  /** 单元格已经运行：它的声明从此对后面的单元格可见，同名的盖住旧的。 */
  commit(code: string): void;
  /** 刚登记的单元格半途出错：这些名字没有声明成，恢复从前的；"all" 是一个也没有。 */
  retract(names: readonly string[] | "all"): void;
  complete(code: string, position: number): Completions;
  inspect(code: string, position: number, detail: 0 | 1): Inspection | undefined;
  /** 只看语法：完整、还差后半截、或已经写错。 */
  completeness(code: string): "complete" | "incomplete" | "invalid";
  /** 忘掉所有单元格（会话重启之后）。 */
  reset(): void;
  close(): void;
}

export interface Diagnostic {
  code: number;
  start: number;
  end: number;
  /** TypeScript 的原文，第一行之后是层层展开的原因 */
  message: string;
  /** 能推断出来的具体改法 */
  fix?: string;
}

export interface Completion {
  /** 接受之后插入的文字 */
  text: string;
  /** 列表里显示的名字；没有就是 text */
  label?: string;
  /** Jupyter 用的种类名：function、class、keyword……；要导入的名字写它的来处 */
  type: string;
}

export interface Completions {
  start: number;
  end: number;
  items: Completion[];
}

export interface Inspection {
  name: string;
  /** 类型签名，一段 TypeScript；有几种调用方式就有几行 */
  signature: string;
  documentation: string;
  /** JSDoc 的标签，不带 @ */
  tags: { name: string; text: string }[];
  /** 光标在某个调用的参数里 */
  call?: { signature: string; parameter?: { index: number; name: string; documentation?: string } };
  /** detail = 1 时声明的源码与它在哪里 */
  source?: { text: string; where: string };
}
