/** 第 1.1 章题族的错法说明：键是「题/错法」。 */

// 单点与批量共用：错在同一个局部导数上。
const slips: Record<string, string> = {
  sign: "四个偏导数的符号都反了：误差是 预测 − 目标，你多半写成了 目标 − 预测，或返回了下降的方向。",
  "factor-two": "多了因子 2：损失是 e²/2，导数就是 e，那个 1/2 正好与平方的 2 约掉。",
  "no-error": "漏了最后一环：损失对预测的导数是 e，你把它当成了 1，求的是 ŷ 的偏导数。",
  "no-tanh-slope": "漏了 tanh 这一环：从 h₁ 回到 z₁ 要乘局部导数 1−h₁²，w₁ 和 b₁ 都少了它。",
  "slope-unsquared": "tanh 的导数是 1−h₁²，你写成了 1−h₁，少了平方。",
  "slope-of-z": "tanh 的导数用输出写是 1−h₁²，你代入的是闸门之前的 z₁，写成了 1−z₁²。",
  "slope-twice": "多过了一次 tanh：h₁ 已经是 tanh(z₁)，导数是 1−h₁²，你又对 h₁ 取了一次 tanh。",
  "no-w2": "漏乘了 w₂：伴随值从 ŷ 回到 h₁，要乘局部导数 w₂。",
  "w1-for-w2": "回到 h₁ 时乘错了权重：ŷ=w₂h₁+b₂，对 h₁ 的导数是 w₂，你乘了 w₁。",
  "no-x": "对 w₁ 的偏导数漏乘了 x：z₁=w₁x+b₁，对 w₁ 的局部导数是 x，只有 b₁ 的才是 1。",
  "w2-by-z": "对 w₂ 的偏导数乘错了：w₂ 乘的是 h₁=tanh(z₁)，局部导数是 h₁，你用了 z₁。",
  "w2-by-x": "对 w₂ 的偏导数乘错了：w₂ 这一层的输入是 h₁，不是 x。",
};

const under = (question: string) =>
  Object.fromEntries(Object.entries(slips).map(([id, text]) => [`${question}/${id}`, text]));

export const layersMistakes: Record<string, string> = {
  "layers.loss/no-half": "漏了 1/2：损失是 (ŷ−y)²/2，你的结果正好是它的两倍。",
  "layers.loss/prediction": "你返回的是预测 ŷ，还差两步：减去目标 y，再平方取一半。",
  "layers.loss/error": "你返回的是误差 ŷ−y；损失是误差平方的一半。",
  "layers.loss/absolute": "你返回的是误差的绝对值；这一题的损失是误差平方的一半。",
  "layers.loss/no-tanh": "漏了 tanh：h₁=tanh(w₁x+b₁)，你直接把 w₁x+b₁ 送进了第二层，两层合起来还是一条直线。",
  "layers.loss/no-b1": "漏了第一层的偏置：z₁=w₁x+b₁。",
  "layers.loss/no-b2": "漏了第二层的偏置：ŷ=w₂h₁+b₂。",
  "layers.loss/tanh-last": "多了一个 tanh：最后一层没有闸门，ŷ=w₂h₁+b₂ 直接就是预测。",
  "layers.loss/bias-outside": "b₁ 加错了地方：应在 tanh 里面，tanh(w₁x+b₁)，你写成了 tanh(w₁x)+b₁。",
  "layers.loss/layers-swapped": "两层的参数用反了：theta 依次是 w₁、b₁、w₂、b₂，第一层用前两个。",
  "layers.loss/plus-target": "误差写成了 预测 + 目标：应是 预测 − 目标。",

  ...under("layers.grad"),
  "layers.grad/order-reversed": "数都对，次序反了：应按 w₁、b₁、w₂、b₂ 排，你把第二层放在了前面。",
  "layers.grad/weights-then-biases": "数都对，次序不对：应按 w₁、b₁、w₂、b₂ 排，你写成了 w₁、w₂、b₁、b₂。",

  ...under("layers.batch"),
  "layers.batch/no-mean": "漏了 1/N：损失是平均，偏导数也要除以样本个数，你的结果正好是 N 倍。",
  "layers.batch/mean-twice": "除了两次 N：你的结果正好是正确答案的 1/N。",
  "layers.batch/averaged-data":
    "次序反了：你先把数据平均成一个样本再求导。网络有弯曲，应先逐个样本求偏导数，再平均。",
  "layers.batch/first-only": "只算了第一个样本：循环里多半提前返回了。",
  "layers.batch/last-only": "只剩下最后一个样本：循环里用了赋值 =，应当累加 +=。",
  "layers.batch/by-parameters": "分母不对：要除以样本个数 xs.length，你除以了参数的个数 4。",

  "layers.passes/no-baseline": "单边扰动漏了原地的那一次：每一步要 P+1 次，你算成了 P 次。",
  "layers.passes/baseline-once":
    "单边扰动里，原地的那一次每一步都要重做，因为参数已经变了；你在全程只算了一次。",
  "layers.passes/central-baseline": "两边扰动用不上原地的那一次：每个参数两次，共 2P，你算成了 2P+1。",
  "layers.passes/central-as-one": "两边扰动每个参数要前向两次，一步 2P 次，你按单边的 P+1 次算了。",
  "layers.passes/no-biases": "数参数时漏了偏置：后一层的每个神经元都有一个偏置。",
  "layers.passes/biases-only": "数参数时只数了偏置：相邻两层之间还有 进×出 个权重。",
  "layers.passes/input-biases": "输入层没有偏置：偏置只属于第二层及以后的神经元。",
  "layers.passes/neurons": "你数的是神经元；旋钮是权重和偏置，相邻两层之间有 进×出+出 个。",
  "layers.passes/no-steps": "漏乘了步数：每走一步都要重新求一次梯度。",
  "layers.passes/chain-per-parameter": "链式法则每一步只要一次前向，与参数个数无关，你乘上了 P。",
  "layers.passes/chain-per-layer": "一次前向就是从输入走到损失的整整一趟，不按层数重复计。",
  "layers.passes/backward-counted": "这一题只数前向：链式法则每步一次前向，反向那一趟不计在内。",
};
