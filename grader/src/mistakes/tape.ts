/** 第 1.5 章磁带题族的错法说明：键是「题/错法」。 */
export const tapeMistakes: Record<string, string> = {
  "tape.grads/overwritten":
    "用过几次的量只留下了最后送到的一份：几份要加起来，多半是把“旧的加新的”写成了“换成新的”。",
  "tape.grads/first-kept": "用过几次的量只留下了最先送到的一份，后来的被丢掉了：几份要加起来。",
  "tape.grads/multiplied": "几份贡献应当相加，你把它们乘在了一起：沿一条路相乘，在汇合处相加。",
  "tape.grads/first-argument-only": "二元运算只往第 0 个输入送了一份，漏了第 1 个：两个输入都要送。",
  "tape.grads/no-upstream": "漏乘了上游：送出去的一份是这一笔自己的伴随值乘局部导数，你只送了局部导数。",
  "tape.grads/onwards": "磁带放反了：要从最后一笔倒着放。顺着放时，伴随值还没有收到就往外送了。",
  "tape.grads/seed-value": "起点应是 1：输出对自己的导数是 1，你放的是输出的值。",
  "tape.grads/mul-unswapped": "乘法的局部导数写反了：对 a 是 b，对 b 是 a，留下来的是另一个因子。",
  "tape.grads/sub-sign": "减法对第 1 个输入的局部导数应是 −1，你写成了 1。",
  "tape.grads/div-sign": "除法对分母的局部导数漏了负号：应是 −a/b²。",
  "tape.grads/div-no-square": "除法对分母的局部导数少除了一次 b：应是 −a/b²。",
  "tape.grads/pow-no-factor": "乘方漏了系数 n：aⁿ 的导数是 n·aⁿ⁻¹。",
  "tape.grads/pow-kept": "乘方忘了把次数减 1：aⁿ 的导数是 n·aⁿ⁻¹。",
  "tape.grads/pow-sign": "次数是负数时系数丢了负号：a⁻² 的导数是 −2a⁻³。",
  "tape.grads/leaf-per-row":
    "同一个输入读了两次，你给它立了两个叶子，只交出了后一个的梯度。同一个编号的输入应当是同一个叶子。",
  "tape.grads/sign": "所有梯度的符号都反了：这一题要导数本身，不是下降方向。",
  "tape.grads/value": "你返回的是输出的值；这一题要的是输出对每个输入的导数。",

  "tape.script/not-accumulated": "每次反向都把叶子上原有的梯度盖掉了：这一题的约定是累加，没有清零就一直加。",
  "tape.script/bar-kept":
    "中间的量上次收到的伴随值没有清掉，第二次倒放把旧的又送了一遍：每次反向都从一张空的表开始，只有叶子才累加。",
  "tape.script/bar-kept-seed":
    "伴随值直接记在每个量的 grad 里，上次的没有清掉，第二次倒放连起点的 1 也加在旧的上面：每次反向都从一张空的表开始，只有叶子才累加。",
  "tape.script/tape-dropped":
    "第一次反向之后磁带被丢掉了，后来的反向就断了路：这一题里一盘磁带要能倒放好几遍。",
  "tape.script/zero-ignored": "清零的指令没有起作用：读到 [9] 时，每个输入的 grad 都要变回 0。",
  "tape.script/zero-last": "清零放到了最后才做：读到 [9] 的那一刻就清，之后的反向还要往上加。",
  "tape.script/zero-first-input": "只清了第 0 个输入：每个输入的 grad 都要清。",
  "tape.script/detach-ignored": "剪断没有起作用：[7, i] 的结果值照抄，但梯度不许从它身上流过去。",
  "tape.script/detach-zero": "剪断以后值也没了：[7, i] 的值要与原来相同，只是不传梯度。",
  "tape.script/from-latest": "反向的起点错了：[8, i] 从第 i 个量出发，不是从最近算出的那个量。",
  "tape.script/from-first": "反向的起点错了：[8, i] 从第 i 个量出发，不是从第一步运算。",
  "tape.script/overwritten": "用过几次的量只留下了最后送到的一份：几份要加起来。",
  "tape.script/averaged": "你把几次反向的梯度平均了；约定是相加。",

  "tape.fit/not-cleared": "忘了清零：第二步起，用的是从开头到现在所有梯度之和。每一步都要从 0 开始累加。",
  "tape.fit/cleared-before-update": "参数一动也没动：多半是清零放在了反向与更新之间，梯度刚算好就被抹掉了。",
  "tape.fit/sum-not-mean": "漏了 1/N：损失是各样本的平均，不是总和。",
  "tape.fit/no-half": "梯度大了一倍：损失是 ½e² 的平均，导数是 e，没有系数 2。",
  "tape.fit/ascent": "方向反了：要减去学习率乘梯度，你加上了。",
  "tape.fit/updated-w": "更新 b 时用了已经更新过的 w：两个参数的梯度要在同一点求好，再一起更新。",
  "tape.fit/last-sample": "只剩最后一个样本的梯度：各样本的要加起来，不能后一个盖掉前一个。",
  "tape.fit/one-by-one": "每个样本都更新了一次：这一题要等全部样本的梯度加完，一步只更新一次。",
  "tape.fit/one-step-only": "只走了一步：要走 steps 步。",
  "tape.fit/one-step-short": "少走了一步：要走 steps 步。",
  "tape.fit/one-step-more": "多走了一步：要走 steps 步。",
  "tape.fit/bias-stuck": "b 没有动：它也是参数，也要更新。",
  "tape.fit/swapped": "次序反了：返回 [w, b]。",
};
