/** 第 1.6 章（矩阵分解、REINFORCE）的错法说明：键是「题/错法」。 */
export const appliedMistakes: Record<string, string> = {
  "applied.factorization/sign": "两张表的符号都反了：这一题要的是梯度，不是下降的方向。",
  "applied.factorization/error-sign":
    "误差的符号反了：误差是预测减目标 P−R，你用了 R−P；正则那一项倒是对的。",
  "applied.factorization/no-error": "误差忘了减目标：应是 P−R，你直接用了预测 P。",
  "applied.factorization/no-mask":
    "没有用掩码：空格处的误差也算进去了。M 为 0 的格子不管 R 里写着什么，误差都是 0。",
  "applied.factorization/mask-inverted": "掩码用反了：1 是打过分，0 是空格。",
  "applied.factorization/blank-as-zero":
    "你把空格当成了 0 分，预测被往 0 拉。空格没有目标，误差是 0：先相减，再乘 M。",
  "applied.factorization/mean-over-cells": "平均除错了个数：应除以打过分的个数 ΣM，你除以了整张表的格数。",
  "applied.factorization/mean-over-users": "平均除错了个数：应除以打过分的个数 ΣM，你除以了用户数。",
  "applied.factorization/no-mean": "漏了平均：误差那一项要除以打过分的个数 N=ΣM。",
  "applied.factorization/factor-two":
    "误差那一项多了一倍：损失里是 1/(2N)，平方的导数带来的 2 正好与它约掉。",
  "applied.factorization/no-decay": "漏了 L2 正则的梯度：U 要加 λU，V 要加 λV。",
  "applied.factorization/decay-averaged": "正则多除了 N：只有误差那一项取平均，正则的梯度就是 λU、λV。",
  "applied.factorization/decay-doubled": "正则多了一倍：λ/2·Σu² 的导数是 λu，你写成了 2λu。",
  "applied.factorization/decay-halved": "正则少了一半：λ/2·Σu² 的导数是 λu，平方的 2 与 1/2 约掉了。",
  "applied.factorization/decay-u-only": "V 漏了正则：两张表都要加，V 的梯度里还有 λV。",
  "applied.factorization/own-table":
    "乘错了表：u·v 对 u 的偏导数是 v，所以 U 的梯度乘 V、V 的梯度乘 U；你各乘了自己。",
  "applied.factorization/v-frozen": "V 的梯度不是零：两张表都是旋钮，V 的梯度是 EᵀU/N + λV。",
  "applied.factorization/nothing-seen": "一个分也没打过时得到 NaN：N=0 不能去除，那时误差一项按约定是 0。",

  "applied.expected/sign": "符号反了：比平均好的动作，偏好应当增加，∂J/∂θ_k = π_k(r_k−J)。",
  "applied.expected/uncentred": "漏减了 J：θ_k 变大时，别的动作的概率都跟着变小，这些路径合起来就是 −π_k·J。",
  "applied.expected/diagonal-only":
    "只算了自己那一条路径：π_k(1−π_k)r_k 是 a=k 的一项；θ_k 也影响别的动作的概率，还有 −π_a·π_k·r_a。",
  "applied.expected/plain-mean": "减错了平均：J 要按概率 π 加权，你用的是回报的普通平均。",
  "applied.expected/no-weight": "漏乘了概率：应是 π_k(r_k−J)，你写的是 r_k−J。",
  "applied.expected/no-log":
    "多乘了一次概率：Σ r_a·∇π_a 里已经对全部动作求和，不要再按 π_a 加权；按 π_a 加权的是 r_a·∇ln π_a。",
  "applied.expected/of-log": "多除了一个 J：这一题要的是 J 的梯度，你求的是 ln J 的。",
  "applied.expected/value": "你返回的是平均回报 J 本身；这一题要的是它对每个 θ_k 的偏导数。",
  "applied.expected/uniform": "没有用策略：概率应由 softmax(θ) 得出，你当它们都相等。",
  "applied.expected/unnormalised": "概率没有归一化：e^θ 要除以它们的总和才是 π。",
  "applied.expected/base-two": "底数错了：softmax 用自然底数 e，你用的是 2。",
  "applied.expected/averaged": "多除了动作的个数：J 已经按概率加权，不要再取平均。",

  "applied.reinforce/sign": "符号反了：要的是平均回报上升的方向，也就是 r 乘 (1_a−π)。",
  "applied.reinforce/no-mean": "漏了平均：n 次的贡献相加以后要除以 n。",
  "applied.reinforce/divided-by-actions": "除错了个数：应除以抽的次数 n，你除以了动作的种数。",
  "applied.reinforce/no-minus-policy":
    "得分函数漏了 −π：ln π_a = θ_a − ln Σe^θ，后一项的导数是 π，每个分量都要减。",
  "applied.reinforce/chosen-only": "只更新了抽到的那个动作：得分函数在别的分量上是 −π_k，不是 0。",
  "applied.reinforce/uniform-policy": "减的概率不对：要减 softmax(θ)，你减了 1/动作数。",
  "applied.reinforce/no-log": "忘了取对数：∇π_a = π_a(1_a−π)，而得分函数是 ∇ln π_a = 1_a−π，前面没有 π_a。",
  "applied.reinforce/divided-by-probability":
    "多除了一个 π_a：动作本来就是按 π 抽的，抽到的次数已经反映了概率。",
  "applied.reinforce/no-reward": "没有乘回报：每一次的得分函数要乘上那一次的 r_t。",
  "applied.reinforce/reward-averaged":
    "回报先平均再相乘了：每一次要用自己的 r_t 乘自己的得分函数，乘完再平均。",
  "applied.reinforce/reward-indexed-by-action":
    "回报取错了：rewards[t] 是第 t 次得到的回报，你用动作的编号去取了 rewards[a]。",
  "applied.reinforce/last-only": "只用了最后一次：n 次的贡献都要算。",
  "applied.reinforce/subset-mean": "每个分量除的次数不同了：所有分量都除以总次数 n，不是各动作抽到的次数。",

  "applied.baseline/sign": "符号反了：是 (r_t−b_t) 乘 (1_a−π)。",
  "applied.baseline/no-mean": "漏了平均：n 次的贡献相加以后要除以 n。",
  "applied.baseline/divided-by-actions": "除错了个数：应除以抽的次数 n，你除以了动作的种数。",
  "applied.baseline/no-minus-policy": "得分函数漏了 −π：应是 1_a−π，每个分量都要减去概率。",
  "applied.baseline/chosen-only": "只更新了抽到的那个动作：得分函数在别的分量上是 −π_k，不是 0。",
  "applied.baseline/uniform-policy": "减的概率不对：要减 softmax(θ)，你减了 1/动作数。",
  "applied.baseline/no-log": "忘了取对数：得分函数是 1_a−π，前面没有 π_a。",
  "applied.baseline/divided-by-probability": "多除了一个 π_a：动作本来就是按 π 抽的，不要再除。",
  "applied.baseline/no-baseline": "没有减基线：每次的回报要先减去它之前各次的平均。",
  "applied.baseline/self-included":
    "基线里混进了自己：b_t 只平均前 t−1 次；自己也在里面，估计就不是无偏的了。",
  "applied.baseline/all": "你减的是全部 n 次的平均：b_t 只看第 t 次之前，后面的和自己都不在内。",
  "applied.baseline/others": "你减的是其余各次的平均：这一题的 b_t 只看第 t 次之前，后面的还没有发生。",
  "applied.baseline/sum-over-t": "基线的分母多了 1：第 t 次之前有 t−1 次，你除以了 t。",
  "applied.baseline/sum-only": "基线忘了求平均：前面各次的总和要除以次数。",
  "applied.baseline/previous-only": "你只减了前一次的回报：应减去前面所有次的平均。",
  "applied.baseline/added": "基线加反了：应是 r_t−b_t，你写的是 r_t+b_t。",
  "applied.baseline/baseline-only": "你乘的是基线 b_t 本身；应乘差 r_t−b_t。",
  "applied.baseline/best": "基线取错了：是前面各次的平均，你取了其中最大的。",
  "applied.baseline/first-skipped": "第一次的贡献丢了：按约定 b₁=0，第一次的权重就是 r₁，不是 0。",
  "applied.baseline/first-nan": "得到 NaN：第一次之前一次也没有，0/0 不能算，按约定 b₁=0。",
};
