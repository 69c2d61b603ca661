/** 第 1.4 章算例的错法说明：键是「题/错法」。 */
export const workedMistakes: Record<string, string> = {
  "worked.gradient/value": "你返回的是函数值 f(x, y)；这一题要的是它对 x、对 y 的两个偏导数。",
  "worked.gradient/swapped": "两个分量对调了：第 0 个是 ∂f/∂x，第 1 个是 ∂f/∂y。",
  "worked.gradient/sign": "两个分量的符号都反了：你返回的是下降方向，这一题要的是梯度本身。",
  "worked.gradient/x-through-a":
    "∂f/∂x 漏了一条路径：x 既在 x² 里，也在 xy 里。xy 对 x 的偏导数是 y，还要加上 y³·y。",
  "worked.gradient/x-through-b": "∂f/∂x 漏了一条路径：x 也在 x² 里，还要加上 y³·2x。",
  "worked.gradient/y-through-v":
    "∂f/∂y 漏了一条路径：括号 x²+xy 里也有 y，它对 y 的偏导数是 x，还要加上 y³·x。",
  "worked.gradient/y-through-u": "∂f/∂y 漏了一条路径：y³ 里也有 y，还要加上 (x²+xy)·3y²。",
  "worked.gradient/product-unswapped":
    "∂f/∂x 里留错了因子：f=uv 对 u 求导，留下来的是另一个因子 v=y³，不是 u 自己。",
  "worked.gradient/product-of-derivatives":
    "∂f/∂y 把两个因子的导数直接相乘了：乘积的导数是 u′v+uv′，两项相加，每项只求一个因子的导数。",
  "worked.gradient/power-kept": "y³ 的导数是 3y²，你写成了 3y³：求导以后指数要减一。",
  "worked.gradient/power-no-factor": "y³ 的导数是 3y²，你漏了系数 3。",
  "worked.gradient/not-held":
    "两个旋钮一起拧了：求 ∂f/∂x 时 y 要固定，求 ∂f/∂y 时 x 要固定；你的两个分量都是两者之和。",
  "worked.gradient/local-swapped":
    "xy 的局部导数写反了：对 x 的偏导数是 y，对 y 的偏导数是 x，留下来的是另一个因子。",

  "worked.directional/not-normalised":
    "方向没有化成单位长度：v 可长可短，要除以 ‖v‖。你的结果是正确答案的 ‖v‖ 倍。",
  "worked.directional/divided-by-square": "除多了一次：应除以 ‖v‖，你除以了 ‖v‖²（多半是忘了开方）。",
  "worked.directional/divided-by-sum": "长度算错了：‖v‖ 是平方和再开方，你用了各分量绝对值之和。",
  "worked.directional/sign": "符号反了：沿梯度的方向走，方向导数应是正的。",
  "worked.directional/absolute": "多取了绝对值：朝着下降的方向走，方向导数是负数。",
  "worked.directional/steepest":
    "你返回的是梯度的长度，那只是最陡方向上的变化率；这一题的方向由 v 给出，要与梯度对应相乘再相加。",
  "worked.directional/cosine": "多除了一次梯度的长度：你得到的是夹角的余弦，方向导数还要乘上 ‖∇f‖。",
  "worked.directional/crossed": "分量配错了：∂f/∂x 配 v 的第 0 个分量，∂f/∂y 配第 1 个。",
  "worked.directional/rotated": "你把方向转了 90 度：应是 ∂f/∂x·v₀ + ∂f/∂y·v₁，不是 ∂f/∂y·v₀ − ∂f/∂x·v₁。",
  "worked.directional/minus": "中间的符号错了：两股变化要相加，你写成了相减。",
  "worked.directional/x-only": "只算了 x 那一股：y 也在变，还要加上 ∂f/∂y·v₁。",
  "worked.directional/gradient-at-direction": "p 与 v 用反了：梯度要在点 p 处求，v 只是方向。",
  "worked.directional/full-step": "你走了整整一步再算平均涨幅；方向导数是步子趋于 0 的极限，要用偏导数来算。",

  "worked.hessian/rows-swapped": "行的次序反了：i=0 是 ∂f/∂x 的梯度，i=1 是 ∂f/∂y 的梯度。",
  "worked.hessian/columns-swapped": "列的次序反了：每一行里，先是对 x 的偏导数，再是对 y 的。",
  "worked.hessian/sign": "整行的符号反了。",
  "worked.hessian/diagonal-only": "混合偏导数不是 0：∂f/∂x=2xy³+y⁴ 里有 y，换一个 y，它就会变。",
  "worked.hessian/mixed-first-term": "混合偏导数漏了 4y³：∂f/∂x=2xy³+y⁴ 的第二项对 y 求导得 4y³。",
  "worked.hessian/mixed-second-term": "混合偏导数漏了 6xy²：∂f/∂x=2xy³+y⁴ 的第一项对 y 求导得 6xy²。",
  "worked.hessian/mixed-doubled":
    "混合偏导数多了一倍：矩阵里右上、左下各放一个，每个都是 6xy²+4y³，不要先合并成 2 倍。",
  "worked.hessian/mixed-product": "混合偏导数不是两个偏导数相乘：它是对 ∂f/∂x 再求一次关于 y 的偏导数。",
  "worked.hessian/xx-keeps-constant": "∂²f/∂x² 里 y⁴ 应当消失：对 x 求导时 y 是固定的，y⁴ 是常数，导数为 0。",
  "worked.hessian/yy-first-term": "∂²f/∂y² 漏了 12xy²：∂f/∂y=3x²y²+4xy³ 的第二项对 y 求导得 12xy²。",
  "worked.hessian/yy-second-term": "∂²f/∂y² 漏了 6x²y：∂f/∂y=3x²y²+4xy³ 的第一项对 y 求导得 6x²y。",
  "worked.hessian/squared-gradient": "你把一阶偏导数两两相乘了：黑塞矩阵是再求一次偏导数，不是梯度的乘积。",
  "worked.hessian/gradient": "你返回的是 f 的梯度；这一题要的是第 i 个一阶偏导数的梯度。",

  "worked.adjoints/b-through-c":
    "b 的伴随值漏了一份：b 除了去 c，还去 d，那条边的局部导数是 1，要再加上 d 的伴随值。",
  "worked.adjoints/b-through-d":
    "b 的伴随值漏了一份：b 除了去 d，还去 c，那条边的局部导数是 a，要再加上 c 的伴随值乘以 a。",
  "worked.adjoints/b-multiplied":
    "b 收到的两份应当相加，你把它们乘在了一起：沿一条路径相乘，几条路径汇合时相加。",
  "worked.adjoints/x-through-a": "x 的伴随值漏了一份：x 也去 b=xy，还要加上 b 的伴随值乘以 y。",
  "worked.adjoints/x-through-b": "x 的伴随值漏了一份：x 也去 a=x²，还要加上 a 的伴随值乘以 2x。",
  "worked.adjoints/y-through-b": "y 的伴随值漏了一份：y 也直接去 d=b+y，还要加上 d 的伴随值。",
  "worked.adjoints/y-through-d": "y 的伴随值漏了一份：y 也去 b=xy，还要加上 b 的伴随值乘以 x。",
  "worked.adjoints/product-unswapped":
    "g=cd 的局部导数写反了：c 的伴随值是 d，d 的伴随值是 c，留下来的是另一个因子。",
  "worked.adjoints/a-unswapped": "a 的伴随值里留错了因子：c=ab 对 a 求导，留下来的是 b。",
  "worked.adjoints/a-no-upstream": "a 的伴随值忘了乘上游：边 a→c 的局部导数是 b，还要乘上 c 的伴随值。",
  "worked.adjoints/square-no-factor": "x² 的局部导数是 2x，你漏了系数 2。",
  "worked.adjoints/local-swapped": "b=xy 的局部导数写反了：送给 x 的那一份乘 y，送给 y 的那一份乘 x。",
  "worked.adjoints/values": "你返回的是前向的值；这一题要的是伴随值，也就是 g 对每个节点的导数。",
  "worked.adjoints/nudge-forgotten":
    "前向时漏了微调 e：a、b、c、d 的值都要把对应的 e 加上，反向才用得到正确的值。",
};
