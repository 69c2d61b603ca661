import { liftMistakes } from "../problems/lift.js";

const own: Record<string, string> = {
  "huber.value/no-half": "二次段漏了 1/2：应是 e²/2，你写成了 e²。两段在 |e|=δ 处因此接不上。",
  "huber.value/tail-no-offset": "线性段漏了 −δ²/2：应是 δ(|e|−δ/2)，你写成了 δ|e|，曲线在 |e|=δ 处会跳一下。",
  "huber.value/tail-sign":
    "Huber 的线性段符号反了：|e|>δ 时应是 +δ(|e|−δ/2)，你的结果正好是它的相反数。损失不会是负的。",
  "huber.value/tail-no-delta": "线性段漏乘了 δ：应是 δ(|e|−δ/2)，你写成了 |e|−δ/2。",
  "huber.value/tail-offset-delta": "线性段括号里多减了一半：应是 |e|−δ/2，你写成了 |e|−δ。",
  "huber.value/tail-signed": "线性段漏了绝对值：应是 δ(|e|−δ/2)，你用了 e，误差为负时就错了。",
  "huber.value/no-clip": "没有分段：你处处用 e²/2。|e|>δ 时应换成线性段 δ(|e|−δ/2)。",
  "huber.value/no-abs": "判断分段时漏了绝对值：条件应是 |e|≤δ，你写成了 e≤δ，很大的负误差因此落进了二次段。",
  "huber.value/swapped-branches": "两段写反了：|e|≤δ 时用二次段 e²/2，|e|>δ 时用线性段。",
  "huber.value/pseudo-huber":
    "你写的是伪 Huber 损失 δ²(√(1+(e/δ)²)−1)，它处处光滑，但不是这一题要的分段函数。",
  "huber.value/divided-by-delta":
    "多除了一个 δ：你写的是另一种约定（smooth L1），这一题的二次段是 e²/2，不是 e²/(2δ)。",
  "huber.value/gradient": "你返回的是梯度 clip(e, −δ, δ)；这一题要的是损失的值。",
  "huber.value/boundary-zero":
    "|e| 恰好等于 δ 时得到了 0：两个条件都写成了严格不等号，边界谁也没接住。把其中一个改成 ≤。",

  "huber.grad/sign":
    "整个梯度的符号反了：应与误差同号。常见原因是把误差写成了“目标 − 预测”，或者返回了下降方向。",
  "huber.grad/tail-sign":
    "Huber 的线性段符号反了：|e|>δ 时梯度应是 δ·sign(e)，与误差同号；你的结果正好是它的相反数。",
  "huber.grad/factor-two": "二次段多了因子 2：e²/2 的导数是 e，那个 1/2 正好与平方的 2 约掉。",
  "huber.grad/no-clip": "没有截断：你处处返回 e。|e|>δ 时梯度应停在 ±δ，这正是 Huber 不怕离群点的原因。",
  "huber.grad/tail-no-delta": "线性段漏乘了 δ：斜率应是 δ·sign(e)，你返回的是 sign(e)。",
  "huber.grad/tail-no-sign": "线性段漏了 sign(e)：误差为负时斜率应是 −δ，你返回了 +δ。",
  "huber.grad/tail-zero": "线性段的梯度成了 0：截断的是梯度的大小（停在 ±δ），不是把离群点的梯度丢掉。",
  "huber.grad/tail-times-error": "线性段多乘了 e：δ(|e|−δ/2) 对 e 的导数是 δ·sign(e)，不再含 e 的大小。",
  "huber.grad/no-abs": "只截断了正的一侧：很大的负误差也要停在 −δ。条件应是 |e|≤δ。",
  "huber.grad/swapped-branches": "两段写反了：|e|≤δ 时梯度是 e，|e|>δ 时才是 δ·sign(e)。",
  "huber.grad/normalised": "多除了一个 δ：你返回的是 clip(e,−δ,δ)/δ，最大只到 ±1；这一题的线性段斜率是 ±δ。",
  "huber.grad/pseudo-huber":
    "你写的是伪 Huber 损失的梯度 e/√(1+(e/δ)²)，它只是逐渐靠近 ±δ，不是分段的 clip(e,−δ,δ)。",
  "huber.grad/value": "你返回的是损失的值；这一题要的是它对 e 的导数。",
  "huber.grad/boundary-zero":
    "|e| 恰好等于 δ 时得到了 0：两个条件都写成了严格不等号。边界上梯度连续，应是 ±δ。",

  "huber.batch/no-mean": "漏了 1/N：你的结果正好是正确答案的 N 倍。损失是批量平均，求导时 1/N 一直跟着。",
  "huber.batch/sign": "整个梯度的符号反了：误差是 预测 − 目标，你多半写成了 目标 − 预测。",
  "huber.batch/tail-sign":
    "Huber 的线性段符号反了：|e|>δ 时分量应是 δ·sign(e)/N，与误差同号；你的结果正好是它的相反数。",
  "huber.batch/factor-two": "二次段多了因子 2：e²/2 的导数是 e。",
  "huber.batch/no-clip": "没有截断：|e|>δ 的分量应停在 ±δ/N，你处处用了 e/N。",
  "huber.batch/tail-no-delta": "线性段漏乘了 δ：分量应是 δ·sign(e)/N，你用的是 sign(e)/N。",
  "huber.batch/tail-no-sign": "线性段漏了 sign(e)：误差为负的分量应是 −δ/N。",
  "huber.batch/tail-zero": "线性段的分量成了 0：离群点的梯度是被限制在 ±δ/N，不是被丢掉。",
  "huber.batch/mean-twice": "除了两次 N：你的结果正好是正确答案的 1/N。",
  "huber.batch/clip-after-mean": "次序反了：应先把 e 截断到 [−δ,δ] 再除以 N，你先除了 N 才截断。",
  "huber.batch/averaged": "你把各样本的梯度又平均了一次，每个分量都一样。第 i 个分量只应与第 i 个样本有关。",
  "huber.batch/added-target": "误差写成了 预测 + 目标：应是 预测 − 目标。",
  "huber.batch/boundary-zero":
    "|e| 恰好等于 δ 的分量得到了 0：两个条件都写成了严格不等号，把其中一个改成 ≤。",

  "huber.delta/no-mean": "漏了 1/N：损失是平均，对 δ 的梯度也要除以样本总数。",
  "huber.delta/sign": "符号反了：|e|>δ 时 δ|e|−δ²/2 对 δ 的导数是 |e|−δ，是正的；你写成了 δ−|e|。",
  "huber.delta/no-mask":
    "二次段也算进去了：|e|≤δ 时损失 e²/2 里没有 δ，贡献应是 0，你对所有样本都加了 |e|−δ。",
  "huber.delta/mean-over-tail": "分母不对：要除以样本总数 N，你只除以了落在线性段的个数。",
  "huber.delta/half-square-kept":
    "−δ²/2 求导少了因子 2：它的导数是 −δ，你写成了 −δ/2（像是直接把损失除以了 δ）。",
  "huber.delta/square-forgotten":
    "漏了 −δ²/2 的贡献：线性段是 δ|e|−δ²/2，对 δ 求导得 |e|−δ，你只留下了 |e|。",
  "huber.delta/no-abs": "漏了绝对值：负的大误差应贡献 |e|−δ，你用了 e−δ。",
  "huber.delta/one-sided": "只算了正的一侧：e<−δ 的样本也在线性段，同样贡献 |e|−δ。",
  "huber.delta/swapped-branches": "两段写反了：含 δ 的是线性段（|e|>δ），你却把贡献算在了二次段。",
  "huber.delta/quad-error": "二次段应贡献 0：这里对 δ 求导，e 是常数，e²/2 对 δ 的导数不是 e。",
  "huber.delta/error-gradient": "求错了变量：你算的是对误差 e 的梯度的平均，这一题的自变量是 δ。",
  "huber.delta/value": "你返回的是平均损失本身；这一题要的是它对 δ 的导数。",
  "huber.delta/mean-twice": "除了两次 N：你的结果正好是正确答案的 1/N。",

  "huber.weighted/no-weight": "漏了权重：第 i 个分量前面要乘 wᵢ（平均时再除以权重之和）。",
  "huber.weighted/divided-by-count": "平均的分母不对：加权平均要除以权重之和 Σw，你除以了样本数 N。",
  "huber.weighted/divided-twice": "平均时多除了一次 N：加权平均的分母只有权重之和 Σw。",
  "huber.weighted/always-sum": "没有看 mean：mean 为 1 时要再除以权重之和。",
  "huber.weighted/always-mean": "没有看 mean：mean 为 0 时是加权和，不除以任何数。",
  "huber.weighted/modes-swapped": "和与平均对调了：mean 为 1 才除以权重之和。",
  "huber.weighted/weight-inside": "权重放进了截断里面：应先截断误差，再乘 wᵢ，即 wᵢ·clip(eᵢ,−δ,δ)。",
  "huber.weighted/weight-squared": "权重乘了两次：损失里只有一个 wᵢ，求导后仍是一个。",
  "huber.weighted/weight-root": "权重开了方：损失是 wᵢ·L(eᵢ)，不是 L(√wᵢ·eᵢ)，求导后 wᵢ 原样留下。",
  "huber.weighted/weight-of-nonzero": "平均的分母不对：要除以权重之和 Σw，你除以了权重不为 0 的样本个数。",
  "huber.weighted/sign": "整个梯度的符号反了：误差是 预测 − 目标，你多半写成了 目标 − 预测。",
  "huber.weighted/no-clip": "没有截断：|e|>δ 的样本应停在 ±δ。",
  "huber.weighted/tail-sign": "Huber 的线性段符号反了：|e|>δ 时应与误差同号。",
  "huber.weighted/tail-no-delta": "线性段漏乘了 δ：斜率应是 δ·sign(e)，你用的是 sign(e)。",
  "huber.weighted/tail-no-sign": "线性段漏了 sign(e)：误差为负时应是 −δ。",

  "huber.pseudo/sign": "符号反了：梯度应与误差同号。",
  "huber.pseudo/huber": "你写的是 Huber 的截断 clip(e,−δ,δ)；伪 Huber 是光滑的 e/√(1+(e/δ)²)。",
  "huber.pseudo/identity": "漏了分母：e 很大时梯度要逐渐靠近 ±δ，应除以 √(1+(e/δ)²)。",
  "huber.pseudo/no-delta": "分母里漏了 δ：应是 √(1+(e/δ)²)，你写的是 √(1+e²)。",
  "huber.pseudo/inverted-delta": "分母里的 δ 颠倒了：应是 e/δ，你用了 e·δ。",
  "huber.pseudo/no-square": "分母里漏了平方：应是 √(1+(e/δ)²)，你写的是 √(1+|e|/δ)。",
  "huber.pseudo/delta-not-squared": "平方时漏了 δ：(e/δ)² 是 e²/δ²，你写的是 e²/δ。",
  "huber.pseudo/normalised": "多除了一个 δ：两个 δ² 正好约掉，前面没有 1/δ。",
  "huber.pseudo/times-delta": "多乘了一个 δ：两个 δ² 正好约掉，前面没有 δ。",
  "huber.pseudo/no-root": "漏了根号：分母是 √(1+(e/δ)²)，你写的是 1+(e/δ)²。",
  "huber.pseudo/second": "你求的是二阶导数 (1+(e/δ)²)^(−3/2)；这一题要一阶导数。",
  "huber.pseudo/half": "漏了因子 2：√u 求导出来的 1/2 与内层 2e/δ² 的 2 约掉。",
  "huber.pseudo/doubled": "漏了因子 1/2：√u 的导数是 1/(2√u)。",
  "huber.pseudo/value": "你返回的是损失的值；这一题要的是它对 e 的导数。",
  "huber.pseudo/tanh": "你用了 δ·tanh(e/δ)：它也逐渐靠近 ±δ，但不是伪 Huber 的导数。",
};

/** Huber 题族的错法说明：键是「题/错法」。 */
export const huberMistakes: Record<string, string> = {
  ...own,
  ...liftMistakes(own, "huber.delta", "huber.curve"),
  ...liftMistakes(own, "huber.grad", "huber.gpu"),
};
