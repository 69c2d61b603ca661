/** 第 1.7 章练习的错因。 */
export const toolboxMistakes: Record<string, string> = {
  "toolbox.directional/pulled": "方向反了：你算的是 Jᵀt，那是 vjp；沿一个方向推要用 jvp，得到 Jt。",
  "toolbox.directional/wrong-argument":
    "求导的参数错了：你让 c 沿 t 动，x 不动；这一题动的是 x（第 0 个参数），c 按住不动。",
  "toolbox.directional/not-held": "c 也跟着动了：c 的切向量应当是 0，或者把 c 留在函数里，只把 x 当参数。",
  "toolbox.directional/value": "你返回的是 F(x, c) 本身：jvp 返回两样，第 0 个是值，第 1 个才是 Jt。",
  "toolbox.directional/value-added": "多加了函数值：这一题只要变化的速度 Jt，不要 F(x, c) + Jt。",
  "toolbox.directional/full-step":
    "你走了整整一步，算的是 F(x + t, c) − F(x, c)；要的是刚开始动那一刻的速度，用 jvp。",
  "toolbox.directional/swapped": "点和方向放反了：jvp 的第二个参数是点 [x]，第三个才是切向量 [t]。",
  "toolbox.directional/normalised": "方向不用化成单位长度：t 多长就用多长，Jt 对 t 是成比例的。",
  "toolbox.directional/ones": "没有用到 t：你沿 (1, 1, 1) 推了一次，得到的是 J 每一行之和。",
  "toolbox.directional/gradient-of-sum":
    "你对输出之和求了梯度，三个输出混在一起，也没有用到 t；要的是 Jt，每个输出一个数。",
  "toolbox.directional/sum-times-direction":
    "你先对输出之和求梯度，再逐个乘 t：这样得到的是每个输入的贡献；要的是每个输出各变多快，用 jvp。",
  "toolbox.directional/diagonal": "只用了 J 的对角线：每个输出与三个输入都有关，三份都要加上。",

  "toolbox.line/row-for-column":
    "行与列反了：一行管一个输出，用 vjp；一列管一个输入，用 jvp。axis 为 0 取行。",
  "toolbox.line/always-row": "没有看 axis：axis 为 1 时要取一列，那是 jvp，你总是取了行。",
  "toolbox.line/always-column": "没有看 axis：axis 为 0 时要取一行，那是 vjp，你总是取了列。",
  "toolbox.line/wrong-argument": "求导的参数错了：要的是对 x（第 0 个参数）的雅可比矩阵，你求的是对 c 的。",
  "toolbox.line/not-held": "对 x 与对 c 的两张表加在了一起：c 应当按住不动。",
  "toolbox.line/from-one": "下标错了一位：i 从 0 数起，i 为 0 就是第一行（列）。",
  "toolbox.line/filled-with-index": "基向量里应当放 1，你放了 i：结果大了 i 倍，i 为 0 时全成了 0。",
  "toolbox.line/all-ones":
    "你用的是全 1 的向量，得到的是几行（列）之和；只取一行（列），向量里只有第 i 个是 1。",
  "toolbox.line/at-the-point": "你把 x 自己当成了方向；这里的方向是基向量，只有第 i 个是 1。",
  "toolbox.line/value": "你返回的是 F(x, c) 本身；vjp、jvp 返回的第 0 个是值，要的是第 1 个。",

  "toolbox.newton/gradient-step": "没有用黑塞矩阵：p − ∇s 是学习率为 1 的梯度下降，牛顿法还要先解 Hd = ∇s。",
  "toolbox.newton/uphill": "符号反了：新的点是 p − H⁻¹∇s，你加上了这一步。",
  "toolbox.newton/step-only": "你只返回了步子 H⁻¹∇s；要的是走完以后的点，用 p 减去它。",
  "toolbox.newton/negative-step": "你只返回了步子 −H⁻¹∇s，忘了加上 p。",
  "toolbox.newton/multiplied": "应当解 Hd = ∇s，你把 H 乘了上去：H∇s 与 H⁻¹∇s 差得很远。",
  "toolbox.newton/diagonal": "只用了黑塞矩阵的对角线：混合偏导数不是 0，要解整个方程组。",
  "toolbox.newton/inverse-diagonal": "只用了 H⁻¹ 的对角线：两个分量要互相影响，整个 H⁻¹ 都要乘上。",
  "toolbox.newton/row-sums": "你把梯度逐个除以 H 每一行之和，那不是解方程组；请用 solve(H, g)。",
  "toolbox.newton/half": "只走了半步：牛顿法的一步是完整的 H⁻¹∇s。",
  "toolbox.newton/constant-forgotten": "c 没有传进去：你的结果正好是 c 为 (0, 0) 时的。",
  "toolbox.newton/hessian-without-constant": "求黑塞矩阵时忘了 c：梯度与黑塞矩阵要用同一个 c。",
  "toolbox.newton/towards-value": "方程组的右边应当是梯度，你放了函数值。",
};
