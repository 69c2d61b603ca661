import { liftMistakes } from "../problems/lift.js";

const own: Record<string, string> = {
  "attention.output/overflow":
    "分数大的时候得到 NaN：exp(10000) 是无穷，exp(−10000) 是零。先减去最大的分数，再除以 τ、取指数。",
  "attention.output/clamped":
    "你把指数截断在一个上限内：几个大分数被压成一样大，差别没有了。应减去最大值，差别原样保留。",
  "attention.output/no-temperature": "漏了温度：应是 softmax(s/τ)，你用的是 softmax(s)。",
  "attention.output/times-tau": "温度乘反了：应除以 τ，你乘了 τ。温度越高，权重应当越平均。",
  "attention.output/sqrt-tau": "你除的是 √τ：这一题的 τ 已经是温度本身，直接除就好。",
  "attention.output/tau-squared": "你除了两次 τ：前向里只除一次，τ² 是求导之后才出现的。",
  "attention.output/tau-outside":
    "温度放错了地方：要在取指数之前除以 τ，你在 softmax 之后才除，权重加起来不是 1。",
  "attention.output/sign": "分数的符号反了：分数越高权重应越大，你取的是 softmax(−s/τ)。",
  "attention.output/hard": "你只取了分数最高的那个值，那是 τ→0 的极限。一般的温度下每个键都有权重。",
  "attention.output/uniform": "你取了值的普通平均，那是 τ→∞ 的极限。权重应随分数变化。",
  "attention.output/unnormalised": "忘了归一化：指数要除以它们的总和，权重加起来才是 1。",
  "attention.output/base-two": "底数错了：softmax 用自然底数 e，你用的是 2。",
  "attention.output/averaged": "多除了键的个数：权重加起来已经是 1，加权求和就是平均，不要再除以 n。",
  "attention.output/swapped": "两个参数用反了：分数 s 决定权重，值 v 被加权；你拿 v 去做 softmax 了。",

  "attention.tau/sign":
    "符号反了：∂(s/τ)/∂τ = −s/τ²，整个梯度是 −Cov/τ²，你漏了那个负号。照它更新，温度会走反。",
  "attention.tau/no-square":
    "少除了一个 τ：应是 −Cov(s,g)/τ²，你写的是 −Cov(s,g)/τ。后者是对 ln τ 的导数，或者用的是除过温度的分数。",
  "attention.tau/no-temperature": "漏了 1/τ²：1/τ 的导数是 −1/τ²，你只留下了负的协方差。",
  "attention.tau/beta": "求错了变量：+Cov(s,g) 是对 β=1/τ 的导数。对 τ 还要乘 dβ/dτ = −1/τ²。",
  "attention.tau/scaled-scores":
    "多除了一个 τ：你的协方差用了除过温度的分数 s/τ，又除以 τ²。用原来的 s 配 1/τ²，或者用 s/τ 配 1/τ。",
  "attention.tau/uniform-covariance":
    "协方差算错了分布：每个键的权重是 a_j，你用的是 1/n。只有 τ→∞ 时两者才相等。",
  "attention.tau/uncentred": "漏了减平均：你算的是 Σ a·s·g。softmax 的雅可比还有 −aaᵀ 一项，它带来 −s̄·ḡ。",
  "attention.tau/diagonal-only":
    "只用了雅可比的对角线 a(1−a)：一个分数变化会影响所有的权重，非对角的 −a_i·a_j 不能丢。",
  "attention.tau/plain-means": "平均算错了：s̄、ḡ 要按权重 a 加权，你用的是普通平均（除以 n）。",
  "attention.tau/correlation": "你多除了两个标准差，得到的是相关系数；这里要的是协方差本身。",
  "attention.tau/weights-at-one": "权重漏了温度：a = softmax(s/τ)，你用 softmax(s) 算的权重。",
  "attention.tau/averaged": "多除了键的个数：协方差里的权重加起来已经是 1，不要再除以 n。",
  "attention.tau/unweighted": "求和时漏乘了权重：应是 Σ a_j(s_j−s̄)(g_j−ḡ)，每一项前面有 a_j。",
  "attention.tau/overflow": "分数大的时候得到 NaN：算权重前先减去最大的分数，exp(10000) 会溢出。",
  "attention.tau/value": "你返回的是损失 Σ a·g 本身；这一题要的是它对 τ 的导数。",

  "attention.batch/sign": "符号反了：每一行是 −Cov/τ²，你漏了负号。",
  "attention.batch/no-mean": "漏了 1/B：损失是各行的平均，你的结果是正确答案的 B 倍。",
  "attention.batch/mean-over-seen":
    "分母不对：要除以总行数 B，你只除以了至少看得见一个键的行数。整行看不见的贡献 0，但仍占一个名额。",
  "attention.batch/mean-twice": "除了两次 B：你的结果是正确答案的 1/B。",
  "attention.batch/no-square": "少除了一个 τ：每一行是 −Cov/τ²，你写的是 −Cov/τ。",
  "attention.batch/no-mask": "没有用掩码：看不见的键也分到了权重。mask 为 0 的键不参加 softmax。",
  "attention.batch/mask-after":
    "掩码用晚了：你先做 softmax 再把看不见的去掉，剩下的权重加起来不到 1。应先去掉，再做 softmax。",
  "attention.batch/mask-zero":
    "你把看不见的分数换成了 0：exp(0)=1，它们照样分走权重。应当整个去掉，或换成 −∞。",
  "attention.batch/mask-inverted": "掩码用反了：1 是看得见，0 是看不见。",
  "attention.batch/blind-nan": "有一行什么也看不见时得到 NaN：那一行是 0/0，按约定贡献 0，先判断再算。",
  "attention.batch/blind-uniform":
    "有一行什么也看不见时，你把权重平均分给了看不见的键（全换成同一个极小的数就会这样）。按约定那一行贡献 0。",
  "attention.batch/flattened": "你把整批拼成了一行：每个查询有自己的 softmax 和自己的平均，要逐行算再平均。",
  "attention.batch/uniform-covariance": "协方差算错了分布：权重是 softmax 的 a_j，你用的是 1/n。",
  "attention.batch/overflow": "分数大的时候得到 NaN：每一行先减去自己看得见的最大分数，再取指数。",
  "attention.batch/max-over-hidden":
    "减错了最大值：最大的分数恰好看不见时，看得见的指数全成了 0，得到 0/0。最大值只在看得见的键里找。",
  "attention.batch/max-over-batch":
    "减错了最大值：你对整批减同一个数，分数低的行指数全成了 0，得到 0/0。每一行减自己的最大值。",

  "attention.qkv/sign": "δ 的符号反了：δ_j = a_j(g_j−ḡ)/τ，你写成了 a_j(ḡ−g_j)/τ，查询和键的梯度都反了。",
  "attention.qkv/no-temperature": "δ 漏除了 τ：z=s/τ，∂z/∂s=1/τ，这一层也要乘进去。",
  "attention.qkv/tau-squared": "δ 多除了一个 τ：∂z/∂s=1/τ，只有对 τ 求导时才有 1/τ²。",
  "attention.qkv/uncentred": "δ 漏减了平均：应是 a_j(g_j−ḡ)/τ，你用的是 a_j·g_j/τ。各个 δ 之和应为零。",
  "attention.qkv/diagonal-only":
    "只用了雅可比的对角线 a(1−a)：非对角的 −a_i·a_j 不能丢，δ_j = a_j(g_j−ḡ)/τ。",
  "attention.qkv/plain-mean": "ḡ 要按权重 a 加权，你用的是普通平均（除以 n）。",
  "attention.qkv/no-weight": "δ 漏乘了权重：应是 a_j(g_j−ḡ)/τ，你用的是 (g_j−ḡ)/τ。",
  "attention.qkv/weights-at-one": "权重漏了温度：a = softmax(s/τ)，你用 softmax(s) 算的权重。",
  "attention.qkv/overflow": "分数大的时候得到 NaN：算权重前先减去最大的分数。",
  "attention.qkv/upstream-ignored": "没有用上游梯度 ȳ：你当它全是 1。g_j = ȳ·v_j，∂L/∂v_j = a_j·ȳ。",
  "attention.qkv/key-itself": "键的梯度乘错了向量：s_j = q·k_j 对 k_j 的导数是 q，你乘的是 k_j。",
  "attention.qkv/query-itself": "查询的梯度乘错了向量：s_j = q·k_j 对 q 的导数是 k_j，你乘的是 q。",
  "attention.qkv/query-average": "查询的梯度多除了键的个数：q 出现在每个分数里，各份相加，不取平均。",
  "attention.qkv/value-unweighted": "值的梯度漏乘了权重：∂L/∂v_j = a_j·ȳ，你每个都给了整份 ȳ。",
  "attention.qkv/value-delta": "值的梯度用错了系数：y=Σ a_j·v_j，系数是 a_j，你用的是 δ_j。",
  "attention.qkv/value-temperature": "值的梯度多除了 τ：值没有经过 softmax，系数就是 a_j。",
  "attention.qkv/value-only": "查询和键的梯度不是零：它们经过分数影响权重，权重再影响输出，这条路径要算。",
};

/** 注意力题族的错法说明：键是「题/错法」。 */
export const attentionMistakes: Record<string, string> = {
  ...own,
  ...liftMistakes(own, "attention.tau", "attention.sweep"),
  ...liftMistakes(own, "attention.tau", "attention.gpu"),
};
