/** 第 1.3 章题族的错法说明：键是「题/错法」。 */

// 单个样本与一批样本共用：错在同一个因子上。
const slips: Record<string, string> = {
  sign: "全部梯度的符号都反了：误差是 预测 − 目标，你多半写成了 目标 − 预测。",
  "factor-two": "多了因子 2：损失是 ‖ŷ−y‖²/2，导数就是 ŷ−y，那个 1/2 正好与平方的 2 约掉。",
  "no-error": "漏了起点：从损失传给 ŷ 的伴随值是 ŷ−y，你把它当成了 1。",
  "plus-target": "误差写成了 预测 + 目标：应是 预测 − 目标。",
  "mean-outputs": "多除了输出的个数：这里的损失对各个输出求和，没有取平均，ŷ 的伴随值就是 ŷ−y。",
  "no-gate": "漏了 tanh 这一环：从 h 回到 z₁ 要逐个乘 1−h²，W₁ 和 b₁ 的梯度都少了它。",
  "slope-unsquared": "tanh 的导数用输出写是 1−h²，你写成了 1−h，少了平方。",
  "slope-of-z": "tanh 的导数是 1−h²，你代入的是闸门之前的 z₁，写成了 1−z₁²。",
  "slope-twice": "多过了一次 tanh：h 已经是 tanh(z₁)，导数是 1−h²，你又对 h 取了一次 tanh。",
  "no-tanh": "前向漏了 tanh：h=tanh(W₁x+b₁)，你直接把 z₁ 送进了第二层，后面的每个数都跟着错了。",
  "no-transpose": "漏了转置：h 的伴随值是 W₂ᵀe，要取 W₂ 的列去乘；你按行乘，算成了 W₂e。",
  "one-path":
    "只收了一条路径：h 的每一个数影响所有的输出，要把各个输出传回来的都加起来；你只用了第一个输出。",
  "no-w2": "漏乘了 W₂：h 的伴随值是 W₂ᵀe，每条路径都要乘上自己的权重，你把误差直接加了起来。",
  "gate-missing-in-w1": "W₁ 的梯度少乘了 1−h²：外积要用 z₁ 的伴随值，你用了 h 的伴随值；b₁ 倒是对的。",
  "b1-before-gate": "b₁ 的梯度少乘了 1−h²：b₁ 加在 tanh 里面，它的梯度是 z₁ 的伴随值，不是 h 的。",
  "w1-transposed": "W₁ 的外积写反了：应是 z̄₁xᵀ，行跟着输出，列跟着输入，形状与 W₁ 相同；你写成了 x z̄₁ᵀ。",
  "w2-transposed": "W₂ 的外积写反了：应是 e hᵀ，行跟着输出，列跟着隐藏层，形状与 W₂ 相同；你写成了 h eᵀ。",
  "w2-by-z": "W₂ 的梯度乘错了：前向时 W₂ 乘的是 h=tanh(z₁)，局部导数是 h，你用了 z₁。",
  "bias-ones": "偏置的梯度停在了局部导数：局部导数是 1，还要乘上游的伴随值，应是 b̄₁=z̄₁、b̄₂=e。",
};

const shared = (question: string, skip: (id: string) => boolean = () => false) =>
  Object.fromEntries(
    Object.entries(slips)
      .filter(([id]) => !skip(id))
      .map(([id, text]) => [`${question}/${id}`, text]),
  );

export const backpropMistakes: Record<string, string> = {
  ...shared("backprop.grad"),
  "backprop.grad/layers-swapped":
    "数都对，两层放反了：W1、b1 是靠近输入的那一层，你把第二层的梯度放在了那里。",

  ...shared("backprop.batch", (id) => id.endsWith("-transposed")),
  "backprop.batch/no-mean": "漏了 1/N：损失是平均，梯度也要除以样本数，你的结果正好是 N 倍。",
  "backprop.batch/mean-twice": "除了两次 N：你的结果正好是正确答案的 1/N。",
  "backprop.batch/first-only": "只用了第一个样本：每个样本都要前向、反向一遍，再平均。",
  "backprop.batch/last-only": "只留下了最后一个样本：循环里的梯度要累加，你每次都覆盖了前一次的。",
  "backprop.batch/averaged-data":
    "先平均了数据：梯度里有 e 与 h、z̄₁ 与 x 的乘积，还有 tanh 的弯曲，要逐个样本求梯度再平均。",
  "backprop.batch/biases-summed": "偏置忘了平均：权重的梯度除了 N，b₁ 和 b₂ 的也要除。",
  "backprop.batch/averages-multiplied":
    "平均得太早：权重的梯度应是每个样本外积的平均，你把两个平均做了外积，乘积的平均不等于平均的乘积。",

  "backprop.step/ascent": "方向反了：梯度指向损失上升，更新要减去 η 乘梯度，你加上了。",
  "backprop.step/no-eta": "漏乘了学习率：应是 θ−ηθ̄，你减去了整个梯度。",
  "backprop.step/no-mean": "梯度没有除以样本数：各样本的梯度相加而不平均，步子大了 N 倍。",
  "backprop.step/mean-twice": "梯度除了两次样本数：步子只有应走的 1/N。",
  "backprop.step/factor-two": "步子大了一倍：损失是误差平方和的一半，梯度里没有因子 2。",
  "backprop.step/gradient": "你返回的是梯度；这一题要的是更新之后的参数 θ−ηθ̄。",
  "backprop.step/change-only": "你返回的是改变量 −ηθ̄；还要加上原来的参数。",
  "backprop.step/weights-only": "偏置没有更新：b₁ 和 b₂ 也是参数，也要减去 η 乘梯度。",
  "backprop.step/second-layer-only": "第一层没有更新：W₁ 和 b₁ 也要减去 η 乘梯度。",
  "backprop.step/first-layer-only": "第二层没有更新：W₂ 和 b₂ 也要减去 η 乘梯度。",
  "backprop.step/updated-too-soon":
    "更新得太早：你先改了 W₂，又用新的 W₂ 去算 h 的伴随值。整趟反向都要用旧参数，算完再一起更新。",
  "backprop.step/sample-by-sample":
    "逐个样本更新了：这一题要的是用一批的平均梯度走一步，你每看一个样本就走了一步。",
  "backprop.step/two-steps": "走了两步：这一题只更新一次。",
  "backprop.step/no-gate": "第一层的梯度漏了 tanh 这一环：从 h 回到 z₁ 要逐个乘 1−h²。",
  "backprop.step/unchanged": "参数原样返回了：要返回更新之后的新数组。",
};
