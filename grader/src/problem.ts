import type { Rng } from "./random.js";
import type { Value } from "./value.js";

/** 一道判分题集：同一个主题下的若干小题。 */
export interface Problem {
  id: string;
  title: string;
  /** 属于哪一份练习笔记本，如 `3-architectures/02-losses`。 */
  exercise: string;
  questions: Question[];
  /** 错法的说明：键是「题/错法」。 */
  mistakes: Record<string, string>;
  oracles: Oracles;
}

/** 与题目互相核对的另外几份答案；键是题名。 */
export interface Oracles {
  /** 梯度库自己的自动微分，裁判的第三个判据。 */
  library: Record<string, (...args: any[]) => any>;
  /** 另一种写法的正确答案：运算次序、边界上的不等号都不同。自检要求它从不被拒绝。 */
  alternatives: Record<string, (...args: any[]) => any>;
  /** 题面里手算的例子：题名、参数、答案。 */
  worked: [id: string, args: Value[], expected: Value][];
}

/** 一道小题：学习者写一个函数，裁判用随机点与边界点问它。全部是数据与纯函数。 */
export interface Question {
  /** 稳定的名字，如 `huber.grad`。 */
  id: string;
  /** 学习者要定义的函数。 */
  fn: string;
  /** 函数签名，给人看。 */
  signature: string;
  title: string;
  points: number;
  /** 每个参数的名字，报告里用。 */
  params: string[];
  /** 标准答案（闭式）。 */
  reference(...args: any[]): Value;
  /** 第二个判据，与闭式互相核对。 */
  truth: Truth;
  /** 第三个判据：梯度库自己的答案。由 `family` 从题族的 oracles 里填上。 */
  library?(...args: any[]): Value;
  branches: Branch[];
  /** 抽一个落在指定分支上的点。 */
  sample(rng: Rng, branch: string): Value[];
  /** 一个点实际经过的分支（批量题可以经过几个）。 */
  branchesOf(...args: any[]): string[];
  /** 拐点上与拐点旁的点：与书中的约定比较。 */
  edges: Edge[];
  /** 三级提示，由浅入深。 */
  hints: [string, string, string];
  /** 常见的错法；说明文字在 mistakes/。 */
  mutants: Mutant[];
  /**
   * 参数里的数组换成 kernel-lib 的 float32 张量（有 webgpu 就放在 webgpu 上），返回值也要是张量；
   * 误差按 float32 的精度容许。
   */
  tensors?: boolean;
  /** 值全部正确之后，再用一个大的输入看算法快不快。 */
  speed?: Speed;
  /** 因人而异的常数；有它的题由 `forStudent` 换成某个学习者的那一份。 */
  variants?: Variants;
}

export type Truth =
  /** 值题：同一个量的另一个公式，返回值的形状不限。 */
  | { kind: "value"; second(...args: any[]): Value }
  /** 梯度题：对标量函数 `forward` 做有限差分；`wrt` 指出对哪个参数求导，形状与返回值相同。 */
  | { kind: "gradient"; forward(...args: any[]): number; wrt: Wrt }
  /** 雅可比题：`forward` 返回数组或记录，返回值是「输出的每个数」一行、「参数的每个数」一列的矩阵。 */
  | { kind: "jacobian"; forward(...args: any[]): Value; wrt: number };

/** 参数的序号；返回值是记录时，逐个字段给出参数的序号，可以嵌套。 */
export type Wrt = number | { [name: string]: Wrt };

export interface Branch {
  id: string;
  title: string;
}

export interface Edge {
  title: string;
  args: Value[];
  /** 用到 kernel-lib 约定表里的哪一条，如 `hinge`；说错误时一并引用。 */
  convention?: string;
}

export interface Mutant {
  /** 在一道小题内唯一，如 `tail-sign`。 */
  id: string;
  fn(...args: any[]): Value;
  /** 给学习者看的说明，由 `family` 从 mistakes/ 填上。 */
  says?: string;
}

export interface Speed {
  /** 大的输入是什么，如「8000 个键」。 */
  title: string;
  args(rng: Rng): Value[];
  /** 慢的写法，自检用：结果对，但应当因为慢而得不到分。 */
  naive(...args: any[]): Value;
}

export interface Variants {
  /** 常数的名字与候选值；第一个是没有指名学习者时的值。 */
  constants: Record<string, readonly number[]>;
  /** 换上一组常数的题；题名、函数名、错法的名字都不变。 */
  make(constants: Record<string, number>): Question;
}

/** 组成一个题族：把 oracles 与 mistakes 里的内容挂到各题上。 */
export function family(problem: Problem): Problem {
  return { ...problem, questions: problem.questions.map((question) => complete(question, problem)) };
}

function complete(question: Question, problem: Problem): Question {
  const { variants } = question;
  const library = question.library ?? problem.oracles.library[question.id];
  const mutants = question.mutants.map((mutant) => {
    const says = problem.mistakes[`${question.id}/${mutant.id}`];
    return says === undefined ? mutant : { ...mutant, says };
  });
  return {
    ...question,
    ...(library === undefined ? {} : { library }),
    mutants,
    ...(variants === undefined
      ? {}
      : { variants: { ...variants, make: (constants) => complete(variants.make(constants), problem) } }),
  };
}
