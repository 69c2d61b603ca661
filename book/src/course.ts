/** 课程地图：每一部的目录名、书名，与按章号排列的 `[slug, 标题]`。 */
export interface Part {
  number: number;
  directory: string;
  title: string;
  chapters: readonly (readonly [slug: string, title: string])[];
}

export const course: readonly Part[] = [
  {
    number: 1,
    directory: "1-foundations",
    title: "基础",
    chapters: [
      ["background", "为什么学链式法则"],
      ["core-concepts", "函数、复合与计算图"],
      ["backprop-steps", "前向、反向、更新"],
      ["worked-example", "一个完整的算例"],
      ["code-practice", "用代码求梯度"],
      ["where-used", "梯度用在哪里"],
      ["toolbox", "框架与工具"],
      ["trends", "趋势里的梯度"],
      ["faq", "常见问题"],
    ],
  },
  {
    number: 2,
    directory: "2-principles",
    title: "原理与机制",
    chapters: [
      ["chain-rule-on-graphs", "计算图上的链式法则"],
      ["jacobian", "雅可比与向量形式"],
      ["learnable-activation", "可学习的激活：Swish 的 β"],
      ["max-pooling", "最大池化：梯度路由"],
      ["depthwise-separable", "深度可分离卷积"],
      ["bptt", "穿越时间：RNN 与 BPTT"],
      ["lstm", "LSTM：细胞状态的通路"],
      ["gnn", "穿越结构：图神经网络"],
      ["reparameterization", "穿越随机性：重参数化"],
      ["hypernetworks", "超网络"],
      ["implicit-layers", "隐式层与不动点"],
      ["review", "综合练习：原理"],
    ],
  },
  {
    number: 3,
    directory: "3-architectures",
    title: "现代架构与前沿",
    chapters: [
      ["advanced-activations", "Maxout 与 ELU"],
      ["losses", "复杂的损失：Huber 与三元组"],
      ["normalization", "批归一化与实例归一化"],
      ["attention-temperature", "注意力的温度"],
      ["normalizing-flows", "归一化流"],
      ["differentiable-physics", "可微物理"],
      ["integrated-gradients", "积分梯度"],
      ["jacobian-regularization", "雅可比正则化"],
      ["review", "综合练习：现代架构"],
    ],
  },
  {
    number: 4,
    directory: "4-graphs",
    title: "计算图的应用",
    chapters: [
      ["shared-parameters", "共同责任：Siamese 网络"],
      ["learnable-normalization", "让每个部分都可学习"],
      ["gradient-highways", "梯度高速公路"],
      ["inverse-rendering", "逆向渲染"],
      ["filter-design", "滤波器设计"],
      ["robot-control", "机器人轨迹优化"],
      ["unified-view", "统一的视角"],
    ],
  },
  {
    number: 5,
    directory: "5-gradients",
    title: "梯度向量的应用",
    chapters: [
      ["linear-systems", "线性方程组与最速下降"],
      ["gradient-conflict", "多任务的梯度冲突"],
      ["hypergradients", "超梯度"],
      ["leaky-relu", "学习 Leaky ReLU 的 α"],
      ["batch-norm-control", "用 BN 控制激活统计"],
      ["orthogonality", "正交正则"],
      ["weight-decay-diffusion", "权重衰减与扩散"],
      ["saliency", "显著性图"],
      ["gradient-penalty", "梯度惩罚"],
      ["vae", "变分自编码器"],
      ["diffusion", "扩散模型与分数匹配"],
      ["attention-keys", "注意力：键上的力"],
      ["selection-gradient", "演化中的选择梯度"],
      ["review", "综合练习：梯度的应用"],
    ],
  },
  {
    number: 6,
    directory: "6-workshop",
    title: "工坊",
    chapters: [
      ["engine-from-scratch", "从零写一个自动微分引擎"],
      ["finite-differences", "有限差分的陷阱"],
      ["gpu-kernels", "写一个 GPU 核"],
      ["memory-and-checkpointing", "内存与重计算"],
    ],
  },
];
