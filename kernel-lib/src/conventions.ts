/** 拐点处的一条约定。 */
export interface Convention {
  /** 稳定的名字，判分与文档按它引用。 */
  readonly id: string;
  /** 函数，写成公式。 */
  readonly name: string;
  /** 拐点在哪里。 */
  readonly point: string;
  /** 约定的导数；ties 这类取决于个数的写公式。 */
  readonly value: number | string;
  /** 次梯度集合 [下端, 上端]：数学上哪些值都说得过去；不是区间的写 null。 */
  readonly subgradient: readonly [number, number] | null;
  /** 为什么这样选。 */
  readonly explanation: string;
}

/**
 * 不可导点的约定：库、判分和书都照这一张表。
 *
 * @example
 * conventions.find((c) => c.id === "relu")!.value // => 0
 */
export const conventions: readonly Convention[] = [
  {
    id: "relu",
    name: "relu(x) = max(0, x)",
    point: "x = 0",
    value: 0,
    subgradient: [0, 1],
    explanation: "左导数 0，右导数 1，其间的值都是次梯度；取 0，恰好没被激活的单元就不动。",
  },
  {
    id: "abs",
    name: "|x|",
    point: "x = 0",
    value: 0,
    subgradient: [-1, 1],
    explanation: "左导数 −1，右导数 1；取正中的 0，与 sign(0) = 0 一致。",
  },
  {
    id: "leakyRelu",
    name: "leakyRelu(x) = max(αx, x)",
    point: "x = 0",
    value: "α",
    subgradient: null,
    explanation: "左导数 α，右导数 1；与 relu 一样把 0 算在没激活的一边，取 α。",
  },
  {
    id: "elu",
    name: "elu(x)，x < 0 时 α(eˣ − 1)",
    point: "x = 0（α ≠ 1）",
    value: 1,
    subgradient: null,
    explanation: "左导数 α，右导数 1；取右导数 1。α = 1 时两边相等，没有拐点。",
  },
  {
    id: "max",
    name: "max(x₁, …, xₙ) 与 min",
    point: "k 个元素并列最大",
    value: "1/k",
    subgradient: [0, 1],
    explanation: "并列的元素平分梯度，总和仍是 1，结果与元素的次序无关。",
  },
  {
    id: "maximum",
    name: "maximum(x, y) 与 minimum",
    point: "x = y",
    value: 0.5,
    subgradient: [0, 1],
    explanation: "两边平分，与 max 一致，也使 maximum(x, y) = maximum(y, x) 的梯度对称。",
  },
  {
    id: "clip",
    name: "clip(x, lo, hi)",
    point: "x = lo 或 x = hi",
    value: 1,
    subgradient: [0, 1],
    explanation: "区间是闭的，端点算在里面，导数取里面的 1。",
  },
  {
    id: "huber",
    name: "huber 的二阶导数",
    point: "|e| = δ",
    value: 1,
    subgradient: [0, 1],
    explanation: "一阶导数 clip(e, −δ, δ) 连续；二阶导数在这里从 1 跳到 0，按闭区间取 1。",
  },
  {
    id: "hinge",
    name: "合页 max(0, z)，如三元组损失",
    point: "z = 0",
    value: 0,
    subgradient: [0, 1],
    explanation: "间隔恰好满足，不再用力；与 relu 一致。",
  },
  {
    id: "norm",
    name: "‖x‖",
    point: "x = 0",
    value: 0,
    subgradient: null,
    explanation: "次梯度是整个单位球；取其中最小的元素 0，重合的两点之间没有方向可言。",
  },
  {
    id: "atan2",
    name: "atan2(y, x)",
    point: "原点",
    value: 0,
    subgradient: null,
    explanation: "辐角在原点没有定义，导数无界；取 0，与范数一致。",
  },
  {
    id: "eigh",
    name: "eigh 与 svd 的特征向量、奇异向量",
    point: "特征值（奇异值）相等，或奇异值为 0",
    value: 0,
    subgradient: null,
    explanation: "这时向量可以在一个子空间里任取，没有导数；公式里的 1/(λⱼ − λᵢ) 与 1/s 取 0。",
  },
  {
    id: "segmentMax",
    name: "segmentMax",
    point: "没有元素的段",
    value: 0,
    subgradient: null,
    explanation: "值是 −∞，与任何元素都无关，梯度是 0；并列时与 max 一样均分。",
  },
  {
    id: "sign",
    name: "sign、floor、ceil、round 与各种比较",
    point: "跳变处",
    value: 0,
    subgradient: null,
    explanation: "处处导数为零，跳变处不可导，也取 0；所以梯度到这里就断了。",
  },
];
