/** 课程地图里的一章。 */
export interface PlannedChapter {
  slug: string;
  title: string;
  /** 直接的先修章：读这一章之前要读过的。 */
  requires: readonly string[];
}

/** 课程地图里的一部，章按次序排列。 */
export interface Part {
  number: number;
  directory: string;
  title: string;
  chapters: readonly PlannedChapter[];
}

export const course: readonly Part[] = [
  {
    number: 1,
    directory: "1-foundations",
    title: "基础",
    chapters: [
      { slug: "background", title: "为什么学链式法则", requires: [] },
      { slug: "core-concepts", title: "函数、复合与计算图", requires: ["1.1"] },
      { slug: "backprop-steps", title: "前向、反向、更新", requires: ["1.2"] },
      { slug: "worked-example", title: "一个完整的算例", requires: ["1.2"] },
      { slug: "code-practice", title: "用代码求梯度", requires: ["1.4"] },
      { slug: "where-used", title: "梯度用在哪里", requires: ["1.3", "1.5"] },
      { slug: "toolbox", title: "框架与工具", requires: ["1.5"] },
      { slug: "trends", title: "趋势里的梯度", requires: ["1.6"] },
      { slug: "faq", title: "常见问题", requires: ["1.3", "1.5"] },
    ],
  },
  {
    number: 2,
    directory: "2-principles",
    title: "原理与机制",
    chapters: [
      { slug: "chain-rule-on-graphs", title: "计算图上的链式法则", requires: ["1.2"] },
      { slug: "jacobian", title: "雅可比与向量形式", requires: ["1.4", "2.1"] },
      { slug: "learnable-activation", title: "可学习的激活：Swish 的 β", requires: ["1.3"] },
      { slug: "max-pooling", title: "最大池化：梯度路由", requires: ["2.1"] },
      { slug: "depthwise-separable", title: "深度可分离卷积", requires: ["2.4"] },
      { slug: "bptt", title: "穿越时间：RNN 与 BPTT", requires: ["2.2"] },
      { slug: "lstm", title: "LSTM：细胞状态的通路", requires: ["2.6"] },
      { slug: "gnn", title: "穿越结构：图神经网络", requires: ["2.2"] },
      { slug: "reparameterization", title: "穿越随机性：重参数化", requires: ["2.1"] },
      { slug: "hypernetworks", title: "超网络", requires: ["2.2"] },
      { slug: "implicit-layers", title: "隐式层与不动点", requires: ["2.2"] },
      {
        slug: "review",
        title: "综合练习：原理",
        requires: ["2.3", "2.5", "2.7", "2.8", "2.9", "2.10", "2.11"],
      },
    ],
  },
  {
    number: 3,
    directory: "3-architectures",
    title: "现代架构与前沿",
    chapters: [
      { slug: "advanced-activations", title: "Maxout 与 ELU", requires: ["1.3"] },
      { slug: "losses", title: "复杂的损失：Huber 与三元组", requires: ["1.3"] },
      { slug: "normalization", title: "批归一化与实例归一化", requires: ["2.2"] },
      { slug: "attention-temperature", title: "注意力的温度", requires: ["1.4"] },
      { slug: "normalizing-flows", title: "归一化流", requires: ["2.2", "2.9"] },
      { slug: "differentiable-physics", title: "可微物理", requires: ["2.6"] },
      { slug: "integrated-gradients", title: "积分梯度", requires: ["1.5"] },
      { slug: "jacobian-regularization", title: "雅可比正则化", requires: ["1.4"] },
      {
        slug: "review",
        title: "综合练习：现代架构",
        requires: ["3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8"],
      },
    ],
  },
  {
    number: 4,
    directory: "4-graphs",
    title: "计算图的应用",
    chapters: [
      { slug: "shared-parameters", title: "共同责任：Siamese 网络", requires: ["2.1"] },
      { slug: "learnable-normalization", title: "让每个部分都可学习", requires: ["3.3"] },
      { slug: "gradient-highways", title: "梯度高速公路", requires: ["2.6"] },
      { slug: "inverse-rendering", title: "逆向渲染", requires: ["1.5"] },
      { slug: "filter-design", title: "滤波器设计", requires: ["1.5"] },
      { slug: "robot-control", title: "机器人轨迹优化", requires: ["3.6"] },
      { slug: "unified-view", title: "统一的视角", requires: ["4.4", "4.5", "4.6"] },
    ],
  },
  {
    number: 5,
    directory: "5-gradients",
    title: "梯度向量的应用",
    chapters: [
      { slug: "linear-systems", title: "线性方程组与最速下降", requires: ["1.4"] },
      { slug: "gradient-conflict", title: "多任务的梯度冲突", requires: ["1.4"] },
      { slug: "hypergradients", title: "超梯度", requires: ["2.2"] },
      { slug: "leaky-relu", title: "学习 Leaky ReLU 的 α", requires: ["2.3"] },
      { slug: "batch-norm-control", title: "用 BN 控制激活统计", requires: ["3.3"] },
      { slug: "orthogonality", title: "正交正则", requires: ["2.2"] },
      { slug: "weight-decay-diffusion", title: "权重衰减与扩散", requires: ["5.1"] },
      { slug: "saliency", title: "显著性图", requires: ["3.7"] },
      { slug: "gradient-penalty", title: "梯度惩罚", requires: ["3.8"] },
      { slug: "vae", title: "变分自编码器", requires: ["2.9"] },
      { slug: "diffusion", title: "扩散模型与分数匹配", requires: ["2.9"] },
      { slug: "attention-keys", title: "注意力：键上的力", requires: ["3.4"] },
      { slug: "selection-gradient", title: "演化中的选择梯度", requires: ["1.4"] },
      { slug: "review", title: "综合练习：梯度的应用", requires: ["5.1", "5.2", "5.9", "5.12"] },
    ],
  },
  {
    number: 6,
    directory: "6-workshop",
    title: "工坊",
    chapters: [
      { slug: "engine-from-scratch", title: "从零写一个自动微分引擎", requires: ["1.5"] },
      { slug: "finite-differences", title: "有限差分的陷阱", requires: ["1.9"] },
      { slug: "gpu-kernels", title: "写一个 GPU 核", requires: ["3.2"] },
      { slug: "memory-and-checkpointing", title: "内存与重计算", requires: ["2.6"] },
    ],
  },
];

/** 按章号取课程地图里的一章；没有时是 undefined。 */
export function plannedChapter(number: string): PlannedChapter | undefined {
  const [part, order] = number.split(".").map(Number);
  return course.find((candidate) => candidate.number === part)?.chapters[order! - 1];
}

/** 一章的笔记本应在的位置，相对仓库根；章号不在课程地图里时是 undefined。 */
export function chapterFile(number: string): string | undefined {
  const chapter = plannedChapter(number);
  const part = course.find((candidate) => candidate.chapters.includes(chapter!));
  if (!chapter || !part) return undefined;
  const order = String(part.chapters.indexOf(chapter) + 1).padStart(2, "0");
  return `notebooks/${part.directory}/${order}-${chapter.slug}.ipynb`;
}
